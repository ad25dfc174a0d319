"""Detail records and channel events in CSV files (cdr_csv, cdr_custom, cel_custom).

Such a file is only ever appended to, so a cursor is a file and an offset. A rotation in the middle of reading does no
harm: the rest of the old file is read where it is now, then the next one from its beginning. When the place to go on
from is nowhere to be found (somebody cut or replaced the file), reading begins again further back or later, in doubt:
Odoo is asked what it has of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from pathlib import Path
from typing import Callable

from .csv_days import CsvDays
from .csv_files import BROKEN, CsvFolder, bytes_of
from .csv_lines import CsvLines, Rows
from .csv_track import CsvTrack
from .keys import Ordinals
from .pace import ROWS, give_way
from .portion import Cursor, Portion, Problem
from .source import Shaper, StoreTrouble
from .zone import Moments, StoreZone

#: Rows of the same content are two rows when they lie within so many lines (keys.Ordinals).
WINDOW = 500
#: Days are looked for in so many lines, then others may have a turn.
SCAN_LINES = 40_000
#: So many rows, none of which fits, are a wrong configuration and no accident.
UNFIT_LIMIT = 3
LOST = "the file was cut, replaced or removed: the place to go on from is gone, reading began again here"


class CsvSource:
    """Implements `source.Source` for files.

    :param path: the file that Asterisk writes
    :param names: its columns, none for those of cdr_csv
    :param zone: of its times
    :param make: makes a shaper for columns
    """

    kind = "csv"
    overlap = 0.0

    def __init__(
        self, path: Path, names: Sequence[str], zone: StoreZone, make: Callable[[Sequence[str]], Shaper]
    ) -> None:
        self.name, self.zone, self._path = path.name, zone, path
        self._lines = CsvLines(names, make)
        self._columns = make(names).columns
        moments = Moments(zone)
        self._when = lambda head: self._lines.when(head, moments.__getitem__)
        self._folder = CsvFolder(path, self._when)
        self._track = CsvTrack(self._folder, self._when)
        self._days = CsvDays(self._folder, CsvLines(names, make), zone)
        self._last: Cursor | None = None
        self._place = 0
        self._ordinals = Ordinals(WINDOW)
        self._wanted: frozenset[str] = frozenset()
        self._is_good = False

    def check(self) -> list[str]:
        """Return in words what is wrong, nothing when all is well."""
        try:
            files = [file for file in self._folder.files() if file.head]
        except BROKEN as error:
            return [self._words(error)]
        if not files:
            return [f"{self._path} is not there yet: is Asterisk's module loaded, and has there been a call?"]
        if all(self._when(file.head) is None for file in files):
            return [self._unfit()]
        return []

    def close(self) -> None:
        """Let go of the file; the next reading opens it again."""
        self._track.close()
        self._last = None

    def again(self, cursor: Cursor, since: float | None = None) -> Cursor | None:
        """Return `cursor`: a file only grows at its end."""
        return cursor

    def day_cursors(self, days: Sequence[str]) -> list[Cursor]:
        """Return one cursor that reads everything and gives the rows of these days."""
        return [{"days": sorted(days)}]

    def count_days(self, since: str) -> dict[str, int]:
        """Return how many rows each day from `since` on has. :raises StoreTrouble:"""
        try:
            return self._days.count(since)
        except BROKEN as error:
            raise StoreTrouble(self._words(error)) from None

    def read(self, cursor: Cursor | None, limit: int, brief: bool = False) -> Portion:
        """Return about `limit` rows after `cursor`, of the oldest file without one. :raises StoreTrouble:"""
        portion = Portion(self._columns, cursor or {}, is_brief=brief)
        try:
            if cursor is None or cursor is not self._last:
                self._seek(cursor or {})
            self._fill(portion, limit)
            portion.cursor = self._last = self._cursor(portion.cursor)
        except BROKEN as error:
            self.close()
            raise StoreTrouble(self._words(error)) from None
        if len(portion.problems) >= UNFIT_LIMIT and not self._is_good:
            self.close()
            raise StoreTrouble(self._unfit())
        portion.doubt, self._track.doubt = self._track.doubt, False
        if portion.doubt:
            portion.problems.append(Problem(self._track.name, LOST))
        return portion

    # -- reading ---------------------------------------------------------------------------------------------------

    def _seek(self, cursor: Cursor) -> None:
        self._ordinals = Ordinals(WINDOW)
        self._ordinals.load(cursor.get("near"))
        self._place, self._is_good = int(cursor.get("place", 0)), bool(cursor.get("good"))
        self._wanted = frozenset(cursor.get("days", ()))
        self._track.seek(cursor)

    def _cursor(self, before: Cursor) -> Cursor:
        place = self._track.cursor()
        if not place:
            return before
        days = {"days": sorted(self._wanted)} if self._wanted else {}
        return {**place, "place": self._place, "near": self._ordinals.dump(), "good": self._is_good, **days}

    def _fill(self, portion: Portion, limit: int) -> None:
        first = self._place
        portion.more = True
        while len(portion.rows) < limit and self._place - first < SCAN_LINES:
            if not self._slice(portion, min(ROWS, max(1, limit - len(portion.rows)))):
                portion.more = False
                break

    def _slice(self, portion: Portion, most: int) -> bool:
        """Read some lines; tell whether there were any."""
        while True:
            raw, is_end = self._track.lines(most)
            text = raw.decode("utf-8", "replace")
            line = self._track.line + 1
            rows, problems, used = self._lines.read(text, self._track.name, line, is_end) if raw else ([], [], 0)
            trouble = self._track.take_trouble()
            if trouble:
                portion.problems.append(Problem(self._track.name, f"cannot be unpacked further: {trouble}"))
            if used or not raw:
                break
            if not self._track.grow():
                return False  # a row that goes on in a line that is not there yet
            most += ROWS
        for group in rows:
            self._shape(portion, group)
        portion.problems += problems
        self._track.take(bytes_of(raw, used), used)
        self._place += used
        give_way()
        return bool(raw)

    def _shape(self, portion: Portion, group: Rows) -> None:
        shaper, fields, numbers = group
        self._is_good = True
        if self._wanted:
            chosen = [i for i, row in enumerate(fields) if self._is_wanted(row, shaper.start)]
            fields, numbers = [fields[i] for i in chosen], [numbers[i] for i in chosen]
        shift = self._place - self._track.line - 1
        places = [number + shift for number in numbers]
        portion.rows += shaper.shape(fields, places, self._ordinals, portion.is_brief)
        portion.places += zip(repeat(f"{self._track.name}:"), numbers)

    def _is_wanted(self, row: Sequence[str], start: int | None) -> bool:
        return start is not None and self.zone.day_of(row[start]) in self._wanted

    # -- words -----------------------------------------------------------------------------------------------------

    def _unfit(self) -> str:
        return (
            f"no row of {self._path} fits the configured columns; compare them with the order in Asterisk's conf file"
        )

    def _words(self, error: Exception) -> str:
        if isinstance(error, PermissionError):
            return f"{self._path} cannot be read: give the agent's user the right to (group asterisk)"
        if isinstance(error, FileNotFoundError):
            return f"{self._path.parent} does not exist; check path"
        return f"{self._path} cannot be read: {error}"
