"""A scripted office day: every now and then a customer calls, so that a demo has something to show."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .carrier import Carrier
from .numbering import SALES, outside_number


@dataclass(frozen=True)
class Caller:
    """One customer: number as the carrier sends it, display name, and which line he calls."""

    number: str
    name: str = ""
    line: str = SALES


@dataclass(frozen=True)
class Day:
    """
    :param callers: who may call: each once, in any order, then again; nobody twice in a row
    :param pause: shortest and longest time between two calls, seconds
    :param talk: shortest and longest conversation, seconds
    :param seed: the same seed gives the same day
    """

    callers: tuple[Caller, ...]
    pause: tuple[float, float] = (40, 90)
    talk: tuple[float, float] = (15, 60)
    patience: float = 30
    seed: int = field(default=1)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Day:
        """:raises ValueError: when nobody may call, or an entry is not one of the above"""
        try:
            callers = tuple(Caller(**caller) for caller in data["callers"])
            rest = {
                key: tuple(value) if isinstance(value, list) else value
                for key, value in data.items()
                if key != "callers"
            }
            day = cls(callers, **rest)
            for caller in callers:
                outside_number(caller.line)
        except (TypeError, KeyError) as error:
            raise ValueError(f"the scripted day can't be read: {error}") from error
        if not callers:
            raise ValueError("the scripted day has no callers")
        return day

    def turns(self) -> Iterator[Caller]:
        """Who calls next, for ever."""
        chance, last = random.Random(self.seed), None
        while True:
            round_ = chance.sample(self.callers, len(self.callers))
            if round_[0] == last:
                round_.reverse()
            yield from round_
            last = round_[-1]

    async def run(self, carrier: Carrier) -> None:
        """Let customers call until cancelled."""
        chance = random.Random(self.seed)
        for caller in self.turns():
            await asyncio.sleep(chance.uniform(*self.pause))
            call = carrier.bring(caller.number, outside_number(caller.line), name=caller.name)
            await carrier.leave_after(call, chance.uniform(*self.talk), self.patience)
