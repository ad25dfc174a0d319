"""Record the scenarios anew: `python -m tests.scenarios.record [name ...]` (in the checkout, with the sandbox set up).

Each script in `scripts/` plays one situation with real SIP phones on a real Asterisk, while a recorder with the agent's
own AMI rights writes down what it sees. A new file's expected calls are what the tracker says now, to be checked by a
person before they are committed. A file that exists keeps what it expects: only identities and seconds are taken from
the new recording, and where the tracker now tells something else, that is printed and the old word stands.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from pbx_agent.replay import brief, snapshots

from . import scripts  # noqa: F401 - registers them
from .script import SCRIPTS
from .world import world

FOLDER = Path(__file__).parent
#: of a snapshot, besides what `pbx-agent replay` prints
MORE = ("queue", "trunk", "command")
#: what differs from one recording to the next
PASSING = ("linkedids", "command", "ring_seconds", "talk_seconds")


async def main(names: list[str]) -> None:
    """Play and write the named scenarios, or all."""
    async with world() as w:
        for name in names or SCRIPTS:
            about, play = SCRIPTS[name]
            w.all_manual()
            recorder = w.recorder()
            if not name.startswith("late"):
                await w.open(recorder)
            await play(w, recorder)
            if name != "asterisk_stops":
                await w.idle()
            await asyncio.sleep(0.4)
            recorder.close()
            write(name, about, recorder.events)


def told(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The calls that the tracker tells, as scenario files expect them."""
    calls = snapshots(json.dumps({"events": events}))
    return [{**brief(call), **{key: call[key] for key in MORE}} for call in calls]


def write(name: str, about: str, events: list[dict[str, Any]]) -> None:
    """Write one file."""
    path = FOLDER / f"{name}.json"
    events = [event for event in events if event["Event"] != "DeviceStateChange"]
    calls = told(events)
    if path.exists():
        calls = kept(name, json.loads(path.read_text("utf-8"))["calls"], calls)
    text = json.dumps({"about": about, "calls": calls, "events": events}, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", "utf-8")
    print(name, len(events), "events")


def kept(name: str, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The expected calls of a file that exists, with the new recording's identities and seconds."""
    if len(old) != len(new):
        print(f"{name}: {len(new)} calls instead of {len(old)}; the expected calls stay, look at them")
        return old
    calls = []
    for before, now in zip(old, new):
        call = {**before, **{key: now[key] for key in PASSING}}
        for key in before.keys() & now.keys() - set(PASSING):
            if before[key] != now[key]:
                print(f"{name}: {key} is {now[key]!r}, expected {before[key]!r}")
        calls.append(call)
    return calls


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
