"""A connection to Asterisk that runs, and somebody who is told what comes over it."""

from __future__ import annotations

import asyncio
import contextlib

from pbx_agent.ami.connection import Pace
from pbx_agent.ami.link import AmiLink
from pbx_agent.tasks import end
from tests.unit.agent.waiting import until

QUICK = Pace(connect=1.0, reply=0.15, ping=0.05, pause=0.01, longest_pause=0.05, refused_pause=0.05)


class Listener:
    """What the link told its owner."""

    def __init__(self):
        self.events, self.ups, self.downs = [], 0, []
        self.on_up = self.handle = None

    async def up(self, session):
        self.ups += 1
        if self.on_up:
            await self.on_up(session)

    def take(self, event):
        if self.handle:
            self.handle(event)
        self.events.append(event)

    def names(self, but=("FullyBooted",)):
        return [event["event"] for event in self.events if event["event"] not in but]


@contextlib.asynccontextmanager
async def linked(ami, told, secret="right", pace=QUICK, wait=True, **options):
    """A link that runs, and is connected already where it can be."""
    link = AmiLink(
        "127.0.0.1",
        ami.port,
        "odoo",
        secret,
        handle=told.take,
        on_up=told.up,
        on_down=told.downs.append,
        pace=pace,
        **options,
    )
    running = asyncio.ensure_future(link.run())
    try:
        if wait:
            await until(lambda: link.connected)
        yield link
    finally:
        await end([running])


def block_for(seconds, clock):
    end = clock() + seconds
    while clock() < end:
        pass
