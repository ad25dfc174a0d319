"""Detail records in a SQLite file (cdr_sqlite3_custom, MikoPBX's cdr_general, Askozia, Wildix).

SQLite has one writer at a time, so rows appear in the order of their rowid and a cursor over it skips none. Asterisk
waits only one second for a lock and then throws its row away: everything here is read in small steps by the rowid,
which takes milliseconds each, and never by a column without an index.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from itertools import repeat
from pathlib import Path
from typing import Any, Callable
from urllib.parse import quote

from .keys import Ordinals
from .pace import ROWS, give_way
from .portion import Cursor, Portion, Problem
from .source import Shaper, StoreTrouble
from .zone import StoreZone

#: Days are looked for in so many rows, then others may have a turn.
SCAN_ROWS = 40_000
LOCKED_SECONDS = 1.0
#: Rows of the same content are two rows when their rowids are so near (keys.Ordinals).
WINDOW = 500
EMPTY = "a row without any value; such rows are skipped"


class SqliteSource:
    """Implements `source.Source` for a table of a SQLite file.

    :param path: the file
    :param table: its table, a name that was checked
    :param zone: of its times
    :param make: makes a shaper for columns
    """

    kind = "sqlite"
    overlap = 0.0

    def __init__(self, path: Path, table: str, zone: StoreZone, make: Callable[[Sequence[str]], Shaper]) -> None:
        self.name, self.zone = path.name, zone
        self._path, self._table, self._make = path, table, make
        self._database: sqlite3.Connection | None = None
        self._shaper: Shaper | None = None
        self._select = self._starts = ""
        self._last: Cursor | None = None
        self._ordinals = Ordinals(WINDOW)
        self._counted: tuple[int, Counter[str]] = (0, Counter())
        self._told_empty = False

    def check(self) -> list[str]:
        """Return in words what is wrong, nothing when all is well."""
        try:
            shaper = self._open()
            self._run(self._select, (0, 1))
        except StoreTrouble as error:
            return [str(error)]
        if shaper.start is None:
            return [f"the table {self._table} of {self._path} has no column for the start of a call"]
        return []

    def close(self) -> None:
        """Close the file; the next reading opens it again."""
        if self._database is not None:
            self._database.close()
        self._database, self._last = None, None

    def again(self, cursor: Cursor, since: float | None = None) -> Cursor | None:
        """Return `cursor`: a table only grows at its end."""
        return cursor

    def day_cursors(self, days: Sequence[str]) -> list[Cursor]:
        """Return one cursor that reads everything and gives the rows of these days."""
        return [{"days": sorted(days)}]

    def read(self, cursor: Cursor | None, limit: int, brief: bool = False) -> Portion:
        """Return about `limit` rows after `cursor`, of the oldest ones without one. :raises StoreTrouble:"""
        cursor = cursor or {}
        shaper = self._open()
        portion = Portion(shaper.columns, cursor, more=True)
        if not self._is_there(cursor):
            portion.doubt, cursor = True, {}
            portion.problems.append(Problem(self.name, f"{self._table} was emptied or made anew: it is read again"))
        if cursor is not self._last:
            self._ordinals = Ordinals(WINDOW)
            self._ordinals.load(cursor.get("near"))
        rowid, mark, scanned = int(cursor.get("rowid", 0)), cursor.get("mark", ""), 0
        wanted = frozenset(cursor.get("days", ()))
        while len(portion.rows) < limit and scanned < SCAN_ROWS and portion.more:
            rows = self._run(self._select, (rowid, min(ROWS, limit - len(portion.rows))))
            if rows:
                rowid, mark = rows[-1][0], self._mark(rows[-1])
                self._shape(portion, rows, wanted)
                give_way()
            scanned += len(rows)
            portion.more = bool(rows)
        days = {"days": sorted(wanted)} if wanted else {}
        portion.cursor = {"rowid": rowid, "mark": mark, "near": self._ordinals.dump(), **days}
        self._last = portion.cursor
        return portion

    def count_days(self, since: str) -> dict[str, int]:
        """Return how many rows each day from `since` on has. :raises StoreTrouble:"""
        self._open()
        rowid, days = self._counted
        last = self._run(f"SELECT max(_rowid_) FROM {_quoted(self._table)}", ())[0][0] or 0
        if last < rowid:
            rowid, days = 0, Counter()
        while rows := self._run(self._starts, (rowid, 4 * ROWS)):
            rowid = rows[-1][0]
            days.update([self.zone.day_of(start) for _rowid, start in rows])
            give_way()
        self._counted = (rowid, days)
        return {day: count for day, count in sorted(days.items()) if day >= since and day[4:5] == "-"}

    # -- the file --------------------------------------------------------------------------------------------------

    def _open(self) -> Shaper:
        if self._database is not None and self._shaper is not None:
            return self._shaper
        if not self._path.exists():
            raise StoreTrouble(f"{self._path} does not exist; check path")
        try:
            self._database = sqlite3.connect(
                f"file:{quote(str(self._path))}?mode=ro", uri=True, timeout=LOCKED_SECONDS, isolation_level=None,
                check_same_thread=False,
            )  # fmt: skip
        except sqlite3.Error as error:
            raise self._trouble(error) from None
        tables = [name for (name,) in self._run("SELECT name FROM sqlite_master WHERE type = 'table'", ())]
        if self._table not in tables:
            self.close()
            raise StoreTrouble(f"{self._path} has no table {self._table}; it has: {', '.join(tables) or 'none'}")
        info = self._run(f"PRAGMA table_info({_quoted(self._table)})", ())
        names = [row[1] for row in info]
        texts = ", ".join(f"coalesce(CAST({_quoted(name)} AS TEXT), '')" for name in names)
        self._shaper = self._make(_with_sequence(names, info))
        table, start = _quoted(self._table), self._shaper.start
        self._select = f"SELECT _rowid_, {texts} FROM {table} WHERE _rowid_ > ? ORDER BY _rowid_ LIMIT ?"
        column = "''" if start is None else f"coalesce(CAST({_quoted(names[start])} AS TEXT), '')"
        self._starts = f"SELECT _rowid_, {column} FROM {table} WHERE _rowid_ > ? ORDER BY _rowid_ LIMIT ?"
        return self._shaper

    def _run(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        assert self._database is not None
        try:
            self._database.text_factory = str
            return self._database.execute(statement, values).fetchall()
        except sqlite3.OperationalError as error:
            if "decode" not in str(error):
                raise self._trouble(error) from None
        except sqlite3.Error as error:
            raise self._trouble(error) from None
        self._database.text_factory = _lenient
        return self._database.execute(statement, values).fetchall()

    def _trouble(self, error: sqlite3.Error) -> StoreTrouble:
        """Close the file, and say in words what it is."""
        self.close()
        words = str(error)
        if "locked" in words or "busy" in words:
            return StoreTrouble(f"{self._path} is locked by another program")
        if "unable to open" in words:
            return StoreTrouble(
                f"{self._path} cannot be opened: give the agent's user the right to read it and its folder"
            )
        return StoreTrouble(f"{self._path} cannot be read: {words}")

    def _is_there(self, cursor: Cursor) -> bool:
        """Tell whether the row at the cursor is still the one that was read; older ones a PBX may throw away."""
        if not cursor.get("rowid"):
            return True
        rows = self._run(self._select, (cursor["rowid"] - 1, 1))
        return bool(rows) and (rows[0][0] != cursor["rowid"] or self._mark(rows[0]) == cursor.get("mark"))

    def _mark(self, row: tuple[Any, ...]) -> str:
        """Return what tells a row from another one that came to its place: the time that no PBX changes later."""
        return "" if self._shaper is None or self._shaper.start is None else row[1 + self._shaper.start]

    def _shape(self, portion: Portion, rows: list[tuple[Any, ...]], wanted: frozenset[str]) -> None:
        assert self._shaper is not None
        start = self._shaper.start
        ids, texts = [row[0] for row in rows], [row[1:] for row in rows]
        if wanted:
            days = ["" if start is None else self.zone.day_of(row[start]) for row in texts]
            chosen = [index for index, day in enumerate(days) if day in wanted]
        else:
            chosen = [index for index, row in enumerate(texts) if any(row)]
        if len(chosen) < len(rows):
            if not wanted and not self._told_empty:
                self._told_empty = True
                portion.problems.append(Problem(f"{self.name}, {self._table}", EMPTY))
            ids, texts = [ids[index] for index in chosen], [texts[index] for index in chosen]
        portion.rows += self._shaper.shape(texts, ids, self._ordinals)
        portion.places += zip(repeat(f"{self._table}, row "), ids)


def _with_sequence(names: list[str], info: list[tuple[Any, ...]]) -> list[str]:
    """Let the table's primary key stand for the sequence where there is none: it tells rows of one call apart, also
    when the PBX changes a row later (MikoPBX: the recording's name).
    """
    keys = [row for row in info if row[5] and str(row[2]).upper() == "INTEGER"]
    if len(keys) == 1 and not {"sequence", "cdr_sequence"} & {name.lower() for name in names}:
        return ["sequence" if name == keys[0][1] else name for name in names]
    return names


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _lenient(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
