"""A paused recording stays silent through a transfer, whatever the agent does: what was to be left out is not recorded.

Asterisk's dialplan begins a transferred call's recording again, and only the agent can silence it.
"""

from __future__ import annotations

import asyncio
import time

import pytest
import pytest_asyncio

from tests.e2e.archive import Archive, end, hear_each_other, record
from tests.faults.people import EVA, talk

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEARD = 0.6  # seconds of conversation that are recorded, and then that are not


class Conversation:
    """Anna talks to a client, pauses the recording, and puts him through to a colleague."""

    def __init__(self, office, back_office, archive, anna, clara):
        self.office, self.back_office, self.archive = office, back_office, archive
        self.anna, self.clara = anna, clara

    async def begin(self):
        self.outside, self.inside = await talk(self.office, EVA, "101")
        await hear_each_other(self.archive, self.outside, self.inside, "101", seconds=HEARD)
        await record(self.back_office, self.anna, False)

    async def put_through(self, colleague="102"):
        """Returns when it rings at the colleague's."""
        await self.inside.blind_transfer(colleague)
        self.inside = await self.office.phone(colleague).wait_ringing()

    async def go_on(self, colleague="102"):
        await self.inside.answer()
        await hear_each_other(self.archive, self.outside, self.inside, colleague, seconds=HEARD)

    async def heard(self):
        """The client's side and the company's, each as sets of tones one after the other."""
        call = await end(self.back_office, self.outside, self.inside)
        recording = await self.archive.recording(call["id"])
        return [self.archive.heard(side) for side in await self.archive.sides(recording)]


@pytest_asyncio.fixture(loop_scope="session")
async def conversation(world, office, back_office, session_of, tmp_path):
    await back_office.begin()
    elena, *both = [await asyncio.to_thread(session_of, name) for name in ("elena", "anna", "clara")]
    begun = Conversation(office, back_office, Archive(world, office, back_office, elena, tmp_path), *both)
    await begun.begin()
    return begun


def only_before(archive, sides):
    """Each side is heard until the pause, and nothing after it."""
    for moments, tone in zip(sides, (archive.client, archive.tones["101"])):
        assert moments[0] == frozenset({tone}) and not set().union(*moments[1:]), sides
    return True


async def test_an_agent_that_stands_still_for_a_moment(world, conversation):
    with world.agent_asleep():
        ringing = asyncio.ensure_future(conversation.put_through())
        await asyncio.sleep(0.7)  # the fault: so long the agent does not hear that the recording has begun again
        assert not ringing.done(), "nobody is rung while what was to be left out would be recorded"
    await ringing
    await conversation.go_on()
    assert only_before(conversation.archive, await conversation.heard())


async def test_an_agent_that_is_dead_keeps_nobody_waiting(world, conversation):
    await world.crash_agent()
    began = time.monotonic()
    await conversation.put_through()
    assert time.monotonic() - began < 5
    await conversation.go_on()
    await world.revive_agent()
    assert only_before(conversation.archive, await conversation.heard())


async def test_an_agent_that_was_started_again(world, conversation):
    await world.crash_agent()
    await world.revive_agent()
    for colleague in ("102", "103"):
        await conversation.put_through(colleague)
        await conversation.go_on(colleague)
    await record(conversation.back_office, conversation.clara, True)
    await asyncio.sleep(HEARD)  # so long is recorded again
    client, company = await conversation.heard()
    archive = conversation.archive
    assert client == [frozenset({archive.client}), frozenset(), frozenset({archive.client})]
    assert company == [frozenset({archive.tones["101"]}), frozenset(), frozenset({archive.tones["103"]})]
