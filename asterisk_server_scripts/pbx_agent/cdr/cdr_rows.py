"""Rows of a CDR store → rows of the wire, a few hundred at a time, column by column: that makes it quick. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any

from .columns import CDR, cdr_layout
from .keys import Ordinals, content_keys, keys_of
from .texts import TEXT_LIMIT, Numbers, column, is_tidy, nothing, tidy, wholes
from .zone import Moment, Moments, StoreZone, epoch_of, nearest, not_before

EXTRA_LIMIT = 4000
_TIMES = ("start", "answer", "end")
_NUMBERS = ("duration", "billsec")
_OWN = frozenset({"key", "sequence", "extra", *_TIMES, *_NUMBERS})
_IDENTITY = ("linkedid", "uniqueid", "sequence")

#: Asterisk's own numbers (a store whose column is an integer) and MikoPBX's spelling.
_DISPOSITIONS = {
    "0": "NO ANSWER", "1": "NO ANSWER", "2": "FAILED", "4": "BUSY", "8": "ANSWERED", "16": "CONGESTION",
    "NOANSWER": "NO ANSWER",
}  # fmt: skip
Row = tuple[Any, ...]


class CdrRows:
    """Shapes the rows of one store, which all have the columns `names`.

    :param names: the store's column names, in its order
    :param zone: the zone in which its times are written
    """

    columns = CDR

    def __init__(self, names: Sequence[str], zone: StoreZone) -> None:
        self.names = tuple(names)
        self._index, self._further = cdr_layout(names)
        self._zone = zone
        self._moments, self._numbers = Moments(zone), Numbers()
        self.start = self._index.get("start")

    def fits(self, row: Sequence[str]) -> bool:
        """Tell whether a row of another width may be taken for one of this store: what should be a time or a number
        is one.
        """
        if self.start is None or self.start >= len(row) or self._zone.read(row[self.start]) is None:
            return False
        times = (row[self._index[name]] for name in _TIMES if self._index.get(name, len(row)) < len(row))
        numbers = (row[self._index[name]] for name in _NUMBERS if self._index.get(name, len(row)) < len(row))
        return all(not text or self._zone.read(text) is not None for text in times) and all(
            not text or self._numbers[text] is not None for text in numbers
        )

    def shape(
        self, rows: Sequence[Sequence[str]], places: Iterable[int], ordinals: Ordinals, brief: bool = False
    ) -> list[Row]:
        """Return the rows as the wire has them.

        :param places: where each lies in its store, a number that grows
        :param ordinals: numbers rows of the same content
        :param brief: they may end after their times, and lack the answer's
        """
        if not rows:
            return []
        columns, count = list(zip(*rows)), len(rows)

        def raw(name: str) -> Sequence[str]:
            return columns[self._index[name]] if name in self._index else [""] * count

        keys = self._keys(rows, places, ordinals, raw)
        if brief:
            self._moments.twice = False
            start, end = (self._moments.column(raw(name)) for name in ("start", "end"))
            if not self._moments.twice and None not in start:
                return list(zip(keys, start, repeat(None), end))
        clean = is_tidy(rows)
        wire: dict[str, Iterable[Any]] = {
            name: column(raw(name), name, clean) if name in self._index else nothing("", count)
            for name in CDR
            if name not in _OWN
        }
        wire["key"] = keys
        wire["duration"], wire["billsec"] = (self._numbers.column(raw(name)) for name in _NUMBERS)
        wire["sequence"] = wholes(self._numbers.column(raw("sequence")))
        wire["start"], wire["answer"], wire["end"] = self._times(raw, wire)
        if not _DISPOSITIONS.keys().isdisjoint(wire["disposition"]):
            wire["disposition"] = [_DISPOSITIONS.get(text, text) for text in wire["disposition"]]
        wire["extra"] = self._extras(columns) if self._further else nothing(None, count)
        return list(zip(*(wire[name] for name in CDR)))

    def _keys(self, rows: Sequence[Sequence[str]], places: Iterable[int], ordinals: Ordinals, raw: Any) -> list[str]:
        if all(name in self._index for name in _IDENTITY):
            parts = [raw(name) for name in _IDENTITY]
            keys = keys_of(zip(repeat("s"), *parts))
            if not any("" in column for column in parts):
                return keys
            keys = [key if all(own) else "" for key, own in zip(keys, zip(*parts))]
        else:
            keys = [""] * len(rows)
        lacking = [(row, place) for row, place, key in zip(rows, places, keys) if not key]
        contents = (_content(row) for row, _place in lacking)
        others = iter(content_keys(contents, (place for _row, place in lacking), ordinals))
        return [key or next(others) for key in keys]

    def _times(self, raw: Any, wire: dict[str, Any]) -> list[list[Moment | None]]:
        moments = self._moments
        moments.twice = False
        times = [moments.column(raw(name)) for name in _TIMES]
        if moments.twice:
            self._settle(times, [raw(name) for name in _TIMES], raw("uniqueid"), wire)
        start, answer, end = times
        if None in start:
            start = [epoch_of(uid) if moment is None else moment for moment, uid in zip(start, raw("uniqueid"))]
        return [start, answer, end]

    def _settle(self, times: list[list[Any]], texts: list[Sequence[str]], uids: Sequence[str], wire: Any) -> None:
        """Decide the hour that the clock went through twice: by the channel's birth, then by the durations."""
        read = self._zone.read
        for row, (text, uid, duration, billsec) in enumerate(zip(texts[0], uids, wire["duration"], wire["billsec"])):
            start = times[0][row] = not_before(read(text), epoch_of(uid))
            end = read(texts[2][row])
            has_length = start is not None and duration is not None
            end = times[2][row] = nearest(end, start + duration) if has_length else not_before(end, start)
            answer = read(texts[1][row])
            has_length = end is not None and billsec is not None
            times[1][row] = nearest(answer, end - billsec) if has_length else not_before(answer, start)

    def _extras(self, columns: Sequence[Sequence[str]]) -> list[dict[str, str] | None]:
        names = [name for name, _index in self._further]
        return [_extra(names, values) for values in zip(*(columns[index] for _name, index in self._further))]


def _content(row: Sequence[str]) -> str:
    """The identity of a row without ids: its texts. Empty ones at the end do not count, so that a column which a PBX
    adds some day does not make all its old rows new ones.
    """
    return "c\0" + "\0".join(row).rstrip("\0")


def _extra(names: Sequence[str], values: Sequence[str]) -> dict[str, str] | None:
    if not any(values):
        return None
    extra, left = {}, EXTRA_LIMIT
    for name, value in zip(names, values):
        name, value = tidy(name, TEXT_LIMIT), tidy(value, min(TEXT_LIMIT, max(0, left - len(name))))
        if value:
            extra[name] = value
            left -= len(name) + len(value)
    return extra or None
