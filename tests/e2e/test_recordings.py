"""A recorded conversation is in Odoo, and what is heard in it proves who said what: a tone for everybody who speaks."""

from __future__ import annotations

import asyncio
import time
import uuid

import pytest

from tests.e2e.archive import PATIENCE, end, hear_each_other, record
from tests.faults.people import EVA, talk

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_incoming_call_is_heard_with_the_client_left_and_the_company_right(office, back_office, archive):
    outside, inside = await talk(office, EVA, "101")
    await hear_each_other(archive, outside, inside, "101")
    call = await end(back_office, outside, inside, result="answered")
    recording = await archive.recording(call["id"])
    client, company = await archive.sides(recording)
    assert archive.speaks(client, archive.client) is True
    assert archive.speaks(company, archive.tones["101"]) is True
    assert recording["channels"] == 2 and recording["mimetype"] == "audio/ogg"
    assert (
        abs(len(client) / 8000 - recording["seconds"]) < 0.2 and abs(recording["seconds"] - call["talk_seconds"]) < 1.5
    )


async def test_the_call_record_names_the_file(world, office, back_office, archive):
    outside, inside = await talk(office, EVA, "102")
    await hear_each_other(archive, outside, inside, "102", seconds=0.5)
    call = await end(back_office, outside, inside, result="answered")
    recording = await archive.recording(call["id"])
    await back_office.confirmed()
    rows = await back_office.read("asterisk.cdr", [("linkedid", "=", recording["linkedid"])], ["recordingfile"])
    assert {row["recordingfile"] for row in rows} == {recording["file"]}
    assert (world.asterisk.recordings / recording["file"]).is_file()


async def test_a_blind_transfer_is_one_recording_with_both_colleagues(office, back_office, archive):
    outside, inside = await talk(office, EVA, "101")
    await hear_each_other(archive, outside, inside, "101", seconds=1.0)
    await inside.blind_transfer("102")
    second = await office.phone("102").wait_ringing()
    await second.answer()
    await hear_each_other(archive, outside, second, "102")
    call = await end(back_office, outside, second, result="answered")
    client, company = await archive.sides(await archive.recording(call["id"]))
    assert archive.speaks(client, archive.client) is True
    assert archive.speaks(company, archive.tones["101"], archive.tones["102"]) is True


async def test_a_click_to_call_is_recorded_too(office, back_office, archive, session_of):
    anna = await asyncio.to_thread(session_of, "anna")
    partner = await back_office.id_of("res.partner", "Eva Braun")
    click = (EVA, "res.partner", partner, str(uuid.uuid4()))
    await asyncio.to_thread(anna.call, "asterisk.command", "click_to_call", *click)
    client_phone = await office.carrier.wait_ringing()
    await client_phone.wait_state("confirmed")
    (inside,) = office.phone("101").live_calls
    await hear_each_other(archive, client_phone, inside, "101")
    call = await end(back_office, client_phone, inside, direction="outgoing", result="answered")
    client, company = await archive.sides(await archive.recording(call["id"]))
    assert archive.speaks(client, archive.client) is True
    assert archive.speaks(company, archive.tones["101"]) is True


async def test_a_pause_is_silence(office, back_office, archive, session_of):
    anna = await asyncio.to_thread(session_of, "anna")
    outside, inside = await talk(office, EVA, "101")
    await hear_each_other(archive, outside, inside, "101", seconds=1.0)
    for on, seconds in ((False, 1.5), (True, 1.5)):
        await record(back_office, anna, on)
        await asyncio.sleep(seconds)  # so long is not recorded, then it is
    call = await end(back_office, outside, inside, result="answered")
    for side, tone in zip(
        await archive.sides(await archive.recording(call["id"])), (archive.client, archive.tones["101"])
    ):
        assert archive.heard(side)[:3] == [frozenset({tone}), frozenset(), frozenset({tone})]


async def blind(office, inside):
    """Put the client through without a word; returns the colleague's end."""
    await inside.blind_transfer("102")
    second = await office.phone("102").wait_ringing()
    await second.answer()
    return second


async def attended(office, inside):
    """Put the client through after a word with the colleague; returns the colleague's end."""
    await inside.hold()
    consultation = office.phone("101").call("102")
    second = await office.phone("102").wait_ringing()
    await second.answer()
    await consultation.wait_state("confirmed")
    await inside.attended_transfer(consultation)
    return second


@pytest.mark.parametrize("put_through", [blind, attended])
async def test_a_pause_outlives_a_transfer(office, back_office, archive, session_of, put_through):
    anna = await asyncio.to_thread(session_of, "anna")
    outside, inside = await talk(office, EVA, "101")
    await hear_each_other(archive, outside, inside, "101", seconds=1.0)
    await record(back_office, anna, False)
    second = await put_through(office, inside)
    await hear_each_other(archive, outside, second, "102")
    call = await end(back_office, outside, second, result="answered")
    client, company = await archive.sides(await archive.recording(call["id"]))
    assert archive.heard(client) == [frozenset({archive.client}), frozenset()]
    assert archive.heard(company) == [frozenset({archive.tones["101"]}), frozenset()]


async def test_a_call_that_nobody_answered_has_no_recording(office, back_office, archive):
    outside = office.carrier.bring(EVA, "+493055570101")
    await office.phone("101").wait_ringing()
    await outside.cancel()
    missed = await back_office.newest_call(result="cancelled")
    outside, inside = await talk(office, EVA, "101")  # what comes after it has come
    await hear_each_other(archive, outside, inside, "101", seconds=0.5)
    answered = await end(back_office, outside, inside, result="answered")
    await archive.recording(answered["id"])
    assert not await back_office.read("asterisk.recording", [("call_id", "=", missed["id"])], ["id"])


async def test_what_is_erased_in_odoo_is_gone_on_the_pbx(world, office, back_office, archive):
    outside, inside = await talk(office, EVA, "101")
    await hear_each_other(archive, outside, inside, "101", seconds=0.5)
    call = await end(back_office, outside, inside, result="answered")
    recording = await archive.recording(call["id"])
    day = (world.asterisk.recordings / recording["file"]).parent
    stem = recording["file"].rpartition("/")[2].removesuffix(".wav")
    assert len(list(day.glob(f"{stem}*"))) == 3  # both sides, and each for itself
    asked = {"targets": [recording["id"]], "reason": "The customer asked for it."}
    eraser = await back_office.call("asterisk.recording.eraser", "create", asked)
    await back_office.call("asterisk.recording.eraser", "action_erase", eraser)
    deadline = time.monotonic() + PATIENCE
    while (await back_office.read("asterisk.recording", [("id", "=", recording["id"])], ["on_pbx"]))[0]["on_pbx"]:
        assert time.monotonic() < deadline, "the PBX did not say that it erased the recording"
        await asyncio.sleep(0.2)
    assert not list(day.glob(f"{stem}*"))
