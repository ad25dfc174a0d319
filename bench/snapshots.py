"""Snapshots of calls that ring at Anna's and Boris's phones: the contract's example, each time another call. Pure."""

from __future__ import annotations

import copy
import json
import time
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "tests" / "contract" / "agent" / "call_ringing.json"


class RingingCalls:
    """Makes them; `begin` is the epoch of their ids and versions, ms: the clock of this moment unless told."""

    def __init__(self, begin: int | None = None) -> None:
        self._example = json.loads(EXAMPLE.read_text("utf-8"))
        self._number = begin or int(time.time() * 1000)

    def take(self, count: int) -> list[dict]:
        """`count` calls that nobody has heard of yet."""
        return [self._one() for _ in range(count)]

    def _one(self) -> dict:
        self._number += 1
        call = copy.deepcopy(self._example)
        call["linkedid"], call["version"] = f"{self._number}.0", self._number
        call["linkedids"] = [call["linkedid"]]
        for index, leg in enumerate(call["legs"]):
            leg["uniqueid"] = f"{self._number}.{index}"
        return call


def ended(call: dict) -> dict:
    """The same call a moment later: the caller gave up."""
    over = copy.deepcopy(call)
    over.update(state="ended", result="no-answer", hung_up_by="caller", version=call["version"] + 1)
    over["ended_at"] = call["started_at"] + 1
    for leg in over["legs"]:
        leg.update(state="ended", result="no-answer", ended_at=over["ended_at"])
    return over
