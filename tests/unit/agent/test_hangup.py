"""The verb hangup: end one leg, and know that a person wanted it."""

from __future__ import annotations

import pytest

from pbx_agent.ami.actions import InvalidArgument
from pbx_agent.ami.errors import NoAnswer, NotConnected
from pbx_agent.commands import hangup
from pbx_agent.commands.pbx import Task
from tests.unit.agent.fake_pbx import FakePbx

UNIQUEID = "1764000000.11"


@pytest.fixture
def pbx():
    fake = FakePbx()
    fake.names[UNIQUEID] = "PJSIP/101-0000000b"
    return fake


async def hang_up(pbx, uniqueid=UNIQUEID):
    return await hangup.run(Task("u", {"uniqueid": uniqueid}, pbx, lambda: True, lambda outcome: None))


async def test_the_legs_channel_is_ended_as_the_persons_wish(pbx):
    assert (await hang_up(pbx)).status == "done"
    assert pbx.sent == [{"Action": "Hangup", "Channel": "PJSIP/101-0000000b", "Cause": "16"}]
    assert pbx.wanted == [UNIQUEID]


async def test_a_leg_that_has_ended_is_gone(pbx):
    assert (await hang_up(pbx, "1764000000.99")).code == "gone"
    assert pbx.sent == [] and pbx.wanted == []


@pytest.mark.parametrize(
    "message, code",
    [("No such channel", "gone"), ("Permission denied", "refused"), ("Channel could not be", "refused")],
)
async def test_asterisks_refusal_is_told(pbx, message, code):
    pbx.answers["Hangup"] = {"response": "Error", "message": message}
    outcome = await hang_up(pbx)
    assert (outcome.code, outcome.message) == (code, message if code == "refused" else outcome.message)


async def test_no_answer_is_a_refusal_and_no_connection_is_the_executors_business(pbx):
    pbx.answers["Hangup"] = NoAnswer("no answer to Hangup within 4 s")
    assert (await hang_up(pbx)).code == "refused"
    pbx.answers["Hangup"] = NotConnected("gone")
    with pytest.raises(NotConnected):
        await hang_up(pbx)


@pytest.mark.parametrize("uniqueid", [None, "", 5, ["1"], {}])
async def test_a_leg_must_be_named(pbx, uniqueid):
    with pytest.raises(InvalidArgument, match="uniqueid"):
        await hang_up(pbx, uniqueid)


async def test_a_channel_whose_name_is_no_name_is_not_sent(pbx):
    pbx.names[UNIQUEID] = "/^PJSIP/"
    with pytest.raises(InvalidArgument):
        await hang_up(pbx)
    assert pbx.sent == [] and pbx.wanted == []
