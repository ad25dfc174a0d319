"""What people write about a call: note, outcome, what comes next; and that nothing of it gets lost."""

import asyncio
import contextlib
import re

import pytest
from playwright.async_api import expect

from sandbox.phones.numbering import SALES
from tests.e2e.screen import Screen
from tests.e2e.test_looks import dark_styles, is_fine
from tests.faults.people import EVA, NOBODY, OLE, ring, talk

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATIENCE = 20  # seconds until what was typed in a killed tab is in Odoo


def note_of(place):
    """The note's field in a card, or in a form."""
    return place.locator(".o-asterisk-NoteField-text")


def status_of(place):
    """What stands below the note's field."""
    return place.locator(".o-asterisk-NoteField-status")


def form_of(screen):
    """The call's document."""
    return screen.page.locator(".o_form_view:has(.o-asterisk-CallLinks)")


async def noted(back_office, number, *texts, **more):
    """The newest call with the number, once its note says all of this."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    fields = ["note", "outcome_id", "tag_ids", "order_ids", "partner_id", "lead_id", *more]
    while True:
        found = await back_office.read("asterisk.call", [("number", "=", number)], fields, limit=1)
        if found and all(text in (found[0]["note"] or "") for text in texts):
            return found[0]
        assert asyncio.get_running_loop().time() < deadline, f"expected {texts}, found {found}"
        await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def opens_on_answer(back_office, login):
    """The employee has set that the call's document opens."""
    found = await back_office.read("res.users", [("login", "=", login)], ["id"])
    async with back_office.changed("res.users", found[0]["id"], asterisk_open_call="answer"):
        yield


async def test_a_note_is_saved_while_it_is_typed_and_is_there_after_a_reload(office, back_office, sign_in, album):
    anna = await sign_in("anna", "/odoo/contacts")
    customer, _inside = await talk(office, EVA, "101")
    await note_of(anna.calls).press_sequentially("Wants ten printers")
    await expect(status_of(anna.calls)).to_have_text("Saved")
    await noted(back_office, EVA, "Wants ten printers")
    await note_of(anna.calls).press_sequentially(" by Friday")
    await anna.reload()
    await expect(note_of(anna.calls)).to_have_value("Wants ten printers by Friday")
    await album.take(anna.page, "card_with_note")
    await customer.hang_up()


async def test_a_tab_that_is_closed_in_the_middle_of_a_word_loses_nothing(office, back_office, sign_in):
    anna = await sign_in("anna")
    customer, _inside = await talk(office, EVA, "101")
    await note_of(anna.calls).press_sequentially("Closed in the midd")
    tab = Screen(await anna.page.context.new_page(), anna.odoo)
    await anna.page.close(run_before_unload=False)
    await noted(back_office, EVA, "Closed in the midd")
    await tab.open("/odoo/contacts")
    await expect(note_of(tab.calls)).to_have_value("Closed in the midd")
    await customer.hang_up()


async def test_a_tab_that_crashes_leaves_a_draft_that_the_next_one_saves(office, back_office, sign_in):
    anna = await sign_in("anna")
    context = anna.page.context
    customer, _inside = await talk(office, EVA, "101")
    # A killed process says nothing to anybody: no request leaves it any more.
    await anna.page.route("**/save_note", lambda route: route.abort())
    await note_of(anna.calls).press_sequentially("Killed by the system")
    await expect(status_of(anna.calls)).to_contain_text("cannot be reached")
    devtools = await context.new_cdp_session(anna.page)
    crashed = asyncio.ensure_future(anna.page.wait_for_event("crash"))
    with contextlib.suppress(Exception):  # it dies with the page
        await asyncio.wait_for(devtools.send("Page.crash"), 5)
    await crashed
    tab = Screen(await context.new_page(), anna.odoo)
    await tab.open("/odoo/contacts")
    await noted(back_office, EVA, "Killed by the system")
    await expect(note_of(tab.calls)).to_have_value("Killed by the system")
    await customer.hang_up()


async def test_two_colleagues_who_write_about_one_call_lose_nothing(office, back_office, sign_in):
    anna, boris = await sign_in("anna"), await sign_in("boris")
    customer = office.carrier.bring(EVA, SALES)
    await (await office.phone("101").wait_ringing()).answer()
    await expect(anna.title).to_have_text("Talking")
    call = await noted(back_office, EVA)
    await boris.open(f"/odoo/calls/{call['id']}")
    await expect(note_of(form_of(boris))).to_be_editable()
    await asyncio.gather(
        note_of(anna.calls).press_sequentially("Anna: wants ten printers", delay=30),
        note_of(form_of(boris)).press_sequentially("Boris: is in Riga on Friday", delay=30),
    )
    for place in (anna.calls, form_of(boris)):
        await expect(status_of(place)).to_have_text("Saved")
    both = await noted(back_office, EVA, "wants ten printers", "is in Riga on Friday")
    for place in (anna.calls, form_of(boris)):
        await expect(note_of(place)).to_have_value(both["note"])
    await customer.hang_up()


async def test_the_document_opens_when_i_answer_if_i_want_it(office, back_office, sign_in, album):
    async with opens_on_answer(back_office, "anna"):
        anna = await sign_in("anna", "/odoo/contacts")
        customer, ringing = await ring(office, EVA, "101")
        await expect(anna.title).to_have_text("Incoming")
        await expect(form_of(anna)).to_have_count(0)
        await ringing.answer()
        await expect(form_of(anna)).to_contain_text("Eva Braun")
        await note_of(form_of(anna)).press_sequentially("From the document")
        await expect(note_of(anna.calls)).to_have_count(0)  # it stands in the document
        await album.take(anna.page, "document_while_talking")
        await customer.hang_up()
        await noted(back_office, EVA, "From the document")


async def test_it_does_not_open_under_the_hands_of_who_types(office, back_office, sign_in):
    async with opens_on_answer(back_office, "anna"):
        anna = await sign_in("anna", "/odoo/contacts")
        search = anna.page.locator(".o_searchview_input")
        await search.click()
        await search.press_sequentially("Ac")
        customer, _inside = await talk(office, EVA, "101")
        await expect(note_of(anna.calls)).to_be_visible()
        await anna.page.keyboard.type("me")
        await expect(search).to_have_value("Acme")
        await expect(form_of(anna)).to_have_count(0)
        await customer.hang_up()
        await expect(anna.title).to_have_text("Call ended")
        await expect(form_of(anna)).to_have_count(0)


async def test_wrapping_up(office, back_office, sign_in, album):
    anna = await sign_in("anna", "/odoo/contacts")
    customer, _inside = await talk(office, EVA, "101")
    await note_of(anna.calls).click()
    await anna.page.keyboard.type("Wants ink")
    await customer.hang_up()
    await expect(anna.title).to_have_text("Call ended")
    await expect(note_of(anna.calls)).to_be_focused()
    await anna.page.keyboard.type(" and paper")
    await anna.press(anna.calls.get_by_role("button", name="Interested"))
    await expect(anna.calls.locator(".o-asterisk-outcome[aria-pressed=true]")).to_have_text("Interested")
    await album.take(anna.page, "wrap_up")
    await anna.press(anna.action("planActivity"))
    dialog = anna.page.locator(".modal")
    await expect(dialog).to_contain_text("Activity")
    await dialog.get_by_role("button", name="Save", exact=True).click()
    await expect(dialog).to_have_count(0)
    await anna.press(anna.calls.locator(".o-asterisk-done"))
    await anna.sees_no_call()
    call = await noted(back_office, EVA, "Wants ink and paper", activity_ids=True)
    assert call["outcome_id"][1] == "Interested" and len(call["activity_ids"]) == 1
    await back_office.call("mail.activity", "unlink", call["activity_ids"])


async def test_a_missed_call_is_not_wrapped_up(office, sign_in):
    anna = await sign_in("anna")
    customer, _ringing = await ring(office, OLE, "101")
    await expect(anna.title).to_have_text("Incoming")
    await customer.cancel()
    await expect(anna.title).to_have_text("Missed call")
    await expect(note_of(anna.calls)).to_have_count(0)
    await expect(anna.action("callBack")).to_be_visible()


async def test_a_quotation_is_linked_in_the_document(office, back_office, sign_in, album):
    eva = await back_office.id_of("res.partner", "Eva Braun")
    order = await back_office.call("sale.order", "create", [{"partner_id": eva}])
    name = (await back_office.read("sale.order", [("id", "in", order)], ["name"]))[0]["name"]
    anna = await sign_in("anna", "/odoo/contacts", viewport={"width": 1280, "height": 1100})
    customer, _inside = await talk(office, EVA, "101")
    await anna.press(anna.action("note"))
    item = form_of(anna).locator(".o-asterisk-CallLinks-item").filter(has_text=name)
    await item.locator(".o-asterisk-link").click()
    await expect(item.locator(".o-asterisk-link")).to_have_text("Linked")
    assert (await noted(back_office, EVA))["order_ids"] == order
    await customer.hang_up()
    await album.take(anna.page, "document")
    await back_office.call("sale.order", "unlink", order)


async def test_a_stranger_becomes_a_contact_in_the_document(office, back_office, sign_in):
    anna = await sign_in("anna", "/odoo/contacts")
    customer, _inside = await talk(office, NOBODY, "101")
    await expect(anna.title).to_have_text("Talking")
    await anna.more("note")
    await form_of(anna).locator("[data-action=createContact]").click()
    dialog = anna.page.locator(".modal")
    await expect(dialog.locator(".o_field_phone input")).to_have_value("+49 69 123456")
    await dialog.locator(".o_field_widget[name=name] input, .o_field_widget[name=name] textarea").first.fill("Hans Neu")
    await dialog.get_by_role("button", name="Save").click()
    await expect(anna.who).to_have_text("Hans Neu")
    await expect(form_of(anna).locator(".o_field_widget[name=partner_id]").first).to_contain_text("Hans Neu")
    await customer.hang_up()
    call = await back_office.newest_call(number=NOBODY)
    await back_office.call("asterisk.call", "write", [call["id"]], {"partner_id": False})
    await back_office.call("res.partner", "unlink", [call["partner_id"][0]])


async def looks(office, screen, album, name, after="Call ended"):
    """Pictures of the card, of its end, and of the document before and after; nothing of them is cut."""
    customer, _inside = await talk(office, EVA, "101")
    await note_of(screen.calls).press_sequentially("Wants ten printers by Friday, and a colour for each of them")
    await is_fine(screen)
    await album.take(screen.page, f"card_{name}")
    await customer.hang_up()
    await expect(screen.title).to_have_text(after)
    await screen.press(screen.calls.locator(".o-asterisk-outcome").first)
    await expect(screen.calls.locator(".o-asterisk-outcome[aria-pressed=true]")).to_have_count(1)
    await is_fine(screen)
    await album.take(screen.page, f"wrap_up_{name}")
    await screen.more("note")
    await expect(note_of(form_of(screen))).to_have_value(re.compile("Wants ten printers"))
    await screen.press(screen.calls.locator(".o-asterisk-done"))
    await screen.sees_no_call()
    width = await screen.page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    assert width <= 0, f"the document sticks out by {width} pixels"
    await album.take(screen.page, f"document_{name}", full_page=True)


@pytest.mark.parametrize("width, height", [(1600, 900), (390, 844), (320, 640)])
async def test_every_size_has_room_for_note_and_outcome(office, sign_in, album, width, height):
    anna = await sign_in("anna", "/odoo/contacts", viewport={"width": width, "height": height})
    await looks(office, anna, album, width)


async def test_russian_has_room_for_note_and_outcome(office, back_office, sign_in, album):
    [person] = await back_office.read("res.users", [("login", "=", "anna")], ["id"])
    async with back_office.changed("res.users", person["id"], lang="ru_RU"):
        anna = await sign_in("anna", "/odoo/contacts")
        await looks(office, anna, album, "ru", after="Звонок завершён")
        await anna.page.goto("/odoo/calls")
        await expect(anna.page.locator(".o-asterisk-NoteMark").first).to_be_visible()
        await album.take(anna.page, "call_list_with_notes_ru")


async def test_note_and_outcome_in_the_dark(office, back_office, sign_in, album):
    anna = await sign_in("anna", "/odoo/contacts")
    styles = await dark_styles(anna, back_office)
    await anna.page.route(
        re.compile(r"/web\.assets_web\.min\.css"), lambda route: route.fulfill(body=styles, content_type="text/css")
    )
    await anna.reload()
    await looks(office, anna, album, "dark")
