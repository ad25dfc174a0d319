"""Lines of a CSV file → rows, whatever lines a power cut, a full disk or a caller's name left behind.

The usual case is quick: many lines at once by the standard reader, all of the expected width. If anything is odd among
them, they are taken one by one: a row over several lines is joined, what was glued to half a row is found, a row of
another width is taken when its times and numbers are where they should be, and what is left is a problem.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import Any, Callable, NamedTuple

from .columns import cdr_csv_names
from .portion import Problem
from .source import Shaper
from .zone import Moment, epoch_of

#: A row may be spread over so many lines.
MOST_LINES = 20
#: Half a row is looked for in lines up to this length, from so many places.
MOST_GLUED, MOST_PLACES = 8000, 120
EMPTY = "a row without any value; such rows are skipped"
UNFIT = "not the configured number of columns"

Fields = list[str]


class Rows(NamedTuple):
    """Neighbouring rows of one width. `shaper` knows their columns; `numbers` are the numbers of their lines."""

    shaper: Shaper
    fields: list[Fields]
    numbers: Any


class _Row(NamedTuple):
    """A row of so many lines (0: one cannot tell yet), or none; `lost` is what could not be read."""

    shaper: Shaper | None
    fields: Fields
    used: int
    lost: str = ""


class CsvLines:
    """Reads lines of one kind of file.

    :param names: its columns in their order; none: what Asterisk's cdr_csv writes
    :param make: makes a shaper for columns
    """

    def __init__(self, names: Sequence[str], make: Callable[[Sequence[str]], Shaper]) -> None:
        self._names, self._make = tuple(names), make
        self._shapers: dict[tuple[str, ...], Shaper] = {}
        self._told_empty = False

    def read(self, text: str, name: str, first: int, is_end: bool) -> tuple[list[Rows], list[Problem], int]:
        """Return the rows of whole lines, what could not be read, and how many lines were used.

        :param text: whole lines
        :param name: the file's name, for problems
        :param first: the number of the first one, counted from 1
        :param is_end: nothing follows, so that a row which seems to go on does not
        """
        lines = text.split("\n")
        if not lines[-1]:
            lines.pop()
        if "\0" in text:  # a file system after a power cut
            lines = [line.replace("\0", "") for line in lines]
        quick = self._quick(text, lines, first)
        if quick is not None:
            return quick, [], len(lines)
        rows, lost, used = self._one_by_one(lines, first, is_end)
        return rows, [problem for number, text in lost for problem in self._problem(text, f"{name}:{number}")], used

    def _quick(self, text: str, lines: list[str], first: int) -> list[Rows] | None:
        """Return the rows of lines of which nothing is odd, None when something is."""
        try:
            rows = list(csv.reader(lines))
        except csv.Error:
            return None
        if len(rows) != len(lines) or not rows or text.count('"') % 2:
            return None
        shaper = self._shaper(rows[0])
        if shaper is None or set(map(len, rows)) != {len(rows[0])} or not all(map(any, rows)):
            return None
        if len(rows[0]) == 17 and not self._names and any(self._shaper(row) is not shaper for row in rows):
            return None
        return [Rows(shaper, rows, range(first, first + len(rows)))]

    def _shaper(self, row: Fields) -> Shaper | None:
        """Return what shapes a row of exactly this width, None when it is not the expected one."""
        if self._names:
            return self._of(self._names) if len(row) == len(self._names) else None
        names = cdr_csv_names(len(row), len(row) > 16 and epoch_of(row[16]) is not None)
        return self._of(names) if names else None

    def _of(self, names: tuple[str, ...]) -> Shaper:
        if names not in self._shapers:
            self._shapers[names] = self._make(names)
        return self._shapers[names]

    # -- the unusual case ------------------------------------------------------------------------------------------

    def _one_by_one(self, lines: list[str], first: int, is_end: bool) -> tuple[list[Rows], list[tuple[int, str]], int]:
        """Return rows, texts that are none with the numbers of their lines, and how many lines were used."""
        found: list[Rows] = []
        lost: list[tuple[int, str]] = []
        index = 0
        while index < len(lines):
            row = self._row(lines, index)
            if row.used == 0 and not is_end:
                break  # it may go on in a line that is not there yet
            if row.lost:
                lost.append((first + index, row.lost))
            if row.shaper is not None and found and found[-1].shaper is row.shaper:
                found[-1].fields.append(row.fields)
                found[-1].numbers.append(first + index)
            elif row.shaper is not None:
                found.append(Rows(row.shaper, [row.fields], [first + index]))
            index += max(1, row.used)
        return found, lost, index

    def _row(self, lines: list[str], index: int) -> _Row:
        """Return the row that begins at a line."""
        line = lines[index]
        fields = _fields(line)
        is_open = line.count('"') % 2 == 1
        exact = self._shaper(fields) if any(fields) else None
        if exact is not None and (not is_open or exact.fits(fields)):
            return _Row(exact, fields, 1)
        if is_open and (joined := self._joined(lines, index)):
            return joined
        used = 0 if is_open and len(lines) - index < MOST_LINES else 1
        glued = self._glued(line, used)
        if glued.shaper is not None:
            return glued
        is_cut = is_open or line.rstrip().endswith(",")
        other = exact or (self._other_width(fields) if any(fields) and not is_cut else None)
        return glued if other is None else _Row(other, fields, used)

    def _joined(self, lines: list[str], index: int) -> _Row | None:
        """Return a row that goes over several lines."""
        for end in range(index + 2, min(index + MOST_LINES, len(lines)) + 1):
            text = "\n".join(lines[index:end])
            fields = _fields(text) if text.count('"') % 2 == 0 else []
            shaper = self._shaper(fields) if any(fields) else None
            if shaper is not None:
                return _Row(shaper, fields, end - index)
        return None

    def _other_width(self, row: Fields) -> Shaper | None:
        """Return what shapes a row of another width than configured, if its values are where they should be."""
        if not self._names:
            return None
        further = tuple(f"column{number}" for number in range(len(self._names) + 1, len(row) + 1))
        shaper = self._of((self._names + further)[: len(row)]) if len(further) < len(self._names) else None
        return shaper if shaper is not None and shaper.fits(row) else None

    def _glued(self, line: str, used: int) -> _Row:
        """Find a whole row behind half a one: the disk was full, or Asterisk was killed while it wrote."""
        place = line.find('"', 1) if len(line) <= MOST_GLUED else -1
        for _attempt in range(MOST_PLACES):
            if place < 0:
                break
            fields = _fields(line[place:])
            shaper = self._shaper(fields) if any(fields) else None
            if shaper is not None and shaper.fits(fields):
                return _Row(shaper, fields, used, lost=line[:place])
            place = line.find('"', place + 1)
        return _Row(None, [], used, lost=line)

    def _problem(self, line: str, where: str) -> list[Problem]:
        if line.strip(' \t\r",;'):
            return [Problem(where, UNFIT, line)]
        if not line.strip() or self._told_empty:
            return []
        self._told_empty = True
        return [Problem(where, EMPTY, line)]

    def when(self, head: bytes, read: Callable[[str], Moment | None]) -> Moment | None:
        """Return when (as `read` understands it) the first row of a file's first bytes was, None: there is none."""
        lines = head.decode("utf-8", "replace").split("\n")
        for index in range(min(len(lines), MOST_LINES)):
            shaper, fields, _used, _lost = self._row(lines, index)
            moment = read(fields[shaper.start]) if shaper is not None and shaper.start is not None else None
            if moment is not None:
                return moment
        return None


def _fields(line: str) -> Fields:
    """Return the values of one row, none when it is no row."""
    *begin, end = line.split("\n")
    try:
        rows = list(csv.reader([*(f"{part}\n" for part in begin), end]))
    except csv.Error:
        return []
    return rows[0] if len(rows) == 1 else []
