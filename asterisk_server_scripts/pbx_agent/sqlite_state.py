"""What the agent must know at its next start, in a SQLite file: broken, it is set aside, and an empty one begun."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import threading
from pathlib import Path

_logger = logging.getLogger(__name__)


class SqliteState:
    """One SQLite file. Its methods block, and may be called from any thread.

    Subclasses say what is in it: `SCHEMA`, run at each start; `TRIAL`, a query that needs it; `BROKEN`, what happens
    when the file is broken, in words for the log. `_lock` is held around whatever is asked of `_database`.

    :param path: the file; its folder must exist
    :raises OSError: it cannot be used
    """

    SCHEMA = TRIAL = BROKEN = ""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        try:
            self._database = self._connect()
        except sqlite3.DatabaseError as error:
            if "malformed" not in str(error) and "not a database" not in str(error):
                raise OSError(f"{path} cannot be used: {error}") from error
            _logger.error("%s is broken (%s): it is set aside, %s", path, error, self.BROKEN)
            for tail in ("", "-wal", "-shm"):
                with contextlib.suppress(FileNotFoundError):
                    os.replace(f"{path}{tail}", f"{path.with_suffix('.broken')}{tail}")
            self._database = self._connect()

    def _connect(self) -> sqlite3.Connection:
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        database = sqlite3.connect(self._path, timeout=10.0, isolation_level=None, check_same_thread=False)
        try:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=NORMAL")
            database.executescript(self.SCHEMA)
            database.execute(self.TRIAL).fetchone()
        except sqlite3.DatabaseError:
            database.close()
            raise
        return database

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()
