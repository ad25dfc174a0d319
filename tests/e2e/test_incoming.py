"""The phone rings: who sees what, on which screen, and when it goes away."""

import asyncio

import pytest
from playwright.async_api import expect

from sandbox.phones.numbering import SALES, SUPPORT_QUEUE, direct_number
from tests.faults.people import EVA, NOBODY, OLE, ring, talk

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHARED = "+49894567890"  # a company and its only contact
HOSTILE = [
    '"><img src=x onerror=alert(1)>',
    "{{7*7}} ${7*7} %(x)s",
    "\u202eevil\u202d \u0000\u0007",
    "\U0001f4de" * 60,
]


async def test_ring_group_popup_answer_and_record(office, back_office, sign_in):
    anna, boris, dmitri = await sign_in("anna"), await sign_in("boris"), await sign_in("dmitri")
    customer = office.carrier.bring(EVA, SALES)
    for screen in (anna, boris):
        await expect(screen.title).to_contain_text("Incoming")
        await expect(screen.calls).to_contain_text("Eva Braun")
        await expect(screen.calls).to_contain_text("Sales line")
    await expect(anna.calls).to_contain_text("Berlin")
    await dmitri.sees_no_call(1)

    ringing = await office.phone("101").wait_ringing()
    await ringing.answer()
    await customer.wait_state("confirmed")
    await expect(anna.title).to_have_text("Talking")
    await expect(boris.title).to_have_text("Anna Schneider answered")
    await boris.sees_no_call()

    await anna.press(anna.hang_up)
    await customer.wait_state("ended")
    assert customer.ending.by == "remote"
    call = await back_office.newest_call(result="answered", direction="incoming")
    assert call["partner_id"][1].endswith("Eva Braun")
    assert call["user_id"][1].startswith("Anna")
    assert call["talk_seconds"] > 0
    assert len(call["leg_ids"]) == 4
    await expect(anna.title).to_have_text("Call ended")


async def test_missed_call_stays_until_called_back(office, back_office, sign_in):
    boris = await sign_in("boris")
    customer, _ringing = await ring(office, OLE, "102")
    await expect(boris.title).to_contain_text("Incoming")
    await customer.cancel()
    await expect(boris.title).to_have_text("Missed call")
    await expect(boris.missed).to_have_text("1")
    await boris.press(boris.action("callBack"))
    back = await office.carrier.wait_ringing()
    assert back.dialled == OLE
    await back.wait_state("confirmed")
    await boris.press(boris.hang_up)
    await back.wait_state("ended")
    await back_office.newest_call(direction="outgoing")
    await expect(boris.missed).to_have_count(0)


async def test_a_missed_call_is_settled_in_the_menu_too(office, sign_in):
    boris = await sign_in("boris")
    for _try in range(2):
        customer, _ringing = await ring(office, OLE, "102")
        await customer.cancel()
    await expect(boris.missed).to_have_text("2")
    menu = await boris.open_menu()
    caller = menu.locator(".o-asterisk-MissedCalls-item")
    await expect(caller).to_have_count(1)  # who tried twice is one person to call back
    await expect(caller).to_contain_text("Ole Hansen")
    await caller.locator(".o-asterisk-acknowledge").click()
    await expect(menu).to_contain_text("No missed calls")
    await expect(boris.missed).to_have_count(0)
    await boris.sees_no_call()


async def test_declined_from_the_popup(office, back_office, sign_in):
    anna = await sign_in("anna")
    customer, ringing = await ring(office, EVA, "101")
    await anna.more("decline")
    await ringing.wait_state("ended")
    await customer.wait_state("ended")
    await expect(anna.title).not_to_contain_text("Incoming")
    call = await back_office.newest_call(direction="incoming")
    assert call["result"] != "answered"


async def test_the_choice_among_several_customers_is_remembered_and_seen_by_the_colleague(
    office, back_office, sign_in, album
):
    anna, boris = await sign_in("anna"), await sign_in("boris")
    customer = office.carrier.bring(SHARED, SALES)
    await expect(anna.choices).to_have_count(2)
    await expect(boris.choices).to_have_count(2)
    await album.take(anna.page, "choice")
    await anna.choices.filter(has_text="Lena Huber").click()
    for screen in (anna, boris):
        await expect(screen.calls).to_contain_text("Lena Huber")
        await expect(screen.choices).to_have_count(0)
    await boris.reload()
    await expect(boris.calls).to_contain_text("Lena Huber")
    await customer.cancel()
    call = await back_office.newest_call(number=SHARED)
    assert call["partner_id"][1].endswith("Lena Huber")


async def test_a_withheld_number(office, sign_in):
    anna = await sign_in("anna")
    customer = office.carrier.bring("", direct_number("101"), withheld=True)
    await expect(anna.who).to_have_text("Number withheld")
    await expect(anna.action("createContact")).to_have_count(0)
    await customer.cancel()
    await expect(anna.title).to_have_text("Missed call")
    await expect(anna.action("callBack")).to_have_count(0)


async def test_hostile_names_are_only_text(office, sign_in):
    elena = await sign_in("elena")
    for name in HOSTILE:
        customer, _ringing = await ring(office, NOBODY, "105", name=name.replace("\0", ""))
        await expect(elena.who.first).to_contain_text("+49 69 123456")
        await customer.cancel()
        await expect(elena.title.first).to_have_text("Missed call")
        call_id = await elena.calls.first.get_attribute("data-call-id")
        await elena.more("openCall")
        await elena.page.wait_for_url(f"**/{call_id}*")
        await elena.page.get_by_role("tab", name="Technical").click()
        await expect(elena.page.locator(".o_field_widget[name=caller_name]")).to_be_visible()
        await elena.hide.first.click()
        await elena.sees_no_call()
    assert not await elena.page.locator("img[src='x']").count()


async def test_a_stranger_becomes_a_contact_in_one_click(office, back_office, sign_in, album):
    anna = await sign_in("anna")
    customer, _ringing = await ring(office, NOBODY, "101")
    await expect(anna.who).to_have_text("+49 69 123456")
    await album.take(anna.page, "unknown")
    await anna.press(anna.action("createContact"))
    dialog = anna.page.locator(".modal")
    await expect(dialog.locator(".o_field_phone input")).to_have_value("+49 69 123456")
    await dialog.locator(".o_field_widget[name=name] input, .o_field_widget[name=name] textarea").first.fill("Hans Neu")
    await dialog.get_by_role("button", name="Save").click()
    await expect(anna.who).to_have_text("Hans Neu")
    await customer.cancel()
    call = await back_office.newest_call(number=NOBODY)
    assert call["partner_id"][1] == "Hans Neu"
    await back_office.call("asterisk.call", "write", [call["id"]], {"partner_id": False})
    await back_office.call("res.partner", "unlink", [call["partner_id"][0]])


async def test_two_calls_at_once_are_two_popups(office, sign_in, album):
    anna = await sign_in("anna")
    first = office.carrier.bring(EVA, direct_number("101"))
    await expect(anna.calls).to_have_count(1)
    second = office.carrier.bring("+37129123456", SALES)
    await expect(anna.calls).to_have_count(2)
    await expect(anna.call_with("Eva Braun")).to_have_count(1)
    await expect(anna.call_with("Janis Ozols")).to_have_count(1)
    await album.take(anna.page, "two_calls")
    await first.cancel()
    await expect(anna.call_with("Eva Braun")).to_contain_text("Missed")
    await expect(anna.call_with("Janis Ozols")).to_contain_text("Incoming")
    await second.cancel()


async def test_a_second_call_while_talking(office, sign_in):
    anna = await sign_in("anna")
    await talk(office, EVA, "101")
    await expect(anna.title).to_have_text("Talking")
    second = office.carrier.bring(OLE, direct_number("101"))
    await expect(anna.call_with("Ole Hansen")).to_contain_text("Incoming")
    await expect(anna.call_with("Eva Braun")).to_contain_text("Talking")
    await second.cancel()
    await expect(anna.call_with("Ole Hansen")).to_contain_text("Missed")
    await expect(anna.call_with("Eva Braun")).to_contain_text("Talking")


async def test_queue_rings_its_members_and_closes_for_the_others(office, sign_in):
    dmitri, elena = await sign_in("dmitri"), await sign_in("elena")
    customer = office.carrier.bring(EVA, SUPPORT_QUEUE)
    for screen in (dmitri, elena):
        await expect(screen.title).to_have_text("Incoming")
        await expect(screen.calls).to_contain_text("Support queue")
    await (await office.phone("104").wait_ringing()).answer()
    await expect(dmitri.title).to_have_text("Talking")
    await expect(elena.title).to_have_text("Dmitri Orlow answered")
    await elena.sees_no_call()
    await customer.hang_up()
    await expect(dmitri.title).to_have_text("Call ended")


async def test_a_phone_without_a_person_rings_without_a_popup(office, back_office, sign_in):
    async with back_office.changed("asterisk.extension", await back_office.device("PJSIP/104"), user_id=False):
        dmitri, elena = await sign_in("dmitri"), await sign_in("elena")
        customer, ringing = await ring(office, OLE, "104")
        await asyncio.gather(customer.cancel(), ringing.wait_state("ended"))
        call = await back_office.newest_call(number=OLE, direction="incoming")
        assert call["result"] == "cancelled" and not call["user_id"] and not call["missed_user_ids"]
        # The bus keeps its order: what comes after that call's news is here, and they are not.
        customer, _ringing = await ring(office, EVA, "105")
        await expect(elena.title).to_have_text("Incoming")
        await customer.cancel()
        await dmitri.sees_no_call(1)


async def test_typing_is_not_disturbed(office, sign_in):
    anna = await sign_in("anna", "/odoo/contacts")
    search = anna.page.locator(".o_searchview_input")
    await search.click()
    await search.press_sequentially("Ac")
    customer, _ringing = await ring(office, EVA, "101")
    await expect(anna.title).to_contain_text("Incoming")
    await anna.page.keyboard.type("me")
    await expect(search).to_have_value("Acme")
    await customer.cancel()
