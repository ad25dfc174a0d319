"""A PBX's detail records of a hundred days, as `cdr_custom` writes them: the same ones each time."""

from __future__ import annotations

import csv
import random
import time
from pathlib import Path

from sandbox.asterisk import CDR_COLUMNS

#: The first row's call began then (seconds since the epoch, UTC); each row ends so much later than the one before.
BEGIN = 1_760_000_000
STEP = 8
PHONES = ("101", "102", "103", "104", "105")


def ended_at(row: int) -> int:
    """When the call of the row with this number (from 0) ended."""
    return BEGIN + row * STEP


def write(path: Path, count: int) -> None:
    """Write `count` rows; three of ten belong to calls to a ring group, which have three rows."""
    chance = random.Random(22)
    names = CDR_COLUMNS.split()
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, quoting=csv.QUOTE_ALL)
        group: list[str] = []
        for row in range(count):
            if not group and row + 2 < count and chance.random() < 0.13:
                group = [f"{ended_at(row) - 60}.{row}"] * 3
            table.writerow(_row(names, row, group.pop() if group else "", chance))


def _row(names: list[str], row: int, group: str, chance: random.Random) -> list[str]:
    end, phone = ended_at(row), chance.choice(PHONES)
    is_answered = chance.random() < 0.7
    talk, ring = (chance.randint(5, 900) if is_answered else 0), chance.randint(1, 25)
    start = end - talk - ring
    identity = group or f"{start}.{row}"
    number, name = f"+4930{20_000_000 + chance.randint(0, 199_999)}", f"Jörg Müller {row % 977}"
    values = dict.fromkeys(names, "") | {
        "start": _clock(start), "answer": _clock(start + ring) if is_answered else "", "end": _clock(end),
        "clid": f'"{name}" <{number}>', "src": number, "dst": f"+493055570{phone}", "dcontext": "from-carrier",
        "channel": f"PJSIP/carrier-{row:08x}", "dstchannel": f"PJSIP/{phone}-{row:08x}", "lastapp": "Dial",
        "lastdata": f"PJSIP/{phone},30,tTkK", "duration": str(talk + ring), "billsec": str(talk),
        "disposition": "ANSWERED" if is_answered else "NO ANSWER", "amaflags": "DOCUMENTATION",
        "uniqueid": identity, "linkedid": identity, "sequence": str(row),
    }  # fmt: skip
    return [values[name] for name in names]


def _clock(moment: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(moment))
