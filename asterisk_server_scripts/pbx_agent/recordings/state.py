"""How far each recording is, on disk: a SQLite file of its own, so that no live call waits for it.

A recording is ``growing`` until its call has ended, ``closed`` until it is converted, ``ready`` until Odoo has it
(``sent``). It may also be ``empty`` (nobody talked), ``failed`` (it can never be sent), ``refused`` (by Odoo),
``unwanted`` or ``erased``. What has a `problem` and is not failed waits for something to be mended.
"""

from __future__ import annotations

import sqlite3
from typing import Any, NamedTuple

from ..sqlite_state import SqliteState

GROWING, CLOSED, READY, SENT = "growing", "closed", "ready", "sent"
EMPTY, FAILED, REFUSED, UNWANTED, ERASED = "empty", "failed", "refused", "unwanted", "erased"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS recording (
    file TEXT PRIMARY KEY, linkedid TEXT NOT NULL, uniqueid TEXT NOT NULL, at REAL NOT NULL,
    state TEXT NOT NULL DEFAULT 'growing', problem TEXT NOT NULL DEFAULT '', told TEXT NOT NULL DEFAULT '',
    due REAL NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, over INTEGER NOT NULL DEFAULT 0,
    size INTEGER NOT NULL DEFAULT -1, grew_at REAL NOT NULL DEFAULT 0,
    started_at REAL NOT NULL DEFAULT 0, seconds REAL NOT NULL DEFAULT 0, channels INTEGER NOT NULL DEFAULT 1,
    mimetype TEXT NOT NULL DEFAULT 'audio/wav', output TEXT NOT NULL DEFAULT '', bytes INTEGER NOT NULL DEFAULT 0,
    sha256 TEXT NOT NULL DEFAULT '', peaks TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS recording_state ON recording (state, at);
"""


class Recording(NamedTuple):
    """One recording; `told` is the problem that Odoo knows of, `over` whether its call is known to have ended, `due`
    when it is looked at again, `output` the name of the converted file in the state folder, `peaks` its shape (JSON).
    """

    file: str
    linkedid: str
    uniqueid: str
    at: float
    state: str = GROWING
    problem: str = ""
    told: str = ""
    due: float = 0.0
    attempts: int = 0
    over: int = 0
    size: int = -1
    grew_at: float = 0.0
    started_at: float = 0.0
    seconds: float = 0.0
    channels: int = 1
    mimetype: str = "audio/wav"
    output: str = ""
    bytes: int = 0
    sha256: str = ""
    peaks: str = ""


_COLUMNS = ", ".join(Recording._fields)


class State(SqliteState):
    """All recordings, by their paths below the PBX's folder."""

    SCHEMA, TRIAL = _SCHEMA, "SELECT count(*) FROM recording"
    BROKEN = "what Odoo has of the recordings is asked again"

    def _connect(self) -> sqlite3.Connection:
        database = super()._connect()
        there = {row[1] for row in database.execute("PRAGMA table_info(recording)")}
        if "peaks" not in there:  # an agent before this one made the file
            database.execute("ALTER TABLE recording ADD COLUMN peaks TEXT NOT NULL DEFAULT ''")
        return database

    def note(self, file: str, linkedid: str, uniqueid: str, now: float) -> bool:
        """There is a recording; what is known of it already stays. Return whether it is new.

        :raises sqlite3.Error: the disk did not take it, as all methods that write
        """
        with self._lock:
            cursor = self._database.execute(
                "INSERT OR IGNORE INTO recording (file, linkedid, uniqueid, at) VALUES (?, ?, ?, ?)",
                (file, linkedid, uniqueid, now),
            )
            return cursor.rowcount == 1

    def change(self, file: str, **values: Any) -> bool:
        """Set some columns of a recording; one that was erased stays so. Return whether it is not."""
        assert values.keys() <= set(Recording._fields)
        sets = ", ".join(f"{name} = ?" for name in values)
        with self._lock:
            cursor = self._database.execute(
                f"UPDATE recording SET {sets} WHERE file = ? AND state != 'erased'", (*values.values(), file)
            )
            return cursor.rowcount == 1

    def begin(self, file: str, linkedid: str, uniqueid: str, now: float) -> None:
        """A channel is recorded from now on, or again: after a transfer it goes on in the same file."""
        self.note(file, linkedid, uniqueid, now)
        with self._lock:
            self._database.execute("UPDATE recording SET over = 0 WHERE file = ? AND state = 'growing'", (file,))

    def over(self, uniqueid: str) -> None:
        """The channel is not recorded any more."""
        with self._lock:
            self._database.execute(
                "UPDATE recording SET over = 1 WHERE uniqueid = ? AND state = 'growing'", (uniqueid,)
            )

    def get(self, file: str) -> Recording | None:
        """Return what is known of a recording."""
        return next(iter(self._select("WHERE file = ?", (file,))), None)

    def growing(self) -> list[Recording]:
        """Return the recordings whose calls go on, or are not known to have ended."""
        return self._select("WHERE state = 'growing' ORDER BY at", ())

    def due(self, state: str, now: float, limit: int) -> list[Recording]:
        """Return those of a state whose time has come, the newest first: somebody may be waiting for it."""
        return self._select("WHERE state = ? AND due <= ? ORDER BY at DESC LIMIT ?", (state, now, limit))

    def untold(self, limit: int) -> list[Recording]:
        """Return those with a problem that Odoo does not know of."""
        return self._select(
            "WHERE state IN ('closed', 'failed') AND problem != '' AND told != problem ORDER BY at DESC LIMIT ?",
            (limit,),
        )

    def next_due(self, *states: str) -> float | None:
        """Return when the next one of these states is due (seconds since the epoch), None: there is none."""
        marks = ", ".join("?" * len(states))
        with self._lock:
            query = f"SELECT min(due) FROM recording WHERE state IN ({marks})"
            return self._database.execute(query, states).fetchone()[0]

    def erase(self, file: str, now: float) -> str:
        """A recording is never to be sent again, whether it is known or not; return its converted file's name or ""."""
        with self._lock:
            found = self._database.execute("SELECT output FROM recording WHERE file = ?", (file,)).fetchone()
            self._database.execute(
                "INSERT INTO recording (file, linkedid, uniqueid, at, state) VALUES (?, '', '', ?, 'erased')"
                " ON CONFLICT (file) DO UPDATE SET"
                " state = 'erased', problem = '', output = '', bytes = 0, sha256 = '', peaks = ''",
                (file, now),
            )
        return found[0] if found else ""

    def forget(self, before: float) -> None:
        """Let go of what was settled before `before`; what was erased is remembered."""
        with self._lock:
            self._database.execute(
                "DELETE FROM recording WHERE at < ? AND state IN ('sent', 'empty', 'unwanted', 'refused', 'failed')"
                " AND (state != 'failed' OR told = problem)",
                (before,),
            )

    def counts(self) -> dict[str, int]:
        """Return how many recordings each state has."""
        with self._lock:
            return dict(self._database.execute("SELECT state, count(*) FROM recording GROUP BY state"))

    def _select(self, where: str, values: tuple[Any, ...]) -> list[Recording]:
        with self._lock:
            rows = self._database.execute(f"SELECT {_COLUMNS} FROM recording {where}", values).fetchall()
        return [Recording(*row) for row in rows]
