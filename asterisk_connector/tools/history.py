"""Check rows of the PBX's records as the agent sends them, and write them the way PostgreSQL's COPY reads them.

Many at a time and nothing twice: a first import brings a million rows, so what is clean already is not touched.
Source: docs/contract.md, ``cdr`` and ``cel``; PostgreSQL, "COPY", text format.
"""

import json
import math
import re

from .text import clean

KEY = re.compile(r"[0-9a-f]{32}")
MAX_TIME = 4102444800.0  # 2100-01-01
MAX_SEQUENCE = 2**53
NULL = "\\N"
_BORN = re.compile(r"(?:^|-)(\d{9,11})\.\d+$", re.ASCII)

#: kinds of columns: how a value is checked
TEXT, TIME, SECONDS, INTEGER, JSON = "text", "time", "seconds", "integer", "json"


class RowError(ValueError):
    """A row that cannot be taken; `code` is for the program, the text for a person."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Format:
    """What the rows of one kind of record hold.

    :param columns: name → (kind, length): the length is of texts, and of JSON as text
    :param when: the column that tells when it was; a row without it takes the time its uniqueid was made at
    """

    def __init__(self, columns, when):
        self.columns, self.when = columns, when

    def checked(self, names, rows):
        """Check rows and return ``(lines, refused)``.

        :param names: what each row's values are
        :param rows: lists of values as JSON gave them, hostile until checked
        :return: lines in COPY's text format, the key first and then this format's columns in order; and
            ``{"row", "code", "message"}`` of each row that cannot be taken
        """
        places = {name: place for place, name in enumerate(names)}
        plan = [(name, places.get(name), *spec) for name, spec in self.columns.items()]
        lines, refused = [], []
        for number, row in enumerate(rows):
            try:
                lines.append(self._line(row, places, plan, len(names)))
            except RowError as error:
                refused.append({"row": number, "code": error.code, "message": str(error)})
        return lines, refused

    def _line(self, row, places, plan, width):
        if not isinstance(row, list) or len(row) != width:
            raise RowError("bad_row", f"a list of {width} values is expected")
        key = row[places["key"]] if "key" in places else None
        if not isinstance(key, str) or not KEY.fullmatch(key):
            raise RowError("bad_key", "the key must be 32 hex digits")
        values = [key]
        for name, place, kind, length in plan:
            value = None if place is None else row[place]
            if kind is TEXT:
                values.append(_text(value, length))
            elif name == self.when and value is None:
                values.append(self._born(row, places))
            else:
                values.append(_CHECKS[kind](name, value, length))
        return "\t".join(values) + "\n"

    def _born(self, row, places):
        uniqueid = row[places["uniqueid"]] if "uniqueid" in places else None
        match = _BORN.search(uniqueid) if isinstance(uniqueid, str) else None
        if match is None:
            raise RowError("no_time", f"neither {self.when} nor uniqueid tells when it was")
        return match[1]


def _text(value, length):
    if not isinstance(value, str) or not value:
        return ""
    if len(value) > length or not value.isprintable():
        value = clean(value, length)
    return value.replace("\\", "\\\\") if "\\" in value else value


def _time(name, value, _length):
    if value is None:
        return NULL
    if type(value) not in (int, float) or not 0 <= value <= MAX_TIME:
        raise RowError("bad_value", f"{name}: seconds since 1970 (UTC) are expected")
    return repr(value)


def _seconds(name, value, _length):
    if value is None:
        return NULL
    if type(value) not in (int, float) or not math.isfinite(value) or abs(value) > MAX_TIME:
        raise RowError("bad_value", f"{name}: a number of seconds is expected")
    return repr(value)


def _integer(name, value, _length):
    if value is None:
        return NULL
    if type(value) is not int or abs(value) > MAX_SEQUENCE:
        raise RowError("bad_value", f"{name}: an integer is expected")
    return str(value)


def _json(name, value, length):
    if value is None or value == {}:
        return NULL
    if not isinstance(value, dict):
        raise RowError("bad_value", f"{name}: an object of texts is expected")
    room = max(16, length // len(value))
    kept = {
        clean(str(key), 64): clean(text if isinstance(text, str) else str(text), room) for key, text in value.items()
    }
    text = json.dumps(kept, ensure_ascii=False)
    return _text(text, length) if len(text) <= length else NULL


_CHECKS = {TIME: _time, SECONDS: _seconds, INTEGER: _integer, JSON: _json}

CDR = Format(
    {
        "start": (TIME, 0),
        "answer": (TIME, 0),
        "end": (TIME, 0),
        "duration": (SECONDS, 0),
        "billsec": (SECONDS, 0),
        "sequence": (INTEGER, 0),
        **{name: (TEXT, 255) for name in ("clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp")},
        "lastdata": (TEXT, 1000),
        **{name: (TEXT, 80) for name in ("disposition", "amaflags", "accountcode", "peeraccount")},
        "userfield": (TEXT, 1000),
        **{name: (TEXT, 150) for name in ("uniqueid", "linkedid")},
        "did": (TEXT, 80),
        "recordingfile": (TEXT, 1000),
        "extra": (JSON, 4000),
    },
    "start",
)
CEL = Format(
    {
        "eventtime": (TIME, 0),
        **{
            name: (TEXT, 255)
            for name in ("eventtype", "cid_num", "cid_name", "exten", "context", "channame", "appname")
        },
        "appdata": (TEXT, 1000),
        "peer": (TEXT, 255),
        **{name: (TEXT, 150) for name in ("uniqueid", "linkedid")},
        "extra": (TEXT, 4000),
    },
    "eventtime",
)
