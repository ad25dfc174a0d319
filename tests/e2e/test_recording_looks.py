"""How a recorded call looks: its document, the contact's calls, the list, the player, the log; nothing sticks out."""

import asyncio
import re

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.e2e.test_event import form_of, note_of
from tests.e2e.test_looks import dark_styles
from tests.e2e.test_recording_player import ARRIVAL, marks_of, play_of
from tests.faults.people import EVA, talk

pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONE, SMALL, DESK = {"width": 390, "height": 844}, {"width": 360, "height": 740}, {"width": 1280, "height": 1300}
SPOKEN = 8.0  # seconds of a conversation that is worth a player
TOO_WIDE = "() => document.documentElement.scrollWidth - innerWidth"
CLIPPED = """() => [...document.querySelectorAll(".o-asterisk-RecordingPlayer *, .o-asterisk-CallRecording *")]
    .filter((el) => !el.closest("svg, .visually-hidden, [role=slider], .text-truncate"))
    .filter((el) => el.scrollWidth > el.clientWidth + 1 && el.clientWidth && getComputedStyle(el).display !== "inline")
    .map((el) => el.className)"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def recorded(whole_office, back_office, session_of):
    """A call of Anna and Eva that is in Odoo with its recording, a note and two notes at seconds: its id."""
    await back_office.begin()
    customer, inside = await talk(whole_office, EVA, "101")
    await asyncio.sleep(SPOKEN)  # what is said
    await customer.hang_up()
    await inside.wait_state("ended")
    call = await back_office.newest_call(result="answered")
    anna = await asyncio.to_thread(session_of, "anna")
    deadline = asyncio.get_running_loop().time() + ARRIVAL / 1000
    while not (found := await back_office.read("asterisk.recording", [("call_id", "=", call["id"])], ["state"])) or (
        found[0]["state"] != "ready"
    ):
        assert asyncio.get_running_loop().time() < deadline, found
        await asyncio.sleep(0.2)
    for second, text in ((2, "Asks for a discount of ten per cent on the printers"), (6, "Laughs")):
        await asyncio.to_thread(anna.call, "asterisk.recording", "note", found[0]["id"], second, text)
    note = "Wants ten printers by Friday, and a colour for each of them"
    await asyncio.to_thread(anna.call, "asterisk.call", "save_note", call["id"], note, "")
    return call["id"]


async def fits(screen):
    """Nothing is beyond the edge of the screen, no word of ours is cut."""
    assert await screen.page.evaluate(TOO_WIDE) <= 0
    assert await screen.page.evaluate(CLIPPED) == []


async def shows_document(screen, call_id, album, name):
    """The call's document with its player in the middle of playing."""
    await screen.open(f"/odoo/calls/{call_id}")
    form = form_of(screen)
    await expect(marks_of(form)).to_have_count(2, timeout=ARRIVAL)
    await expect(note_of(form)).to_have_value(re.compile("ten printers"))
    await play_of(form).click()  # so its shape is drawn
    await expect(form.locator("[role=slider] > svg path")).to_have_count(2, timeout=ARRIVAL)
    await form.get_by_role("slider").focus()
    await screen.page.keyboard.press("Home")
    await screen.page.keyboard.press("ArrowRight")
    await fits(screen)
    await album.take(screen.page, f"recorded_{name}", full_page=True)
    await marks_of(form).first.focus()
    await expect(screen.page.locator(".o-asterisk-MarkedNotes")).to_be_visible()
    await fits(screen)
    await album.take(screen.page, f"recorded_mark_{name}")
    await form.locator(".o-asterisk-RecordingPlayer-note").click()
    await fits(screen)
    await album.take(screen.page, f"recorded_note_{name}")


async def shows_contact(screen, eva, album, name, tab="Calls"):
    """All calls of a contact, with what was recorded of them."""
    await screen.open(f"/odoo/contacts/{eva}")
    await screen.page.get_by_role("tab", name=tab, exact=True).click()
    calls = screen.page.locator(".o_field_widget[name=asterisk_call_ids]")
    await expect(play_of(calls).first).to_be_visible()
    await fits(screen)
    await calls.scroll_into_view_if_needed()
    await album.take(screen.page, f"contact_calls_{name}", full_page=True)


async def shows_list(screen, album, name):
    """The list of calls, a recording inline."""
    await screen.open("/odoo/calls")
    await expect(play_of(screen.page).first).to_be_visible()
    await play_of(screen.page).first.click()
    await expect(screen.page.get_by_role("slider").first).to_be_visible()
    await fits(screen)
    await album.take(screen.page, f"calls_recorded_{name}")


@pytest.mark.parametrize("name, viewport", [("1280", DESK), ("360", SMALL)])
async def test_every_size(office, back_office, sign_in, album, recorded, name, viewport):
    eva = await back_office.id_of("res.partner", "Eva Braun")
    anna = await sign_in("anna", "/odoo/contacts", viewport=viewport)
    await shows_document(anna, recorded, album, name)
    await shows_contact(anna, eva, album, name)
    await shows_list(anna, album, name)


async def test_nothing_moves_when_the_shape_arrives(office, sign_in, recorded):
    anna = await sign_in("anna", "/odoo/contacts", viewport=DESK)
    is_wanted = asyncio.Event()

    async def later(route):
        await is_wanted.wait()
        await route.continue_()

    await anna.page.route("**/asterisk.recording/shape*", later)
    await anna.open(f"/odoo/calls/{recorded}")
    form = form_of(anna)
    await expect(marks_of(form)).to_have_count(2, timeout=ARRIVAL)
    before = [await place.bounding_box() for place in (play_of(form), note_of(form))]
    is_wanted.set()
    await expect(form.locator("[role=slider] > svg path")).to_have_count(2, timeout=ARRIVAL)
    assert [await place.bounding_box() for place in (play_of(form), note_of(form))] == before


@pytest.mark.parametrize("name, viewport", [("ru", DESK), ("ru_390", PHONE)])
async def test_russian(office, back_office, sign_in, album, recorded, name, viewport):
    eva = await back_office.id_of("res.partner", "Eva Braun")
    [person] = await back_office.read("res.users", [("login", "=", "anna")], ["id"])
    async with back_office.changed("res.users", person["id"], lang="ru_RU"):
        anna = await sign_in("anna", "/odoo/contacts", viewport=viewport)
        await shows_document(anna, recorded, album, name)
        await shows_contact(anna, eva, album, name, tab="Звонки")
        await shows_list(anna, album, name)
        customer, _inside = await talk(office, EVA, "101")
        await expect(anna.page.locator(".o-asterisk-CallRecording")).to_be_visible()
        await fits(anna)
        await album.take(anna.page, f"card_recorded_{name}")
        await customer.hang_up()
        await expect(anna.title).to_have_text("Звонок завершён")
        await album.take(anna.page, f"wrap_up_{name}")


async def test_dark(office, back_office, sign_in, album, recorded):
    eva = await back_office.id_of("res.partner", "Eva Braun")
    anna = await sign_in("anna", "/odoo/contacts", viewport=DESK)
    styles = await dark_styles(anna, back_office)
    await anna.page.route(
        re.compile(r"/web\.assets_web\.min\.css"), lambda route: route.fulfill(body=styles, content_type="text/css")
    )
    await anna.reload()
    await shows_document(anna, recorded, album, "dark")
    await shows_contact(anna, eva, album, "dark")
    customer, _inside = await talk(office, EVA, "101")
    await expect(anna.page.locator(".o-asterisk-CallRecording")).to_be_visible()
    await album.take(anna.page, "card_recorded_dark")
    await customer.hang_up()


@pytest.mark.parametrize(
    "name, lang, viewport", [("en", "en_US", DESK), ("ru", "ru_RU", DESK), ("360", "en_US", SMALL)]
)
async def test_who_listened(back_office, sign_in, session_of, album, recorded, name, lang, viewport):
    elena = await asyncio.to_thread(session_of, "elena")
    found = await back_office.read("asterisk.recording", [("call_id", "=", recorded)], ["id"])
    await asyncio.to_thread(elena.call, "asterisk.recording", "play", found[0]["id"])
    await asyncio.to_thread(elena.call, "asterisk.recording", "heard", found[0]["id"], [[0, 3], [5, 7.5]])
    [person] = await back_office.read("res.users", [("login", "=", "admin")], ["id"])
    async with back_office.changed("res.users", person["id"], lang=lang):
        admin = await sign_in("admin", "/odoo/contacts", viewport=viewport)
        await admin.page.goto("/odoo/action-asterisk_connector.asterisk_recording_listen_action")
        await expect(admin.page.get_by_text("Elena").first).to_be_visible()
        await fits(admin)
        await album.take(admin.page, f"listening_log_{name}")
        await admin.page.goto(f"/odoo/recordings/{found[0]['id']}")
        await expect(play_of(admin.page)).to_be_visible()
        await fits(admin)
        await expect(admin.page.locator(".o_field_widget[name=listen_ids]")).to_contain_text("Elena")
        await album.take(admin.page, f"recording_form_{name}", full_page=True)
