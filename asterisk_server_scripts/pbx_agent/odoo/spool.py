"""What must not be lost, on disk: items for Odoo until it acknowledges them, dead letters, commands that were begun.

SQLite in WAL mode with a sync at every commit: what was put is there after a kill -9 or a power cut. All methods block
for the length of a disk write; `Spool.call` runs them on the spool's own thread, so that a slow disk never delays an
event.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, NamedTuple, TypeVar

_logger = logging.getLogger(__name__)
_T = TypeVar("_T")
Write = tuple[Callable[..., Any], tuple[Any, ...]]

MAX_DEAD_LETTERS = 10_000
#: No attempt is put off further than this, seconds; what seems to be, comes from a clock that was set back since.
LONGEST_WAIT_SECONDS = 120.0
#: How long a command's uuid is remembered, so that it is never carried out twice; far beyond any expiry.
KEEP_COMMANDS_SECONDS = 7 * 86_400.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS item (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, key TEXT NOT NULL, payload TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, not_before REAL NOT NULL DEFAULT 0, UNIQUE (kind, key));
CREATE TABLE IF NOT EXISTS dead_letter (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, key TEXT NOT NULL, payload TEXT NOT NULL,
    reason TEXT NOT NULL, at REAL NOT NULL, UNIQUE (kind, key));
CREATE TABLE IF NOT EXISTS command (
    uuid TEXT PRIMARY KEY, verb TEXT NOT NULL, at REAL NOT NULL, done INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Item(NamedTuple):
    """Something that waits for Odoo; a replaced one has another `seq`, so that an old answer removes no new item."""

    seq: int
    kind: str
    key: str
    payload: dict[str, Any]
    attempts: int


class DeadLetter(NamedTuple):
    """What Odoo refused, with its reason; `at` in seconds since the epoch."""

    id: int
    kind: str
    key: str
    payload: str
    reason: str
    at: float


class Spool:
    """One SQLite file.

    :param path: the file; its folder must exist, the file is made readable by its owner only
    :raises OSError: the file cannot be used (rights, a full disk, somebody locks it); a broken one is replaced
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spool")
        self._database = self._open()

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except sqlite3.DatabaseError as error:
            if not _is_broken(error):
                raise OSError(f"the spool {self._path} cannot be used: {error}") from error
            self._set_aside(error)
            return self._connect()

    def _set_aside(self, error: Exception) -> None:
        """A broken file must not keep the agent from working; it is kept for whoever wants to look into it."""
        broken = self._path.with_suffix(".broken")
        _logger.error(
            "the spool %s is broken (%s); it is now %s, beginning a new one. What waited in it for Odoo is not sent",
            self._path, error, broken,
        )  # fmt: skip
        for tail in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.replace(f"{self._path}{tail}", f"{broken}{tail}")

    def _connect(self) -> sqlite3.Connection:
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        database = sqlite3.connect(self._path, timeout=10.0, isolation_level=None, check_same_thread=False)
        try:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=FULL")
            report = database.execute("PRAGMA quick_check(1)").fetchone()[0]
            if report != "ok":
                raise sqlite3.DatabaseError(f"malformed: {report}")
            database.executescript(_SCHEMA)
        except sqlite3.DatabaseError:
            database.close()
            raise
        return database

    def call(self, method: Callable[..., _T], *args: Any) -> asyncio.Future[_T]:
        """Run one of the spool's methods on its thread, in the order of the calls; await the result or leave it."""
        return asyncio.get_running_loop().run_in_executor(self._thread, method, *args)

    def close(self) -> None:
        """Finish what is being written and close the file."""
        self._thread.shutdown(wait=True)
        self._database.close()

    # -- items for Odoo --------------------------------------------------------------------------------------------

    def put(self, kind: str, key: str, payload: dict[str, Any]) -> None:
        """Keep `payload` until it is acknowledged; it replaces what waits under the same `kind` and `key`."""
        self._database.execute(
            "INSERT OR REPLACE INTO item (kind, key, payload) VALUES (?, ?, ?)", (kind, key, json.dumps(payload))
        )

    def waiting(self, kind: str, limit: int, now: float) -> list[Item]:
        """Return up to `limit` items whose time has come, the oldest first."""
        rows = self._database.execute(
            "SELECT seq, kind, key, payload, attempts FROM item"
            " WHERE kind = ? AND (not_before <= ? OR not_before > ?) ORDER BY seq LIMIT ?",
            (kind, now, now + LONGEST_WAIT_SECONDS, limit),
        )
        return [Item(seq, kind, key, json.loads(payload), attempts) for seq, kind, key, payload, attempts in rows]

    def settle(
        self, done: list[Item], again: list[tuple[Item, float]], dead: list[tuple[Item, str]], now: float
    ) -> None:
        """Book the answers to one request in one transaction.

        :param done: acknowledged, they go
        :param again: try again, not before the given moment
        :param dead: refused, with the reason
        """
        with self._transaction():
            for item in done:
                self._database.execute("DELETE FROM item WHERE seq = ?", (item.seq,))
            for item, moment in again:
                self._database.execute(
                    "UPDATE item SET attempts = attempts + 1, not_before = ? WHERE seq = ?", (moment, item.seq)
                )
            for item, reason in dead:
                self._database.execute("DELETE FROM item WHERE seq = ?", (item.seq,))
                self.bury(item.kind, item.key, item.payload, reason, now)

    def forget(self, kind: str, key: str, version: int) -> None:
        """Remove an item that was acknowledged by another way, unless it is newer than `version` by now."""
        row = self._database.execute("SELECT seq, payload FROM item WHERE kind = ? AND key = ?", (kind, key)).fetchone()
        if row is not None and json.loads(row[1]).get("version", 0) <= version:
            self._database.execute("DELETE FROM item WHERE seq = ?", (row[0],))

    def next_moment(self, kind: str, now: float) -> float | None:
        """Return when the next item of `kind` that is put off may be sent (seconds since the epoch), None: none is."""
        query = "SELECT min(not_before) FROM item WHERE kind = ? AND not_before > ?"
        return self._database.execute(query, (kind, now)).fetchone()[0]

    def bury(self, kind: str, key: str, payload: dict[str, Any], reason: str, now: float) -> None:
        """Set aside what Odoo refused, with the reason; the newest of each kind and key stays."""
        self._database.execute(
            "INSERT OR REPLACE INTO dead_letter (kind, key, payload, reason, at) VALUES (?, ?, ?, ?, ?)",
            (kind, key, json.dumps(payload), reason, now),
        )
        self._database.execute(
            "DELETE FROM dead_letter WHERE id <= (SELECT max(id) FROM dead_letter) - ?", (MAX_DEAD_LETTERS,)
        )

    def counts(self) -> tuple[int, int]:
        """Return how many items wait, and how many dead letters there are."""
        waiting = self._database.execute("SELECT count(*) FROM item").fetchone()[0]
        return waiting, self._database.execute("SELECT count(*) FROM dead_letter").fetchone()[0]

    def dead_letters(self, limit: int = 20) -> list[DeadLetter]:
        """Return the newest dead letters."""
        rows = self._database.execute(
            "SELECT id, kind, key, payload, reason, at FROM dead_letter ORDER BY id DESC LIMIT ?", (limit,)
        )
        return [DeadLetter(*row) for row in rows]

    def revive(self) -> int:
        """Put all dead letters back among the items, unless a newer one of the same key waits; return how many."""
        with self._transaction():
            self._database.execute(
                "INSERT OR IGNORE INTO item (kind, key, payload)"
                " SELECT kind, key, payload FROM dead_letter ORDER BY id DESC"
            )
            return self._database.execute("DELETE FROM dead_letter").rowcount

    # -- commands --------------------------------------------------------------------------------------------------

    def begin_command(self, uuid: str, verb: str, now: float) -> bool:
        """Write down that a command is being carried out; False: it was seen before, do not carry it out again."""
        self._database.execute("DELETE FROM command WHERE done = 1 AND at < ?", (now - KEEP_COMMANDS_SECONDS,))
        cursor = self._database.execute(
            "INSERT OR IGNORE INTO command (uuid, verb, at) VALUES (?, ?, ?)", (uuid, verb, now)
        )
        return cursor.rowcount == 1

    def finish_command(self, uuid: str, result: dict[str, Any]) -> None:
        """Write down a command's last result and keep it for Odoo, both or neither."""
        with self._transaction():
            self._database.execute("UPDATE command SET done = 1 WHERE uuid = ?", (uuid,))
            self.put("result", uuid, result)

    def unfinished_commands(self) -> list[str]:
        """Return the uuids of commands that were begun and never finished."""
        return [row[0] for row in self._database.execute("SELECT uuid FROM command WHERE done = 0 ORDER BY at")]

    # -- small things ----------------------------------------------------------------------------------------------

    def remember(self, key: str, value: str) -> None:
        """Keep a small text under `key`."""
        self._database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def recall(self, key: str) -> str:
        """Return what was kept under `key`, or ""."""
        row = self._database.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else ""

    def together(self, writes: list[Write]) -> None:
        """Carry out `writes` (`put`, `forget`, `bury` with their arguments) in order, all or none, with one sync."""
        with self._transaction():
            for method, args in writes:
                method(*args)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            # A full disk may have ended the transaction already.
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise


def _is_broken(error: sqlite3.DatabaseError) -> bool:
    """Tell whether a file holds no (whole) database: only then it is set aside; a lock or a full disk passes."""
    return "malformed" in str(error) or "not a database" in str(error)


@contextlib.contextmanager
def disk_trouble(what: str) -> Iterator[None]:
    """Say that the disk did not take or give something, and go on."""
    try:
        yield
    except sqlite3.Error as error:
        _logger.error("%s is not on disk: %s. Is it full?", what, error)
