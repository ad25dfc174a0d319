"""One CDR row and one channel event (CEL), as the fold reads them."""

import json
import re
from typing import NamedTuple

ANSWERED = "ANSWERED"
_CLID = re.compile(r'^\s*"?(?P<name>.*?)"?\s*(?:<(?P<number>[^<>]*)>)?\s*$', re.DOTALL)


class Row(NamedTuple):
    """A CDR row; times are seconds since the epoch or None, `sequence` is None where the store has none."""

    start: float
    answer: float | None
    end: float
    clid: str = ""
    src: str = ""
    dst: str = ""
    dcontext: str = ""
    channel: str = ""
    dstchannel: str = ""
    lastapp: str = ""
    lastdata: str = ""
    disposition: str = ""
    uniqueid: str = ""
    linkedid: str = ""
    sequence: int | None = None
    did: str = ""
    recordingfile: str = ""

    @classmethod
    def of(cls, values):
        """Return the row of a mapping with the contract's names (docs/contract.md, ``cdr``); other keys are ignored.

        :raise ValueError: it has no start
        """
        start = values.get("start")
        if start is None:
            raise ValueError("the row has no start")
        end = values.get("end")
        if end is None:
            end = start + (values.get("duration") or 0)
        texts = {name: str(values.get(name) or "") for name in _TEXTS}
        # A store without linkedid (before Asterisk 1.8, some MySQL tables): each channel is a call of its own.
        texts["linkedid"] = texts["linkedid"] or texts["uniqueid"]
        texts["disposition"] = texts["disposition"].upper().replace("_", " ")
        return cls(start=start, answer=values.get("answer"), end=max(start, end), sequence=_sequence(values), **texts)

    @property
    def talked_from(self):
        """When the channels of this row were connected at the earliest; None: they were not."""
        if self.disposition != ANSWERED or not self.dstchannel:
            return None
        return self.start if self.answer is None else self.answer

    @property
    def caller_name(self):
        """The name in ``"Eva Braun" <+4930…>``."""
        name = _CLID.match(self.clid)["name"].replace('\\"', '"')
        return "" if name == self.src else name


_TEXTS = [name for name in Row._fields if name not in ("start", "answer", "end", "sequence")]


def _sequence(values):
    sequence = values.get("sequence")
    return sequence if isinstance(sequence, int) and not isinstance(sequence, bool) else None


class Event(NamedTuple):
    """A channel event (CEL); `time` in seconds since the epoch."""

    kind: str
    time: float
    name: str = ""
    number: str = ""
    exten: str = ""
    context: str = ""
    channel: str = ""
    app: str = ""
    data: str = ""
    uniqueid: str = ""
    linkedid: str = ""
    extra: str = ""

    @classmethod
    def of(cls, values):
        """Return the event of a mapping with the contract's names (docs/contract.md, ``cel``).

        :raise ValueError: it has no time
        """
        if values.get("eventtime") is None:
            raise ValueError("the event has no time")
        named = (str(values.get(name) or "") for name in _EVENT_NAMES)
        return cls(str(values.get("eventtype") or "").upper(), values["eventtime"], *named)

    @property
    def facts(self):
        """Return what the event adds, {} when that is nothing or unreadable."""
        if not self.extra.startswith("{"):
            return {}
        try:
            return json.loads(self.extra)
        except ValueError:
            return {}


_EVENT_NAMES = (
    "cid_name",
    "cid_num",
    "exten",
    "context",
    "channame",
    "appname",
    "appdata",
    "uniqueid",
    "linkedid",
    "extra",
)
