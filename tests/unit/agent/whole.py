"""The whole agent between a fake Asterisk and a fake Odoo, in one event loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from pbx_agent.agent import Agent
from pbx_agent.ami.connection import Pace
from pbx_agent.config import Config
from tests.unit.agent.ami_script import Chan
from tests.unit.agent.fake_ami import FakeAmi
from tests.unit.agent.fake_odoo import FakeOdoo
from tests.unit.agent.waiting import until

QUICK = Pace(connect=1.0, reply=0.3, ping=0.1, pause=0.02, longest_pause=0.05, refused_pause=0.05)


def settings(ami: FakeAmi, odoo: FakeOdoo, folder: Path, **more: Any) -> Config:
    """The configuration of an agent between the two."""
    return Config(url=odoo.url, key="the-key", secret="right", port=ami.port, state_dir=str(folder), **more)


@contextlib.asynccontextmanager
async def whole(ami: FakeAmi, odoo: FakeOdoo, folder: Path, wait: bool = True) -> AsyncIterator[Agent]:
    """A running agent; connected to both sides already, unless told not to `wait`. Stopped as by SIGTERM."""
    agent, stop = Agent(settings(ami, odoo, folder), QUICK), asyncio.Event()
    running = asyncio.ensure_future(agent.run(stop))
    try:
        if wait:
            await until(lambda: odoo.sockets and is_connected(odoo) and live(odoo) is not None)
        yield agent
    finally:
        stop.set()
        await asyncio.wait_for(running, 5)


def is_connected(odoo: FakeOdoo) -> bool:
    """What Odoo was told last."""
    told = odoo.bodies("status")
    return bool(told) and told[-1]["connected"]


def live(odoo: FakeOdoo) -> list[str] | None:
    """The last announcement of what lives, None before the first."""
    told = [body["live"] for body in odoo.bodies("calls") if "live" in body]
    return told[-1] if told else None


class Exchange:
    """Tells the fake Asterisk's listeners the events of calls, a step at a time."""

    def __init__(self, ami: FakeAmi) -> None:
        self.ami, self.number = ami, 0

    def _channel(self, endpoint: str, linkedid: str = "", **facts: str) -> Chan:
        self.number += 1
        uniqueid = facts.pop("uniqueid", f"1764000000.{self.number}")
        channel = Chan(f"{endpoint}-{self.number:08x}", uniqueid, linkedid or uniqueid, **facts)
        self.ami.event("Newchannel", **channel.fields())
        return channel

    def ring(self, number: str = "+493012345678", *endpoints: str) -> tuple[Chan, list[Chan]]:
        """A call comes in and rings at the endpoints."""
        facts = {"calleridnum": number, "context": "from-carrier", "exten": "+493055570100", "channelstatedesc": "Ring"}
        caller = self._channel("PJSIP/carrier", **facts)
        phones = [self._channel(endpoint, caller.linkedid) for endpoint in endpoints or ("PJSIP/101",)]
        for phone in phones:
            self.dial(caller, phone)
        return caller, phones

    def click(self, uuid: str) -> Chan:
        """An Originate's first leg begins to ring."""
        phone = self._channel("PJSIP/101", uniqueid=uuid, context="from-internal")
        self.ami.event("DialBegin", **phone.fields("dest"), dialstring="101")
        return phone

    def pick_up(self, phone: Chan) -> None:
        """The employee took the Originate's call."""
        phone.facts["channelstatedesc"] = "Up"
        self.ami.event("Newstate", **phone.fields())
        self.ami.event("DialEnd", **phone.fields("dest"), dialstatus="ANSWER")
        fields = {"actionid": phone.uniqueid, "response": "Success", "reason": "4"}
        self.ami.event("OriginateResponse", **phone.fields(), **fields)

    def dial(self, caller: Chan, phone: Chan) -> None:
        self.ami.event("DialBegin", **caller.fields(), **phone.fields("dest"), dialstring="x")
        phone.facts["channelstatedesc"] = "Ringing"
        self.ami.event("Newstate", **phone.fields())

    def dial_out(self, phone: Chan, trunk: str = "PJSIP/carrier") -> Chan:
        """The employee's leg dials the client."""
        client = self._channel(trunk, phone.linkedid, context="from-carrier")
        self.dial(phone, client)
        return client

    def answer(self, caller: Chan, phone: Chan) -> None:
        for channel in (phone, caller):
            channel.facts["channelstatedesc"] = "Up"
        self.ami.event("DialEnd", **caller.fields(), **phone.fields("dest"), dialstatus="ANSWER")
        for count, channel in enumerate((phone, caller), 1):
            self.ami.event("BridgeEnter", **channel.fields(), bridgeuniqueid="b1", bridgenumchannels=str(count))

    def hang_up(self, *channels: Chan) -> None:
        for channel in channels:
            self.ami.event("Hangup", **channel.fields(), cause="16")


def last(odoo, linkedid):
    """The newest snapshot of a call that Odoo has."""
    return max(odoo.calls(linkedid), key=lambda call: call["version"], default={})
