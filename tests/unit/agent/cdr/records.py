"""Detail records as a PBX writes them, and files that grow, rotate and break as files do."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import os
import time
from pathlib import Path
from typing import Any, Callable

from pbx_agent.cdr import open_source
from pbx_agent.cdr.portion import Portion
from pbx_agent.cdr.settings import Store

ORDER = (
    "start answer end clid src dst dcontext channel dstchannel lastapp lastdata duration billsec disposition amaflags"
    " accountcode peeraccount userfield uniqueid linkedid sequence recordingfile"
).split()
#: Monday, 24 November 2025, 16:00:00 UTC.
NOON = 1764000000
PACKERS: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


def written(moment: float) -> str:
    """A moment as a PBX in UTC writes it."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(moment))


def record(number: int, **values: Any) -> dict[str, str]:
    """One answered call of a minute; each `number` is another call, ten seconds after the one before."""
    start = NOON + number * 10
    uniqueid = f"{start}.{number}"
    usual = {
        "start": written(start), "answer": written(start + 7), "end": written(start + 67),
        "clid": '"Eva Braun" <+493012345678>', "src": "+493012345678", "dst": "101", "dcontext": "from-carrier",
        "channel": f"PJSIP/carrier-{number:08x}", "dstchannel": f"PJSIP/101-{number:08x}", "lastapp": "Dial",
        "lastdata": "PJSIP/101,20,tTkK", "duration": "67", "billsec": "60", "disposition": "ANSWERED",
        "amaflags": "DOCUMENTATION", "accountcode": "", "peeraccount": "", "userfield": "", "uniqueid": uniqueid,
        "linkedid": uniqueid, "sequence": str(number), "recordingfile": f"in-{uniqueid}.wav",
    }  # fmt: skip
    return {**usual, **{name: str(value) for name, value in values.items()}}


def line(row: dict[str, str], order: list[str] | None = None) -> str:
    """The line of a CSV file that quotes each value, as Asterisk does."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow([row[name] for name in order or ORDER])
    return out.getvalue()


class CsvStore:
    """A Master.csv in `folder`, written as cdr_custom does; times are UTC."""

    def __init__(self, folder: Path, order: list[str] | None = None) -> None:
        self.path, self.order = folder / "Master.csv", order or ORDER

    def source(self, **settings: Any) -> Any:
        """The reader of this file."""
        columns = () if self.order is None else tuple(self.order)
        return open_source(
            Store(**{"source": "csv", "path": str(self.path), "columns": columns, "zone": "UTC", **settings})
        )

    def raw(self, text: str | bytes) -> None:
        with self.path.open("ab") as file:
            file.write(text.encode() if isinstance(text, str) else text)

    def add(self, *numbers: int, **values: Any) -> None:
        self.raw("".join(line(record(number, **values), self.order) for number in numbers))

    def rotate(self, suffix: str = ".1") -> Path:
        """As logrotate does: older ones move up, the file gets a number, and a packed one its ending."""
        name, _dot, ending = suffix.lstrip(".").partition(".")
        if name.isdigit():
            self._move_up(int(name))
        target = self.path.with_name(f"{self.path.name}{suffix}")
        if ending:
            target.write_bytes(PACKERS[ending](self.path.read_bytes()))
            self.path.unlink()
        else:
            self.path.rename(target)
        return target

    def _move_up(self, number: int) -> None:
        for old in sorted(self.path.parent.glob(f"{self.path.name}.{number}*")):
            self._move_up(number + 1)
            rest = old.name[len(f"{self.path.name}.{number}") :]
            if old.exists():
                old.rename(old.with_name(f"{self.path.name}.{number + 1}{rest}"))

    def copy_and_truncate(self, suffix: str = ".1") -> None:
        """As logrotate's copytruncate does."""
        self._move_up(int(suffix.lstrip(".")))
        self.path.with_name(f"{self.path.name}{suffix}").write_bytes(self.path.read_bytes())
        os.truncate(self.path, 0)


def read_all(source: Any, cursor: Any = None, limit: int = 5000) -> Portion:
    """Everything after `cursor` as one portion."""
    whole: Portion | None = None
    for _turn in range(10_000):
        portion = source.read(cursor, limit)
        cursor = portion.cursor
        if whole is None:
            whole = portion
        else:
            whole.rows += portion.rows
            whole.places += portion.places
            whole.problems += portion.problems
            whole.cursor, whole.doubt = cursor, whole.doubt or portion.doubt
        if not portion.more:
            return whole
    raise AssertionError("reading comes to no end")


def column(portion: Portion, name: str) -> list[Any]:
    """One column of a portion."""
    place = list(portion.columns).index(name)
    return [row[place] for row in portion.rows]


def values(portion: Portion, index: int = 0) -> dict[str, Any]:
    """One row of a portion, by name."""
    return dict(zip(portion.columns, portion.rows[index]))


def sequences(portion: Portion) -> list[int]:
    return column(portion, "sequence")
