"""One click calls: my phone first, then the client; each failure in its own words; nothing dials twice."""

import asyncio

import pytest
import pytest_asyncio
from playwright.async_api import expect

from sandbox.phones.behaviour import Behaviour
from tests.faults.people import EVA

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHOWN = "+49 30 23456711"
ABROAD_AND_DEAR = "+4990012345678"


@pytest_asyncio.fixture(loop_scope="session")
async def eva(back_office, sign_in):
    """Anna's screen, on the form of Eva Braun."""
    return await sign_in("anna", f"/odoo/contacts/{await back_office.id_of('res.partner', 'Eva Braun')}")


def call_link(screen):
    """The link beside a number on a form."""
    return screen.page.locator(".o_field_phone .o_phone_form_link").first


async def test_my_phone_rings_with_the_clients_name_then_the_client(office, back_office, eva, album):
    await eva.page.mouse.move(0, 0)
    await expect(call_link(eva)).to_be_visible()  # without pointing at the number first
    await album.take(eva.page, "customer")
    await call_link(eva).click()
    client = await office.carrier.wait_ringing()
    assert client.dialled == EVA
    shown = office.phone("101").last_invite.headers.get("From")
    assert "Eva Braun" in shown and EVA in shown
    await client.wait_state("confirmed")
    await expect(eva.title).to_have_text("Talking")
    await eva.press(eva.hang_up)
    await client.wait_state("ended")
    call = await back_office.newest_call(direction="outgoing", result="answered")
    assert call["partner_id"][1].endswith("Eva Braun")


PLACES = {
    "list of contacts": ("/odoo/contacts?view_type=list", ".o_data_row"),
    "card of a contact": ("/odoo/contacts?view_type=kanban", ".o_kanban_record"),
    "card on the company's form": ("company", ".o_field_widget[name=child_ids] .o_kanban_record"),
    "list of calls": ("/odoo/calls?view_type=list", ".o_data_row"),
    "card of a call": ("/odoo/calls?view_type=kanban", ".o_kanban_record"),
}


@pytest.mark.parametrize("path, row", PLACES.values(), ids=PLACES)
async def test_one_click_calls_from_every_place_that_shows_a_number(office, back_office, sign_in, path, row):
    if path == "company":
        path = f"/odoo/contacts/{await back_office.id_of('res.partner', 'Acme GmbH')}"
    if not await back_office.read("asterisk.call", [("number", "=", EVA)], ["id"], limit=1):
        await office.carrier.bring(EVA, "+493055570101").cancel()
    anna = await sign_in("anna", path)
    await anna.page.locator(row).get_by_role("link", name=SHOWN).first.click()
    client = await office.carrier.wait_ringing()
    assert client.dialled == EVA
    assert "Eva Braun" in office.phone("101").last_invite.headers.get("From")
    await expect(anna.page.locator(row).first).to_be_visible()  # the click called and did not open the record


async def test_a_lead_and_the_calls_form_call_too(office, back_office, sign_in):
    lead = await back_office.id_of("crm.lead", "Asked for a catalogue")
    anna = await sign_in("anna", f"/odoo/crm/{lead}")
    await call_link(anna).click()
    client = await office.carrier.wait_ringing()
    assert client.dialled == "+494212345670"
    await client.hang_up()
    call = await back_office.newest_call(direction="outgoing", number="+494212345670")
    assert call["lead_id"] and call["lead_id"][0] == lead
    await anna.open(f"/odoo/calls/{call['id']}")
    await anna.page.get_by_role("button", name="Call again").click()
    assert (await office.carrier.wait_ringing()).dialled == "+494212345670"


async def test_a_number_typed_at_the_telephone(office, sign_in):
    anna = await sign_in("anna")
    await anna.dial("030 23456711")
    assert (await office.carrier.wait_ringing()).dialled == EVA
    await expect(anna.calls).to_contain_text("Eva Braun")
    await expect(anna.menu).to_have_count(0)


async def test_a_colleague_is_called_by_his_extension(office, sign_in):
    anna = await sign_in("anna")
    await anna.dial("102")
    await office.phone("102").wait_ringing()
    await expect(anna.calls).to_contain_text("Boris Keller")


async def test_a_second_click_does_not_dial_twice(office, back_office, eva):
    office.phone("101").behaviour = Behaviour("ring")
    other_tab = await eva.other_tab(eva.page.url)
    before = len(office.phone("101").calls)
    await call_link(eva).dblclick()
    await office.phone("101").wait_ringing()
    await call_link(eva).click()
    # The other tab does not know of the first click; Odoo does, and answers with the same command.
    async with other_tab.page.expect_response("**/asterisk.command/click_to_call") as answer:
        await call_link(other_tab).click()
    uuid = (await (await answer.value).json())["result"]["uuid"]
    newest = await back_office.read("asterisk.command", [("verb", "=", "originate")], ["uuid", "state"], limit=2)
    assert newest[0]["uuid"] == uuid
    assert not newest[1:] or newest[1]["state"] in ("done", "failed")
    assert len(office.phone("101").calls) == before + 1


@pytest.mark.parametrize(
    "phone, words",
    [(Behaviour("busy"), "Your phone 101 is busy"), (Behaviour("decline"), "You declined the call")],
    ids=["busy", "declined"],
)
async def test_my_own_phone_refuses(office, eva, phone, words):
    office.phone("101").behaviour = phone
    await call_link(eva).click()
    await expect(eva.told(words)).to_be_visible()
    assert not office.carrier.live_calls


async def test_my_phone_is_not_registered(office, eva):
    await office.phone("101").unregister()
    await call_link(eva).click()
    await expect(eva.told("Your phone 101 is not registered")).to_be_visible()


@pytest.mark.parametrize(
    "client, words",
    [
        (Behaviour("busy"), f"{SHOWN} is busy"),
        (Behaviour("refuse", status=404), f"{SHOWN} does not exist"),
        (Behaviour("decline"), f"{SHOWN} declined the call"),
    ],
    ids=["busy", "bad number", "declined"],
)
async def test_the_client_cannot_be_reached(office, eva, client, words):
    office.carrier.rules[EVA] = client
    await call_link(eva).click()
    await expect(eva.told(words)).to_be_visible()


async def test_a_forbidden_number_is_told_in_words_and_rings_nowhere(world, office, back_office, sign_in):
    async with back_office.changed("asterisk.server", world.server_id, dial_allowed="+*\n!+4990*"):
        anna = await sign_in("anna")
        before = len(office.phone("101").calls)
        await anna.dial(ABROAD_AND_DEAR)
        await expect(anna.told("must not be dialled from the PBX Berlin")).to_be_visible()
        assert len(office.phone("101").calls) == before


async def test_who_has_no_phone_keeps_the_ordinary_link_and_is_told_why(back_office, sign_in):
    eva = await back_office.id_of("res.partner", "Eva Braun")
    admin = await sign_in("admin", f"/odoo/contacts/{eva}")
    field = admin.page.locator(".o_field_phone").first
    await field.hover()
    link = field.locator(".o_phone_form_link")
    await expect(link).to_have_attribute("href", f"tel:{SHOWN.replace(' ', '')}")
    asked = []
    admin.page.on("request", lambda request: asked.append(request.url))
    await link.evaluate("link => { link.addEventListener('click', ev => ev.preventDefault()); link.click(); }")
    await expect(await admin.open_menu()).to_contain_text("You have no phone in Odoo yet")
    assert not [url for url in asked if "click_to_call" in url]


AUTO_ANSWER = {
    "standard": ("Call-Info", "answer-after=0"),
    "snom": ("Alert-Info", "info=alert-autoanswer;delay=0"),
    "polycom": ("Alert-Info", "Auto Answer"),
    "none": (None, None),
}


@pytest.mark.parametrize("maker", AUTO_ANSWER)
async def test_each_phone_is_asked_to_answer_in_its_makers_way(office, back_office, sign_in, maker):
    async with back_office.changed("asterisk.extension", await back_office.device("PJSIP/101"), auto_answer=maker):
        office.phone("101").behaviour = Behaviour("ring")
        anna = await sign_in("anna")
        await anna.dial(EVA)
        invite = (await office.phone("101").wait_ringing()).invite
        await expect(anna.title).to_have_text("Pick up your phone")
        name, value = AUTO_ANSWER[maker]
        if name:
            assert value in invite.headers.get(name)
        else:
            assert "Call-Info" not in invite.headers and "Alert-Info" not in invite.headers


async def test_of_several_phones_the_chosen_one_dials(office, sign_in):
    elena = await sign_in("elena")
    office.phone("105").behaviour = office.phone("1052").behaviour = Behaviour("ring")
    menu = await elena.open_menu()
    await expect(menu.get_by_role("radio", name="Desk phone")).to_be_checked()
    await menu.get_by_role("radio", name="Softphone").check()
    await elena.reload()  # the choice is this browser's, and it lasts
    await elena.dial(EVA)
    await office.phone("1052").wait_ringing()
    assert not office.phone("105").live_calls
    await elena.press(elena.hang_up)
    await asyncio.gather(office.phone("1052").wait_idle(), elena.sees_no_call(15_000))
    menu = await elena.open_menu()
    await menu.get_by_role("radio", name="Desk phone").check()
    await menu.locator("input[type=tel]").fill(EVA)
    await menu.locator("input[type=tel]").press("Enter")
    await office.phone("105").wait_ringing()
    assert not office.phone("1052").live_calls
