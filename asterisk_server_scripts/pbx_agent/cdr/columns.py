"""The columns of the wire (docs/contract.md), and the names that stores have for them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

#: A CDR row on the wire, in this order.
CDR = (
    "key", "start", "answer", "end", "clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata",
    "duration", "billsec", "disposition", "amaflags", "accountcode", "peeraccount", "userfield", "uniqueid", "linkedid",
    "sequence", "did", "recordingfile", "extra",
)  # fmt: skip
#: A CEL row on the wire, in this order.
CEL = (
    "key", "eventtype", "eventtime", "cid_num", "cid_name", "exten", "context", "channame", "appname", "appdata",
    "peer", "uniqueid", "linkedid", "extra",
)  # fmt: skip

#: What Asterisk's cdr_csv writes in any case; uniqueid, userfield and (new columns) the last three by its settings.
CDR_CSV = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer",
    "end", "duration", "billsec", "disposition", "amaflags",
)  # fmt: skip
CDR_CSV_NEW = ("peeraccount", "linkedid", "sequence")
#: The order that asterisk_server_scripts/README.md recommends for cel_custom.
CEL_CSV = (
    "eventtype", "eventtime", "cid_name", "cid_num", "exten", "context", "channame", "appname", "appdata", "uniqueid",
    "linkedid", "peer", "extra",
)  # fmt: skip

#: Names by which PBXs call a column: FreePBX, Issabel, MikoPBX, Yeastar, PBXs grown by hand. The first that a store
#: has counts, the others are kept as further columns.
_CDR_NAMES = {
    "start": ("calldate", "datetime", "start_time", "starttime", "timestamp"),
    "answer": ("answerdate", "answer_time", "answertime"),
    "end": ("endtime", "enddate", "end_time"),
    "src": ("src_num",),
    "dst": ("dst_num",),
    "channel": ("src_chan",),
    "dstchannel": ("dst_chan",),
    "lastapp": ("appname",),
    "billsec": ("billable",),
    "sequence": ("cdr_sequence",),
    "did": ("didnumber",),
    "recordingfile": ("recordfile", "recording_file", "recording"),
}
_CEL_NAMES = {
    "eventtype": ("eventname",),
    "eventtime": ("event_time",),
    "cid_num": ("callerid_num",),
    "cid_name": ("callerid_name",),
    "extra": ("eventextra",),
}


class Layout(NamedTuple):
    """Where a store's row has what: `index` of a column of the wire, `further` (name, index) of the others."""

    index: dict[str, int]
    further: tuple[tuple[str, int], ...]


def cdr_layout(names: Sequence[str]) -> Layout:
    """Return the layout of a store with these column names, in its order."""
    return _layout(names, CDR, _CDR_NAMES)


def cel_layout(names: Sequence[str]) -> Layout:
    """The same for channel events."""
    return _layout(names, CEL, _CEL_NAMES)


def _layout(names: Sequence[str], wire: Sequence[str], others: dict[str, tuple[str, ...]]) -> Layout:
    places: dict[str, int] = {}
    for index, name in enumerate(names):
        places.setdefault(name.strip().lower(), index)
    index: dict[str, int] = {}
    for column in wire:
        found = next((name for name in (column, *others.get(column, ())) if name in places), None)
        if found is not None and column != "key" and not (column == "extra" and wire is CDR):
            index[column] = places[found]
    used = set(index.values())
    return Layout(index, tuple((name.strip(), place) for place, name in enumerate(names) if place not in used))


def cdr_csv_names(width: int, is_uniqueid: bool) -> tuple[str, ...] | None:
    """Return the columns of a cdr_csv row of `width` values, None when it is none.

    :param is_uniqueid: whether the 17th value looks like a uniqueid; with one more column only its look tells which
    """
    new = CDR_CSV_NEW if width >= len(CDR_CSV) + len(CDR_CSV_NEW) else ()
    middle = {0: (), 1: ("uniqueid",) if is_uniqueid else ("userfield",), 2: ("uniqueid", "userfield")}
    more = middle.get(width - len(CDR_CSV) - len(new))
    return None if more is None else (*CDR_CSV, *more, *new)
