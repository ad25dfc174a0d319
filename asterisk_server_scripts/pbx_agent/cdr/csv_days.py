"""How many rows a day has, in CSV files: counted by reading them, each byte once as long as the agent runs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from .csv_files import HEAD, CsvFile, CsvFolder, Tape, bytes_of, fingerprint
from .csv_lines import CsvLines
from .pace import ROWS, give_way
from .zone import StoreZone


@dataclass
class _Counted:
    """What was counted of one file, up to an offset; `is_whole`: it does not grow any more and was read to its end."""

    offset: int = 0
    days: Counter[str] = field(default_factory=Counter)
    is_whole: bool = False


class CsvDays:
    """Counts; remembers files by their first bytes, so that a rotated one is not read again."""

    def __init__(self, folder: CsvFolder, lines: CsvLines, zone: StoreZone) -> None:
        self._folder, self._lines, self._zone = folder, lines, zone
        self._known: dict[str, _Counted] = {}

    def count(self, since: str) -> dict[str, int]:
        """Return the rows of each day from `since` on. :raises OSError, EOFError: a file cannot be read"""
        files = self._folder.files()
        known, total = {}, Counter[str]()
        for file in files:
            name = fingerprint(file.head)
            counted = self._known.get(name, _Counted()) if len(file.head) >= HEAD else _Counted()
            if not file.is_packed and file.size < counted.offset:
                counted = _Counted()
            if not counted.is_whole:
                self._count(file, counted)
                counted.is_whole = file is not files[-1] or file.is_packed
            known[name] = counted
            total += counted.days
        self._known = known
        return {day: rows for day, rows in sorted(total.items()) if day >= since and day[4:5] == "-"}

    def _count(self, file: CsvFile, counted: _Counted) -> None:
        tape, most = Tape(file, counted.offset), ROWS
        try:
            while raw := tape.lines(most):
                rows, _problems, used = self._lines.read(raw.decode("utf-8", "replace"), "", 1, False)
                if not used and not tape.grow():
                    break
                for shaper, fields, _numbers in rows if used else ():
                    if shaper.start is not None:
                        counted.days.update([self._zone.day_of(row[shaper.start]) for row in fields])
                tape.take(bytes_of(raw, used))
                most = ROWS if used else most + ROWS
                give_way()
            counted.offset = tape.offset
        finally:
            tape.close()
