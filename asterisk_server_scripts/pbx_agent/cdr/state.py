"""How far history has been read, on disk: a SQLite file of its own, so that no live call waits for it.

It is written after Odoo has committed, without waiting for the disk: what a power cut takes of it is read and sent
again, which does no harm. A broken file is set aside; then everything is read again, and Odoo asked what it knows.
"""

from __future__ import annotations

import contextlib
import json
from typing import NamedTuple

from ..sqlite_state import SqliteState
from .portion import Cursor

_SCHEMA = """
CREATE TABLE IF NOT EXISTS position (
    flow TEXT NOT NULL, store TEXT NOT NULL, cursor TEXT NOT NULL, through REAL, PRIMARY KEY (flow, store));
CREATE TABLE IF NOT EXISTS settled_day (
    flow TEXT NOT NULL, store TEXT NOT NULL, day TEXT NOT NULL, counted INTEGER NOT NULL, told INTEGER NOT NULL,
    PRIMARY KEY (flow, store, day));
"""


class Position(NamedTuple):
    """Where reading goes on, None: nothing was read yet; `through`: the newest moment that Odoo has (seconds)."""

    cursor: Cursor | None = None
    through: float | None = None


class State(SqliteState):
    """How far each flow of each store was read, and which days were read again."""

    SCHEMA, TRIAL = _SCHEMA, "SELECT count(*) FROM position"
    BROKEN = "history is read again from its beginning"

    def position(self, flow: str, store: str) -> Position:
        """Return how far a store was read; what cannot be understood counts as not at all."""
        query = "SELECT cursor, through FROM position WHERE flow = ? AND store = ?"
        with self._lock:
            row = self._database.execute(query, (flow, store)).fetchone()
        if row is None:
            return Position()
        with contextlib.suppress(ValueError):
            cursor = json.loads(row[0])
            if isinstance(cursor, dict):
                return Position(cursor, row[1])
        return Position()

    def keep(self, flow: str, store: str, position: Position) -> None:
        """Odoo has everything up to `position`. :raises sqlite3.Error: the disk did not take it"""
        values = (flow, store, json.dumps(position.cursor), position.through)
        with self._lock:
            self._database.execute("INSERT OR REPLACE INTO position VALUES (?, ?, ?, ?)", values)

    def settle_day(self, flow: str, store: str, day: str, counted: int, told: int) -> None:
        """A day was read again: the store counts `counted` rows, of which `told` are different ones that Odoo took."""
        with self._lock:
            self._database.execute(
                "INSERT OR REPLACE INTO settled_day VALUES (?, ?, ?, ?, ?)", (flow, store, day, counted, told)
            )

    def settled_days(self, flow: str, store: str) -> dict[str, tuple[int, int]]:
        """Return the days that were read again: day → (counted, told)."""
        query = "SELECT day, counted, told FROM settled_day WHERE flow = ? AND store = ?"
        with self._lock:
            return {day: (counted, told) for day, counted, told in self._database.execute(query, (flow, store))}
