"""Record anew what a real PBX writes of the scenarios: `python -m tests.scenarios.record_history [name ...]`.

Each script of `record.py` is played with real phones on a real Asterisk; what it then has in its CDR and CEL files is
the record. Nothing in a record is made up or mended; what the calls are that it must give stands in the test.
"""

from __future__ import annotations

import asyncio
import csv
import json
import sys
from pathlib import Path

from sandbox.asterisk import CDR_COLUMNS

from .record import SCRIPTS
from .world import World, world

FOLDER = Path(__file__).parent / "records"
CDR = CDR_COLUMNS.split()
CEL = "eventtype eventtime cid_name cid_num exten context channame appname appdata uniqueid linkedid peer extra".split()
FILES = {"cdr": CDR, "cel": CEL}
SETTLE_SECONDS = 1.0  # a CDR is written up to 0.6 s after the hangup


def lines(w: World, kind: str) -> list[str]:
    """The lines of a kind's file so far."""
    path = w.pbx.records(kind)
    return path.read_text("utf-8", "replace").splitlines() if path.exists() else []


async def main(names: list[str]) -> None:
    """Play the named scenarios, or all, and write a file each."""
    async with world() as w:
        for name in names or SCRIPTS:
            about, play = SCRIPTS[name]
            w.all_manual()
            recorder = w.recorder()
            before = {kind: len(lines(w, kind)) for kind in FILES}
            if not name.startswith("late"):
                await w.open(recorder)
            await play(w, recorder)
            if name != "asterisk_stops":
                await w.idle()
            await asyncio.sleep(SETTLE_SECONDS)
            recorder.close()
            write(name, about, {kind: list(csv.reader(lines(w, kind)[before[kind] :])) for kind in FILES})


def write(name: str, about: str, rows: dict[str, list[list[str]]]) -> None:
    """Write one file: the columns once, then a line a row."""
    parts = [f' "about": {json.dumps(about, ensure_ascii=False)}']
    for kind, columns in FILES.items():
        parts.append(f' "{kind}_columns": {json.dumps(columns)}')
        body = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows[kind])
        parts.append(f' "{kind}": [\n{body}\n ]' if rows[kind] else f' "{kind}": []')
    (FOLDER / f"{name}.json").write_text("{\n" + ",\n".join(parts) + "\n}\n", "utf-8")
    print(name, {kind: len(found) for kind, found in rows.items()})


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
