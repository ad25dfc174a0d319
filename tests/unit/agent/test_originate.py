"""The verb originate: ask for the phone's state, ring it, follow the call to its end."""

from __future__ import annotations

import asyncio
import contextlib
import json
from pathlib import Path

import pytest

from pbx_agent.ami.actions import InvalidArgument
from pbx_agent.ami.errors import NoAnswer, NotConnected
from pbx_agent.commands import originate
from pbx_agent.commands.pbx import Task
from tests.unit.agent.fake_pbx import FakePbx
from tests.unit.agent.test_originate_watch import ANSWERED, CLIENT, DIALLED, OWN, UUID, begun, ended, gone, response
from tests.unit.agent.waiting import hurry, nothing_more, until

CONTRACT = Path(__file__).resolve().parents[2] / "contract" / "agent"
ARGS = json.loads((CONTRACT / "command_originate.json").read_text("utf-8"))["args"]


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    hurry(monkeypatch)


@pytest.fixture
def pbx():
    return FakePbx()


class Click:
    """One running click; `accepted` holds the first results."""

    def __init__(self, pbx):
        self.pbx, self.accepted, self.is_in_time = pbx, [], True
        self.running = None

    def start(self):
        """Begin, unless it runs already; the PBX may be prepared before."""
        if self.running is None:
            task = Task(UUID, dict(ARGS), self.pbx, lambda: self.is_in_time, self.accepted.append)
            self.running = asyncio.ensure_future(originate.run(task))
        return self.running

    async def code(self):
        outcome = await asyncio.wait_for(self.start(), 2)
        return outcome.code or outcome.status


@pytest.fixture
async def click(pbx):
    one = Click(pbx)
    yield one
    if one.running:
        one.running.cancel()
        with contextlib.suppress(BaseException):
            await one.running


async def until_rung(click):
    click.start()
    pbx = click.pbx
    await until(lambda: pbx.named("Originate") and pbx.queues)


async def test_the_phones_state_is_asked_before_it_is_rung(pbx, click):
    await until_rung(click)
    assert [action["Action"] for action in pbx.sent] == ["Getvar", "Originate"]
    assert pbx.sent[0]["Variable"] == "DEVICE_STATE(PJSIP/101)"
    assert pbx.sent[1]["ChannelId"] == UUID


async def test_an_unregistered_phone_is_told_without_ringing_anybody(pbx, click):
    pbx.answers["Getvar"] = {"response": "Success", "value": "UNAVAILABLE"}
    assert await click.code() == "unregistered"
    assert not pbx.named("Originate") and click.accepted == []


async def test_without_a_clear_answer_the_call_is_tried(pbx, click):
    pbx.answers["Getvar"] = {"response": "Error", "message": "Permission denied"}
    await until_rung(click)


async def test_an_asterisk_that_stands_still_is_not_asked_to_ring_when_it_wakes_up(pbx, click):
    pbx.answers["Getvar"] = NoAnswer("no answer to Getvar within 4 s")
    assert await click.code() == "not_connected"
    assert not pbx.named("Originate") and click.accepted == []


async def test_accepted_is_reported_before_the_end(pbx, click):
    click.start()
    await until(lambda: click.accepted)
    assert (click.accepted[0].status, click.accepted[0].linkedid) == ("accepted", UUID)
    pbx.tell(*DIALLED, ended(CLIENT, "ANSWER", OWN))
    assert await click.code() == "done"
    assert len(click.accepted) == 1 and pbx.queues == []


async def test_an_event_that_overtakes_the_answer_is_heard(pbx, click):
    pbx.answers["Originate"] = lambda action: (
        pbx.tell(begun(OWN), ended(OWN, "BUSY"), response(False), gone(OWN, 17)) or {"response": "Success"}
    )
    assert await click.code() == "busy"


async def test_the_time_may_run_out_while_the_state_is_asked(pbx, click):
    pbx.answers["Getvar"] = asyncio.Event()
    click.start()
    await until(lambda: pbx.named("Getvar"))
    click.is_in_time = False
    pbx.answers["Getvar"].set()
    assert await click.code() == "expired"
    assert not pbx.named("Originate")


async def test_the_connection_may_go_while_the_state_is_asked(pbx, click):
    pbx.answers["Getvar"] = NotConnected("gone")
    with pytest.raises(NotConnected):
        await click.code()
    assert not pbx.named("Originate")


async def test_asterisks_own_refusal_is_told_in_its_words(pbx, click):
    pbx.answers["Originate"] = {"response": "Error", "message": "Extension does not exist."}
    outcome = await asyncio.wait_for(click.start(), 2)
    assert (outcome.code, outcome.message) == ("refused", "Extension does not exist.")


async def test_no_answer_to_originate_is_no_connection(pbx, click):
    pbx.answers["Originate"] = NoAnswer("no answer to Originate within 4 s")
    outcome = await asyncio.wait_for(click.start(), 2)
    assert outcome.code == "not_connected" and "the phone may ring nevertheless" in outcome.message


async def test_a_bad_argument_reaches_nobody(pbx):
    task = Task(UUID, {**ARGS, "dial": "1&2"}, pbx, lambda: True, lambda outcome: None)
    with pytest.raises(InvalidArgument, match="dial"):
        await originate.run(task)
    assert pbx.sent == []


async def test_the_last_words_are_waited_for_a_moment(pbx, click):
    await until_rung(click)
    pbx.tell(response(False))
    await asyncio.sleep(originate.LAST_WORDS_SECONDS / 5)
    assert not click.running.done()
    pbx.tell(begun(OWN), gone(OWN, 21))
    assert await click.code() == "declined"


async def test_last_words_that_never_come_keep_no_command_open(pbx, click):
    await until_rung(click)
    pbx.tell(response(False))
    assert await click.code() == "unregistered"


async def test_other_peoples_events_do_not_prolong_the_last_words(pbx, click):
    await until_rung(click)
    pbx.tell(response(False))

    async def chatter():
        while True:
            pbx.tell(begun(CLIENT._replace(linkedid="another")))
            await asyncio.sleep(0.001)

    talking = asyncio.ensure_future(chatter())
    assert await click.code() == "unregistered"
    talking.cancel()


@pytest.mark.parametrize("state, expected", [("gone", "lost"), ("answered", "done")])
async def test_asterisk_was_away_meanwhile(pbx, click, state, expected):
    await until_rung(click)
    pbx.tell(*ANSWERED)
    pbx.states[UUID] = state
    pbx.resynced()
    assert await click.code() == expected


async def test_a_call_that_survived_the_gap_is_followed_on(pbx, click):
    await until_rung(click)
    pbx.states[UUID] = "open"
    pbx.resynced()
    await nothing_more(lambda: click.running.done(), 0.05)
    pbx.tell(begun(CLIENT, OWN), ended(CLIENT, "ANSWER", OWN))
    assert await click.code() == "done"


async def test_a_call_that_is_gone_soon_after_the_gap_is_lost(pbx, click, monkeypatch):
    monkeypatch.setattr(originate, "AFTER_GAP_SECONDS", 0.05)
    await until_rung(click)
    pbx.states[UUID] = "open"
    pbx.resynced()
    await nothing_more(lambda: click.running.done(), 0.02)
    pbx.states[UUID] = "gone"
    assert await click.code() == "lost"


@pytest.mark.parametrize("state, expected", [("gone", "refused"), ("answered", "done")])
async def test_events_that_never_came_keep_no_command_open(pbx, monkeypatch, state, expected):
    monkeypatch.setattr(originate, "CHECK_SECONDS", 0.05)
    click = Click(pbx)
    pbx.states[UUID] = "open"
    await until_rung(click)
    pbx.tell(begun(OWN), response(True, uuid="another"))
    await nothing_more(lambda: click.running.done(), 0.12)
    pbx.states[UUID] = state
    assert await click.code() == expected
