"""A recording in the browser: paused while one talks, there by itself when it has come, played, marked, erased."""

import re

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.e2e.test_event import form_of, note_of
from tests.faults.people import EVA, talk

pytestmark = pytest.mark.asyncio(loop_scope="session")

ARRIVAL = 60_000  # ms from the end of a call until its recording can be heard
SPOKEN = 6000  # ms of a conversation that is worth a player


def state_of(place):
    """Whether it is being recorded, in a card or in a form."""
    return place.locator(".o-asterisk-CallRecording-state")


def toggle_of(place):
    """The button that pauses it."""
    return place.locator(".o-asterisk-CallRecording-toggle")


def play_of(place):
    return place.locator(".o-asterisk-RecordingPlayer-play")


def marks_of(place):
    return place.locator(".o-asterisk-RecordingMarks-mark")


def reason_of(place):
    """The words where there is nothing to play."""
    return place.locator(".o-asterisk-RecordingPlayer > .text-muted")


@pytest_asyncio.fixture(loop_scope="session")
async def document(office, back_office, sign_in):
    """Anna has talked to Eva with the call's document before her: her screen, and the call, which has just ended."""
    anna = await sign_in("anna", "/odoo/contacts", viewport={"width": 1280, "height": 1000})
    customer, _inside = await talk(office, EVA, "101")
    await anna.press(anna.action("note"))
    await expect(form_of(anna)).to_be_visible()
    await anna.page.wait_for_timeout(SPOKEN)  # what is said: its length is what is shown
    await customer.hang_up()
    call = await back_office.newest_call(result="answered")
    await expect(anna.title).to_have_text("Call ended")
    await anna.press(anna.calls.locator(".o-asterisk-done"))
    return anna, call["id"]


async def test_a_recording_is_paused_and_goes_on(office, sign_in, album):
    anna = await sign_in("anna", "/odoo/contacts")
    customer, _inside = await talk(office, EVA, "101")
    await expect(state_of(anna.calls)).to_have_text("Being recorded")
    await album.take(anna.page, "card_recorded")
    await toggle_of(anna.calls).click()
    await expect(state_of(anna.calls)).to_have_text("Recording paused")
    await expect(toggle_of(anna.calls)).to_be_enabled()
    await album.take(anna.page, "card_recording_paused")
    await anna.reload()
    await expect(state_of(anna.calls)).to_have_text("Recording paused")
    await anna.press(anna.action("note"))
    await expect(form_of(anna)).to_be_visible()
    await expect(state_of(form_of(anna))).to_have_count(0)  # the card has it
    await anna.hide.click()
    await expect(state_of(form_of(anna))).to_have_text("Recording paused")
    await album.take(anna.page, "document_recording_paused")
    await toggle_of(form_of(anna)).click()
    await expect(state_of(form_of(anna))).to_have_text("Being recorded")
    await customer.hang_up()
    await expect(state_of(anna.page)).to_have_count(0)


async def test_whose_phone_only_rings_sees_nothing_of_it(office, sign_in):
    anna = await sign_in("anna", "/odoo/contacts")
    customer = office.carrier.bring(EVA, "+493055570101")
    ringing = await office.phone("101").wait_ringing()
    await expect(anna.title).to_have_text("Incoming")
    await expect(state_of(anna.calls)).to_have_count(0)
    await ringing.answer()
    await expect(state_of(anna.calls)).to_be_visible()
    await customer.hang_up()


async def test_an_open_document_gets_its_recording_by_itself(document, back_office, sign_in):
    anna, call_id = document
    elena = await sign_in("elena", f"/odoo/calls/{call_id}")
    for screen in (anna, elena):
        await expect(play_of(form_of(screen))).to_be_visible(timeout=ARRIVAL)
    await play_of(form_of(anna)).click()
    heard = form_of(anna).locator(".o-asterisk-RecordingPlayer-time")
    await expect(heard).to_have_text(re.compile(r"^0:(?!00)\d\d / "))
    [recording] = await back_office.read("asterisk.recording", [("call_id", "=", call_id)], ["id"])
    asked = {"targets": [recording["id"]], "reason": "The customer asked for it."}
    eraser = await back_office.call("asterisk.recording.eraser", "create", asked)
    await back_office.call("asterisk.recording.eraser", "action_erase", eraser)
    for screen in (anna, elena):
        await expect(reason_of(form_of(screen))).to_contain_text("The recording was erased.")
        await expect(play_of(form_of(screen))).to_have_count(0)


async def test_the_contacts_calls_get_their_recording_by_themselves(office, back_office, sign_in):
    eva = await back_office.id_of("res.partner", "Eva Braun")
    customer, inside = await talk(office, EVA, "101")
    elena = await sign_in("elena", f"/odoo/contacts/{eva}")
    await elena.page.get_by_role("tab", name="Calls").click()
    row = elena.page.locator(".o_field_widget[name=asterisk_call_ids] .o_data_row").first
    await expect(row).to_be_visible()
    await expect(play_of(row)).to_have_count(0)
    await customer.hang_up()
    await inside.wait_state("ended")
    await expect(play_of(row)).to_be_visible(timeout=ARRIVAL)


async def test_a_note_is_a_mark_in_the_recording(document, album):
    anna, _call_id = document
    form = form_of(anna)
    await expect(play_of(form)).to_be_visible(timeout=ARRIVAL)
    slider = form.get_by_role("slider")
    await slider.focus()
    await anna.page.keyboard.press("ArrowRight")
    await form.locator(".o-asterisk-RecordingPlayer-note").click()
    await anna.page.keyboard.type("Asks for a discount")
    await anna.page.keyboard.press("Enter")
    await expect(marks_of(form)).to_have_count(1)
    await marks_of(form).hover()
    notes = anna.page.locator(".o-asterisk-MarkedNotes")
    await expect(notes).to_contain_text("0:05Asks for a discount")
    await album.take(anna.page, "player_mark")
    await slider.focus()
    await anna.page.keyboard.press("Home")
    await expect(slider).to_have_attribute("aria-valuenow", "0")
    await anna.page.keyboard.press("Tab")
    await expect(notes).to_contain_text("Asks for a discount")
    await anna.page.keyboard.press("Enter")
    await expect(slider).to_have_attribute("aria-valuenow", "5")
    await anna.page.keyboard.press("Home")
    link = anna.page.locator(".o-mail-Message a", has_text="0:05")
    await link.click()
    await expect(play_of(form)).to_have_attribute("aria-label", "Pause")
    await expect(slider).to_have_attribute("aria-valuenow", re.compile("^[5-7]$"))


async def test_wrapping_up_outlives_a_reload(office, back_office, sign_in):
    anna = await sign_in("anna", "/odoo/contacts")
    customer, _inside = await talk(office, EVA, "101")
    await note_of(anna.calls).press_sequentially("Wants ink")
    await customer.hang_up()
    await expect(anna.title).to_have_text("Call ended")
    await anna.reload()
    await expect(anna.title).to_have_text("Call ended")
    await expect(note_of(anna.calls)).to_have_value("Wants ink")
    await anna.press(anna.calls.get_by_role("button", name="Interested"))
    await expect(anna.calls.locator(".o-asterisk-outcome[aria-pressed=true]")).to_have_text("Interested")
    await anna.press(anna.calls.locator(".o-asterisk-done"))
    await anna.sees_no_call()
    await anna.reload()
    await anna.sees_no_call()
    call = await back_office.newest_call(result="answered")
    [told] = await back_office.read("asterisk.call", [("id", "=", call["id"])], ["note", "outcome_id"])
    assert told["note"] == "Wants ink" and told["outcome_id"][1] == "Interested"
