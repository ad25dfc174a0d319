"""Detail records and channel events in PostgreSQL (cdr_pgsql, cel_pgsql) or MySQL (FreePBX, Issabel, Yeastar).

Such a table is ordered by the start of a call, but a row is written at its end, and seen when its transaction ends: a
cursor alone would skip rows. So the table is read once in the order of the start; from then on each look counts the
rows of each hour of the overlap (as long as the longest call) and reads again from the first hour that has another
number of them; what is known of it is not sent again (`sync`). Right after a hangup only the rows since that call's
start are read.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Callable

from .dialect import Column, Dialect, Lost, Texts
from .keys import Ordinals
from .pace import ROWS, give_way
from .portion import Cursor, Portion, Problem
from .source import Shaper, StoreTrouble
from .zone import StoreZone, Twice

#: One statement gives so many rows at most: a server sorts no whole table for one look, and our memory is small.
STEP = 20_000
#: What is older has no real time: null, 0000-00-00, 1970.
DATED = "1990-01-01 00:00:00"
#: A date further ahead than this (somebody's clock was wrong) does not move the place to go on from.
AHEAD_SECONDS = 86_400.0
#: The server's clock and ours, and the moment between two rows of a call.
SLACK_SECONDS = 10.0
HOUR = len("2026-01-31 12")
#: For texts in UTC: ten minutes lie in one day of any zone.
TEN_MINUTES = len("2026-01-31 12:3")
DAY = len("2026-01-31")
EMPTY = "a row without any value; such rows are skipped"


class SqlSource:
    """Implements `source.Source` for a table of a database server.

    :param dialect: the connection to the table
    :param kind: ``postgresql`` or ``mysql``
    :param table: the table's name, for people
    :param overlap_seconds: so long after its start a row may still be written
    :param zone: of its times
    :param make: makes a shaper for columns
    """

    def __init__(
        self, dialect: Dialect, kind: str, table: str, overlap_seconds: float, zone: StoreZone,
        make: Callable[[Sequence[str]], Shaper],
    ) -> None:  # fmt: skip
        self.kind, self.name, self.zone, self.overlap = kind, f"{dialect.name}.{table}", zone, overlap_seconds
        self._dialect, self._make = dialect, make
        self._shaper: Shaper | None = None
        self._texts: list[str] = []
        self._start = Column("", False, False)
        self._reading: _Reading | None = None
        self._last: Cursor | None = None
        self._told_empty = False

    def check(self) -> list[str]:
        """Return in words what is wrong or unwise, nothing when all is well."""
        try:
            self._open()
            next(self._dialect.select(self._texts, "LIMIT 1"), None)
        except (StoreTrouble, Lost) as error:
            return [str(error)]
        if not self._start.is_indexed:
            column = self._dialect.quoted(self._start.name).replace("%%", "%")
            return [f"{self.name} has no index on {column}: each look costs a walk through the whole table"]
        return []

    def close(self) -> None:
        """Disconnect; the next reading connects again."""
        self._dialect.close()
        self._reading, self._last, self._shaper = None, None, None

    def again(self, cursor: Cursor, since: float | None = None) -> Cursor | None:
        """Return from where to look for rows that were committed since `cursor` was reached, None: there are none.

        :raises StoreTrouble:
        """
        self._open()
        if since is not None:
            return {"at": self._written(since - SLACK_SECONDS)}
        counts, before = self._counts(cursor), cursor.get("hours", {})
        changed = [hour for hour, count in counts.items() if before.get(hour) != count]
        if not changed:
            return None
        dated = min((hour for hour in changed if hour), default=str(cursor.get("at", "")))
        return {"at": f"{dated}:00:00" if len(dated) == HOUR else dated, "undated": "" in changed, "hours": counts}

    def day_cursors(self, days: Sequence[str]) -> list[Cursor]:
        """Return cursors from which `read` gives the rows of these days."""
        bounds = [(self.zone.begin(day), self.zone.begin(self.zone.next_day(day))) for day in sorted(days)]
        return [{"from": begin, "until": end} for begin, end in bounds]

    def count_days(self, since: str) -> dict[str, int]:
        """Return how many rows each day from `since` on has. :raises StoreTrouble:"""
        self._open()
        length = TEN_MINUTES if self._start.is_utc else DAY
        days: Counter[str] = Counter()
        for begin, count in self._grouped(length, f"{self._column} >= %s", [self._written(self.zone.begin(since))]):
            days[self.zone.day_of(f"{begin}0:00+00") if self._start.is_utc else begin] += count
        return {day: count for day, count in sorted(days.items()) if day >= since and day[4:5] == "-"}

    def read(self, cursor: Cursor | None, limit: int, brief: bool = False) -> Portion:
        """Return about `limit` rows after `cursor`, of the oldest ones without one. :raises StoreTrouble:"""
        shaper = self._open()
        cursor = {"undated": True} if cursor is None else cursor
        if "from" in cursor:
            cursor = {"at": self._written(cursor["from"]), "until": self._written(cursor["until"])}
        if cursor is not self._last or self._reading is None:
            self._reading = _Reading(cursor)
        portion, reading = Portion(shaper.columns, cursor, more=True), self._reading
        try:
            while len(portion.rows) + ROWS <= max(limit, ROWS) and portion.more:
                rows = self._next(reading)
                if rows:
                    self._shape(portion, reading, rows)
                    give_way()
                portion.more = rows is not None
        except Lost as error:
            self.close()
            raise StoreTrouble(f"{self.name}: {error}") from None
        portion.cursor = self._last = self._cursor(cursor, reading, portion.more)
        return portion

    # -- statements ------------------------------------------------------------------------------------------------

    @property
    def _column(self) -> str:
        return self._dialect.quoted(self._start.name)

    def _open(self) -> Shaper:
        if self._shaper is not None:
            return self._shaper
        try:
            columns = self._dialect.columns()
        except Lost as error:
            raise StoreTrouble(f"{self.name}: {error}") from None
        if not columns:
            raise StoreTrouble(f"{self.name}: there is no such table, or the agent's user may not read it")
        shaper = self._make([column.name for column in columns])
        if shaper.start is None or not columns[shaper.start].is_time:
            raise StoreTrouble(f"{self.name} has no column with times for the start of a call (start, calldate)")
        self._start, self._texts = columns[shaper.start], [self._dialect.text(column) for column in columns]
        self._shaper = shaper
        return shaper

    def _next(self, reading: _Reading) -> list[Texts] | None:
        """Return some rows, none where a statement has ended, None where all have."""
        if reading.rows is None:
            where, values = self._where(reading)
            limit = "" if reading.part in ("undated", "crowd") else f" LIMIT {STEP}"
            order = "" if reading.part == "undated" else f" ORDER BY {self._column}"
            reading.begin(self._dialect.select(self._texts, f"WHERE {where}{order}{limit}", values))
        rows = next(reading.rows, None) if reading.rows is not None else None
        if rows:
            reading.count += len(rows)
            return list(rows)
        return [] if reading.turn() else None

    def _where(self, reading: _Reading) -> tuple[str, list[str]]:
        column = self._column
        if reading.part == "undated":
            return f"{column} IS NULL OR {column} < %s", [DATED]
        sign = {"from": ">=", "crowd": "=", "after": ">"}[reading.part]
        until, values = ("", []) if not reading.until else (f" AND {column} < %s", [reading.until])
        return f"{column} {sign} %s{until}", [reading.at or DATED, *values]

    def _counts(self, cursor: Cursor) -> dict[str, int]:
        """Return the rows of each hour of the overlap, under "" of those without a time."""
        at = self.zone.read(str(cursor.get("at", "")))
        reached = time.time() if at is None else at.first if isinstance(at, Twice) else at
        floor = self._written(min(reached, time.time()) - self.overlap)[:HOUR] + ":00:00"
        hours = {hour: count for hour, count in self._grouped(HOUR, f"{self._column} >= %s", [floor]) if hour}
        undated = self._grouped(0, f"{self._column} IS NULL OR {self._column} < %s", [DATED])
        return {**hours, "": sum(count for _all, count in undated)}

    def _grouped(self, length: int, where: str, values: list[str]) -> list[tuple[str, int]]:
        begin = f"left({self._dialect.text(self._start)}, {length})"
        rest = f"WHERE {where} GROUP BY {begin}"
        try:
            rows = [row for rows in self._dialect.select([begin, "concat(count(*), '')"], rest, values) for row in rows]
        except Lost as error:
            self.close()
            raise StoreTrouble(f"{self.name}: {error}") from None
        return [(text, int(count)) for text, count in rows]

    def _written(self, moment: float) -> str:
        """Return the moment as the start column is compared with it; sessions are in UTC."""
        return (_UTC if self._start.is_utc else self.zone).write(moment)

    # -- rows ------------------------------------------------------------------------------------------------------

    def _shape(self, portion: Portion, reading: _Reading, rows: list[Texts]) -> None:
        shaper = self._open()
        assert shaper.start is not None
        full = [row for row in rows if any(row)]
        if len(full) < len(rows) and not self._told_empty:
            self._told_empty = True
            portion.problems.append(Problem(self.name, EMPTY))
        places = reading.places([row[shaper.start] for row in full])
        shaped = shaper.shape(full, places, reading.ordinals)
        portion.rows += shaped
        portion.places += [(f"{self.name}, ", row[shaper.start]) for row in full]

    def _cursor(self, before: Cursor, reading: _Reading, more: bool) -> Cursor:
        """Return the place after the rows given so far."""
        ahead = self._written(time.time() + AHEAD_SECONDS)
        cursor = {**before, "at": min(reading.at, ahead), "undated": reading.part == "undated"}
        return cursor if more or "hours" in before else {**cursor, "hours": {}}


class _Reading:
    """What is read from a cursor on, statement by statement."""

    def __init__(self, cursor: Cursor) -> None:
        self.at, self.until = str(cursor.get("at", "")), str(cursor.get("until", ""))
        self.part = "undated" if cursor.get("undated") else "from"
        self.rows: Iterator[list[Texts]] | None = None
        self.count = 0
        self.ordinals = Ordinals(0)
        self._began, self._start, self._group = "", "", 0

    def begin(self, rows: Iterator[list[Texts]]) -> None:
        """A statement was sent; it begins with the first row of a start, so rows are numbered anew."""
        self.rows, self.count, self._began = rows, 0, self.at
        self.ordinals, self._group = Ordinals(0), 0

    def turn(self) -> bool:
        """A statement's rows are at an end; return whether another one follows."""
        is_full, stood = self.count >= STEP, self.at == self._began
        self.rows = None
        if self.part == "undated":
            self.part = "from"
        elif self.part == "crowd":
            self.part = "after"
        elif not is_full:
            return False
        else:
            # More rows of one second than a statement gives: all of that second, then what comes after it.
            self.part = "crowd" if stood else "from"
        return True

    def places(self, starts: list[str]) -> list[int]:
        """Return a number for each row, the same for rows of the same start; the last one is where reading is."""
        if self.part == "undated":
            return [0] * len(starts)
        places = []
        for start in starts:
            if start != self._start:
                self._start, self.at = start, start[:-3] if start.endswith("+00") else start
                self._group += 1
            places.append(self._group)
        return places


_UTC = StoreZone("UTC")
