"""Rows of a CEL store (channel events) → rows of the wire. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .columns import CEL, cel_layout
from .keys import Ordinals, content_keys
from .texts import column, is_tidy, nothing
from .zone import Moment, Moments, StoreZone, epoch_of, not_before

_OWN = frozenset({"key", "eventtype", "eventtime"})
_IDENTITY = ("linkedid", "uniqueid", "eventtime", "eventtype")

#: What cel_pgsql writes into an integer column (enum ast_cel_event_type).
_TYPES = {
    "1": "CHAN_START", "2": "CHAN_END", "3": "HANGUP", "4": "ANSWER", "5": "APP_START", "6": "APP_END",
    "7": "PARK_START", "8": "PARK_END", "9": "USER_DEFINED", "10": "BRIDGE_ENTER", "11": "BRIDGE_EXIT",
    "12": "BLINDTRANSFER", "13": "ATTENDEDTRANSFER", "14": "PICKUP", "15": "FORWARD", "16": "LINKEDID_END",
    "17": "LOCAL_OPTIMIZE", "18": "LOCAL_OPTIMIZE_BEGIN",
}  # fmt: skip
Row = tuple[Any, ...]


class CelRows:
    """Shapes the rows of one store of channel events, which all have the columns `names`.

    :param names: the store's column names, in its order
    :param zone: the zone in which its times are written
    """

    columns = CEL

    def __init__(self, names: Sequence[str], zone: StoreZone) -> None:
        self.names = tuple(names)
        self._index = cel_layout(names).index
        self._zone = zone
        self._moments = Moments(zone)
        self.start = self._index.get("eventtime")

    def fits(self, row: Sequence[str]) -> bool:
        """Tell whether a row of another width may be taken for one of this store."""
        return self.start is not None and self.start < len(row) and self._zone.read(row[self.start]) is not None

    def shape(
        self, rows: Sequence[Sequence[str]], places: Iterable[int], ordinals: Ordinals, brief: bool = False
    ) -> list[Row]:
        """Return the rows as the wire has them; the arguments are those of `CdrRows.shape`."""
        if not rows:
            return []
        columns, count, clean = list(zip(*rows)), len(rows), is_tidy(rows)

        def raw(name: str) -> Sequence[str]:
            return columns[self._index[name]] if name in self._index else [""] * count

        wire: dict[str, Iterable[Any]] = {
            name: column(raw(name), name, clean) if name in self._index else nothing("", count)
            for name in CEL
            if name not in _OWN
        }
        identities = ["s\0" + "\0".join(parts) for parts in zip(*(raw(name) for name in _IDENTITY))]
        wire["key"] = content_keys(identities, places, ordinals)
        wire["eventtype"] = column([_TYPES.get(text, text) for text in raw("eventtype")], "eventtype", clean)
        wire["eventtime"] = self._times(raw("eventtime"), raw("uniqueid"))
        return list(zip(*(wire[name] for name in CEL)))

    def _times(self, texts: Sequence[str], uniqueids: Sequence[str]) -> list[Moment | None]:
        moments = self._moments
        moments.twice = False
        times = moments.column(texts)
        if not moments.twice:
            return times
        return [not_before(self._zone.read(text), epoch_of(uid)) for text, uid in zip(texts, uniqueids)]
