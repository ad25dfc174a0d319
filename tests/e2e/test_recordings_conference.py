"""A recorded conference: each client's own recording has him on the left and everybody else on the right."""

from __future__ import annotations

import asyncio
import re

import pytest
import pytest_asyncio

from tests.e2e.archive import hear_each_other
from tests.faults.people import EVA, OLE, talk
from tests.scenarios.world import Recorder

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROOM = {"Context": "from-internal", "Exten": "600", "Priority": "1"}
OLES_TONE = 1700  # Hz, none of the others'
TALK = 1.5  # seconds: what is being said; its length is what is tested


@pytest_asyncio.fixture(loop_scope="session")
async def ami(world):
    """A manager of the PBX, who moves people about."""
    manager = await Recorder().open(int(world.asterisk.values["AMI_PORT"]), str(world.asterisk.values["AMI_SECRET"]))
    yield manager
    manager.close()


async def into_the_room(world, ami, user):
    """The client who talks to this employee and the employee go on in the conference room."""
    channels = await asyncio.to_thread(world.asterisk.rx, "core show channels concise")
    (pair,) = re.findall(rf"^(PJSIP/{user}-\w+)!.*!Up!.*?$", channels, re.M)
    bridge = next(line for line in channels.splitlines() if line.startswith(pair)).split("!")[12]
    client = next(
        line.split("!")[0]
        for line in channels.splitlines()
        if line.startswith("PJSIP/carrier") and line.split("!")[12] == bridge
    )
    extra = {f"Extra{key}": value for key, value in ROOM.items()}
    answer = await ami.act(Action="Redirect", Channel=client, ExtraChannel=pair, **ROOM, **extra)
    assert answer["Response"] == "Success", answer


async def enter(office, user):
    """An employee dials the conference room."""
    call = office.phone(user).call("600")
    await call.wait_state("confirmed", 15)
    return call


async def all_leave(back_office, *calls):
    """Everybody hangs up, the client first; returns the call's record."""
    for call in calls:
        if call.alive:
            await call.hang_up()
    return await back_office.newest_call(result="answered")


async def test_everybody_else_is_on_the_right(world, office, back_office, archive, ami):
    outside, inside = await talk(office, EVA, "101")
    anna, boris = archive.tones["101"], archive.tones["102"]
    await hear_each_other(archive, outside, inside, "101", TALK)
    await into_the_room(world, ami, "101")
    await hear_each_other(archive, outside, inside, "101", TALK)
    other = await enter(office, "102")
    await outside.wait_hears({anna, boris}, archive.everybody, 15)
    await other.wait_hears({anna, archive.client}, archive.everybody, 15)
    await asyncio.sleep(TALK)
    await inside.hang_up()
    await outside.wait_hears({boris}, archive.everybody, 15)
    await asyncio.sleep(TALK)
    call = await all_leave(back_office, outside, other)
    client, company = await archive.sides(await archive.recording(call["id"]))
    assert archive.speaks(client, archive.client) is True
    assert archive.lasting(company) == [{anna}, {anna, boris}, {boris}]
    assert set().union(*archive.heard(company)) == {anna, boris}


async def test_a_client_who_is_transferred_to_the_room(office, back_office, archive):
    outside, inside = await talk(office, EVA, "101")
    anna, boris = archive.tones["101"], archive.tones["102"]
    await hear_each_other(archive, outside, inside, "101", TALK)
    await inside.blind_transfer("600")
    await inside.wait_state("ended", 15)
    first = await enter(office, "102")
    await outside.wait_hears({boris}, archive.everybody, 15)
    await asyncio.sleep(TALK)
    second = await enter(office, "101")
    await outside.wait_hears({anna, boris}, archive.everybody, 15)
    await asyncio.sleep(TALK)
    call = await all_leave(back_office, outside, first, second)
    client, company = await archive.sides(await archive.recording(call["id"]))
    assert archive.speaks(client, archive.client) is True
    assert archive.lasting(company) == [{anna}, {boris}, {anna, boris}]


async def test_three_who_talk_by_the_keys_of_an_attended_transfer(office, back_office, archive):
    outside, inside = await talk(office, EVA, "101")
    anna, boris = archive.tones["101"], archive.tones["102"]
    await hear_each_other(archive, outside, inside, "101", TALK)
    await inside.send_digits("*2")
    await asyncio.sleep(1)  # a person waits for the dial tone
    await inside.send_digits("102#")
    other = await office.phone("102").wait_ringing(15)
    await other.answer()
    await other.wait_hears({anna}, archive.everybody, 15)
    await inside.send_digits("*5")
    await outside.wait_hears({anna, boris}, archive.everybody, 15)
    await asyncio.sleep(TALK)
    call = await all_leave(back_office, outside, inside, other)
    client, company = await archive.sides(await archive.recording(call["id"]))
    assert set().union(*archive.heard(client)) == {archive.client}
    moments = archive.lasting(company)
    assert (moments[0], moments[-1]) == ({anna}, {anna, boris}), moments


async def test_two_clients_in_a_room_have_a_recording_each(world, office, back_office, archive, ami):
    anna, boris = archive.tones["101"], archive.tones["102"]
    eva = archive.client
    archive.everybody.add(OLES_TONE)
    outside, inside = await talk(office, EVA, "101")
    office.carrier.tone = OLES_TONE
    try:
        ole, to_boris = await talk(office, OLE, "102")
    finally:
        office.carrier.tone = eva
    await to_boris.wait_hears({OLES_TONE}, archive.everybody, 15)
    await into_the_room(world, ami, "101")
    await into_the_room(world, ami, "102")
    await outside.wait_hears({anna, boris, OLES_TONE}, archive.everybody, 15)
    await ole.wait_hears({anna, boris, eva}, archive.everybody, 15)
    await asyncio.sleep(TALK)
    call = await all_leave(back_office, ole, outside, inside, to_boris)
    sides = {}
    for recording in await archive.recordings(call["id"], 2):
        client, company = await archive.sides(recording)
        (speaker,) = set().union(*archive.heard(client))
        sides[speaker] = archive.lasting(company)
    assert {anna, boris, OLES_TONE} in sides[eva] and {anna, boris, eva} in sides[OLES_TONE], sides
    assert not any(speaker in tones for speaker, moments in sides.items() for tones in moments)
