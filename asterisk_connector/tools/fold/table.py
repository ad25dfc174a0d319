"""A CSV file with a header, as an admin exports it from any store, as rows and events: for ``./run fold`` and tests."""

import csv
import io
import re
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from .rows import Event, Row

#: what stores call the columns → the contract's names
ALIASES = {
    "calldate": "start",
    "starttime": "start",
    "answertime": "answer",
    "endtime": "end",
    "src_chan": "channel",
    "dst_chan": "dstchannel",
    "src_num": "src",
    "dst_num": "dst",
    "appname": "lastapp",
    "cdr_sequence": "sequence",
}
#: the same for channel events, where some of these names mean something else
EVENT_ALIASES = {"channel": "channame", "eventname": "eventtype", "uid": "uniqueid", "application": "appname"}
_NUMBER = re.compile(r"\d{1,12}(?:\.\d+)?", re.ASCII)
_TIMES = ("start", "answer", "end", "eventtime")
_NUMBERS = ("duration", "billsec")


class TableError(ValueError):
    """The file cannot be read as records; the message says where and why."""


def read_rows(text, zone="UTC"):
    """Return the CDR rows of a CSV text with a header.

    :param zone: IANA name of the zone that the store writes its times in
    :raise TableError: no header with what a row needs, or a line that is none
    """
    return _read(text, zone, ALIASES, ("start", "channel"), Row.of)


def read_events(text, zone="UTC"):
    """Return the channel events (CEL) of a CSV text with a header; arguments and errors as `read_rows`."""
    return _read(text, zone, EVENT_ALIASES, ("eventtype", "eventtime", "linkedid"), Event.of)


def _read(text, zone, aliases, needed, make):
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    names = {name: aliases.get(name.strip().lower(), name.strip().lower()) for name in reader.fieldnames or []}
    if missing := [name for name in needed if name not in names.values()]:
        raise TableError(f"the header names no {', '.join(missing)}: the first line must hold the columns' names")
    place = ZoneInfo(zone)
    found = []
    for line in reader:
        values = {names[name]: value for name, value in line.items() if name is not None}
        if not any(isinstance(value, str) and value.strip() for value in values.values()):
            continue
        try:
            found.append(make(_typed(values, place)))
        except ValueError as error:
            raise TableError(f"line {reader.line_num}: {error}") from None
    return found


def _typed(values, place):
    for name in _TIMES:
        if name in values:
            values[name] = _moment(values[name] or "", place)
    for name in _NUMBERS:
        values[name] = float(values[name]) if values.get(name) else None
    sequence = values.get("sequence") or ""
    values["sequence"] = int(sequence) if sequence.isascii() and sequence.isdigit() else None
    return values


def _moment(text, place):
    """Return a time as seconds since the epoch: a number, or a local time of `place`; None for none."""
    text = text.strip()
    if not text or text.startswith("0000"):
        return None
    if _NUMBER.fullmatch(text):
        return float(text)
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=place)).astimezone(timezone.utc).timestamp()
