"""The verbs record and erase: silence in a recording, or no recording any more."""

from __future__ import annotations

import pytest

from pbx_agent.ami.actions import InvalidArgument
from pbx_agent.ami.errors import NoAnswer, NotConnected
from pbx_agent.commands import erase, record
from pbx_agent.commands.pbx import Task
from tests.unit.agent.fake_pbx import FakePbx

LINKEDID = "1764000000.10"
CLIENT, PHONE = "PJSIP/carrier-0000000a", "PJSIP/101-0000000b"
KEY, FILE = "0" * 32, "2026/01/31/in-1764000000.10.wav"


@pytest.fixture
def pbx():
    fake = FakePbx()
    fake.recorded[LINKEDID] = [CLIENT, PHONE]
    return fake


async def run(pbx, linkedid=LINKEDID, on=False):
    return await record.run(Task("u", {"linkedid": linkedid, "on": on}, pbx, lambda: True, lambda outcome: None))


def mute(channel, state):
    return {"Action": "MixMonitorMute", "Channel": channel, "Direction": "both", "State": state}


def keep(channel, value):
    return {"Action": "Setvar", "Channel": channel, "Variable": "ODOO_PAUSE", "Value": value}


@pytest.mark.parametrize(
    "on, sent", [(False, [keep(CLIENT, "paused"), mute(CLIENT, "1")]), (True, [mute(CLIENT, "0"), keep(CLIENT, "")])]
)
async def test_both_sides_are_silent_or_recorded_again(pbx, on, sent):
    outcome = await run(pbx, on=on)
    assert (outcome.status, outcome.linkedid) == ("done", LINKEDID)
    assert pbx.sent == sent


async def test_the_channel_that_records_is_looked_for(pbx):
    def answer(action):
        is_it = action["Channel"] == PHONE
        return {"response": "Success"} if is_it else {"response": "Error", "message": "Cannot set mute flag"}

    pbx.answers["MixMonitorMute"] = answer
    assert (await run(pbx)).status == "done"
    assert [action["Channel"] for action in pbx.named("MixMonitorMute")] == [CLIENT, PHONE]
    values = {action["Channel"]: action["Value"] for action in pbx.named("Setvar")}
    assert values == {CLIENT: "", PHONE: "paused"}


async def test_a_call_that_is_not_recorded_is_told_as_gone(pbx):
    pbx.answers["MixMonitorMute"] = {"response": "Error", "message": "Cannot set mute flag"}
    assert (await run(pbx)).code == "gone"
    assert (await run(pbx, "1764000000.99")).code == "gone"
    assert len(pbx.named("MixMonitorMute")) == 2
    assert pbx.named("Setvar")[-2:] == [keep(PHONE, "paused"), keep(PHONE, "")]


async def test_a_missing_right_is_no_missing_recording(pbx):
    pbx.answers["MixMonitorMute"] = {"response": "Error", "message": "Permission denied"}
    outcome = await run(pbx)
    assert (outcome.code, outcome.message) == ("refused", "Permission denied")


async def test_no_answer_is_a_refusal_and_no_connection_is_the_executors_business(pbx):
    pbx.answers["MixMonitorMute"] = NoAnswer("no answer to MixMonitorMute within 4 s")
    assert (await run(pbx)).code == "refused"
    pbx.answers["MixMonitorMute"] = NotConnected("gone")
    with pytest.raises(NotConnected):
        await run(pbx)


@pytest.mark.parametrize(
    "linkedid, on", [(None, True), ("", True), (5, True), ("a\nb", True), (LINKEDID, 1), (LINKEDID, None)]
)
async def test_arguments_must_make_sense(pbx, linkedid, on):
    with pytest.raises(InvalidArgument):
        await run(pbx, linkedid, on)
    assert pbx.sent == []


async def test_a_channel_whose_name_is_no_name_is_not_sent(pbx):
    pbx.recorded[LINKEDID] = ["PJSIP/x\r\nAction: Originate"]
    with pytest.raises(InvalidArgument):
        await run(pbx)


# -- erase -------------------------------------------------------------------------------------------------------------


async def remove(pbx, key=KEY, file=FILE, says=""):
    asked = []

    async def eraser(*of):
        asked.append(of)
        return says

    task = Task("u", {"key": key, "file": file}, pbx, lambda: True, lambda outcome: None, eraser)
    return await erase.run(task), asked


async def test_a_recording_is_erased(pbx):
    outcome, asked = await remove(pbx)
    assert outcome.status == "done" and asked == [(KEY, FILE)] and pbx.sent == []


async def test_what_cannot_be_erased_is_said(pbx):
    outcome, _asked = await remove(pbx, says="the disk is read-only")
    assert (outcome.code, outcome.message) == ("failed", "the disk is read-only")


@pytest.mark.parametrize(
    "key, file", [(None, FILE), ("x" * 32, FILE), (KEY, None), (KEY, ""), (KEY.upper() + "A", FILE)]
)
async def test_a_recording_must_be_named(pbx, key, file):
    with pytest.raises(InvalidArgument):
        await remove(pbx, key, file)


async def test_an_agent_without_recordings_says_so(pbx):
    task = Task("u", {"key": KEY, "file": FILE}, pbx, lambda: True, lambda outcome: None)
    assert (await erase.run(task)).code == "failed"
