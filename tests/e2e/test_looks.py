"""How it looks: pictures for the eye, and what a ruler says of them: nothing is clipped, nothing sticks out."""

import asyncio
import base64
import re

import pytest
import pytest_asyncio
from playwright.async_api import expect

from sandbox.phones.behaviour import Behaviour
from sandbox.phones.numbering import SALES, direct_number
from sandbox.world import DB
from tests.faults.people import EVA, NOBODY, OLE, ring

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONG_NAME = "Maximiliane-Charlotte von und zu Hohenstaufen-Sigmaringen-Unterdeufstetten II"
# What a reader cannot see of telephony: text that is cut without dots, and boxes beyond the edge of the screen.
AMISS = """() => [...document.querySelectorAll(".o-asterisk-CallBox, .o-asterisk-PhoneMenu")].flatMap((box) => {
    const wrong = [];
    for (const el of [box, ...box.querySelectorAll("*")]) {
        const { left, right } = el.getBoundingClientRect();
        const isDotted = el.closest(".text-truncate, .o-asterisk-twoLines, .visually-hidden, svg");
        const isRow = el.matches(".o-asterisk-separatedRow"); // its first dots are hidden on purpose
        if (!isDotted && !isRow && el.clientWidth && el.scrollWidth > el.clientWidth + 1) {
            wrong.push(`cut: ${el.className}: ${el.textContent.trim()}`);
        }
        if (!isDotted && !isRow && !el.closest(".o-asterisk-separatedRow") && (left < -1 || right > innerWidth + 1)) {
            wrong.push(`beyond the screen: ${el.className}: ${el.textContent.trim()}`);
        }
    }
    return wrong;
})"""
# The dark palette of Odoo is not part of the Community edition; any palette will do to see that ours follows.
PALETTE = """
$o-webclient-color-scheme: dark; $o-view-background-color: #1b1f26; $o-white: #14171c; $o-black: #fff;
$o-gray-100: #1b1f26; $o-gray-200: #262b34; $o-gray-300: #353b46; $o-gray-400: #4a515e; $o-gray-500: #697080;
$o-gray-600: #9aa1ae; $o-gray-700: #b9bec8; $o-gray-800: #d3d6dc; $o-gray-900: #e8eaed; $o-community-color: #8f80c4;
"""
CONTRAST = 4.5  # WCAG 2.2, level AA, for text of this size
BRIGHTNESS = """(el) => {
    const light = (colour) => {
        const [r, g, b] = colour.match(/[\\d.]+/g).map((value) => value / 255);
        const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
        return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    };
    const box = el.closest(".o-asterisk-CallBox");
    const [a, b] = [light(getComputedStyle(el).color), light(getComputedStyle(box).backgroundColor)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}"""


async def is_fine(screen):
    """Nothing of telephony is cut or beyond the edge."""
    assert await screen.page.evaluate(AMISS) == []


async def rings_for_sales(office, screen):
    """Eva calls the sales line; returns her call once the popup is complete."""
    customer = office.carrier.bring(EVA, SALES)
    await expect(screen.calls.locator(".o-asterisk-CallDetails-item")).not_to_have_count(0)
    await expect(screen.calls.locator(".placeholder")).to_have_count(0)
    return customer


async def answered(office, extension, screen):
    """The employee picks up; the card is there."""
    await (await office.phone(extension).wait_ringing()).answer()
    await expect(screen.hang_up).to_be_visible()
    await expect(screen.calls.locator(".placeholder")).to_have_count(0)


def corner(height):
    """The top right of a screen of 1280 pixels: where the telephone and the popups are."""
    return {"clip": {"x": 520, "y": 0, "width": 760, "height": height}}


async def test_popup_and_card(office, sign_in, album):
    anna = await sign_in("anna", "/odoo/contacts", device_scale_factor=2)
    customer = await rings_for_sales(office, anna)
    await is_fine(anna)
    await album.take(anna.page, "popup", readme=True, **corner(height=440))
    await answered(office, "101", anna)
    await anna.press(anna.calls.locator(".o-asterisk-more"))
    await is_fine(anna)
    await album.take(anna.page, "call_card", readme=True, **corner(height=540))
    await customer.hang_up()


async def test_missed_call_and_the_telephones_menu(office, sign_in, album):
    boris = await sign_in("boris", "/odoo/contacts", device_scale_factor=2)
    for number, times in ((EVA, 1), (NOBODY, 2)):
        for _time in range(times):
            customer, _ringing = await ring(office, number, "102")
            await customer.cancel()
    await expect(boris.missed).to_have_text("3")
    await expect(boris.calls).to_have_count(2)
    await album.take(boris.page, "missed")
    for hide in range(2, 0, -1):
        await boris.hide.first.click()
        await expect(boris.calls).to_have_count(hide - 1)
    menu = await boris.open_menu()
    await expect(menu.locator(".o-asterisk-MissedCalls-item")).to_have_count(2)
    await is_fine(boris)
    await album.take(boris.page, "systray", readme=True, **corner(height=480))


async def test_a_popup_does_not_lie_on_the_open_menu(office, sign_in, album):
    boris = await sign_in("boris", "/odoo/contacts")
    menu = await boris.open_menu()
    customer, _ringing = await ring(office, EVA, "102")
    await expect(boris.title).to_have_text("Incoming")
    await menu.locator("input[type=tel]").fill("+49 30 23456711")
    await menu.get_by_role("button", name="Call", exact=True).click(trial=True)
    await album.take(boris.page, "menu_over_popup")
    await customer.cancel()


async def test_russian_has_room_for_every_word(office, sign_in, album, back_office):
    [clara] = await back_office.read("res.users", [("login", "=", "clara")], ["id"])
    async with back_office.changed("res.users", clara["id"], lang="ru_RU"):
        screen = await sign_in("clara", "/odoo/contacts")
        customer = await rings_for_sales(office, screen)
        await expect(screen.title).to_have_text("Входящий")
        await is_fine(screen)
        await album.take(screen.page, "popup_ru")
        await answered(office, "103", screen)
        buttons = await screen.calls.locator(".o-asterisk-CallActions .btn").all()
        middles = {round((box := await button.bounding_box())["y"] + box["height"] / 2) for button in buttons}
        assert len(middles) == 1, "the buttons of a call stand in one row"
        await screen.press(screen.calls.locator(".o-asterisk-more"))
        await is_fine(screen)
        await album.take(screen.page, "call_card_ru")
        await customer.hang_up()
        await screen.hide.click()
        await screen.open_menu()
        await is_fine(screen)
        await album.take(screen.page, "systray_ru")
        await screen.page.goto("/odoo/calls")
        await expect(screen.page.locator(".o_data_row").first).to_be_visible()
        await album.take(screen.page, "call_list_ru")
        await screen.page.locator(".o_data_row td[name=started_at]").first.click()
        await expect(screen.page.locator(".o_field_widget[name=leg_ids] .o_data_row").first).to_be_visible()
        await album.take(screen.page, "call_form_ru")


SIZES = {"phone": (390, 844, 1), "small phone": (320, 640, 1), "150 % zoom": (853, 533, 1.5)}


@pytest.mark.parametrize("width, height, scale", SIZES.values(), ids=SIZES)
async def test_every_size_and_a_name_of_eighty_letters(office, sign_in, album, back_office, width, height, scale):
    eva = await back_office.id_of("res.partner", "Eva Braun")
    function = "Leiterin des Einkaufs für technische Ausrüstung"
    async with back_office.changed("res.partner", eva, name=LONG_NAME, function=function):
        size = {"viewport": {"width": width, "height": height}, "device_scale_factor": scale}
        anna = await sign_in("anna", "/odoo/contacts", **size)
        customer = await rings_for_sales(office, anna)
        await is_fine(anna)
        await album.take(anna.page, f"popup_{width}")
        await answered(office, "101", anna)
        await is_fine(anna)
        await album.take(anna.page, f"call_card_{width}")
        await customer.hang_up()
        await expect(anna.title).to_have_text("Call ended")
        await anna.hide.click()
        await anna.open_menu()
        await album.take(anna.page, f"systray_{width}")
        await is_fine(anna)


async def dark_styles(screen, back_office):
    """Odoo's styles with a dark palette."""
    url = "/tests/palette.dark.scss"
    palette = {"name": url, "url": url, "mimetype": "text/scss", "datas": base64.b64encode(PALETTE.encode()).decode()}
    if not await back_office.read("ir.asset", [("path", "=", url)], ["id"]):
        await back_office.call("ir.attachment", "create", [palette])
        asset = {"name": url, "bundle": "web.assets_web_dark", "directive": "prepend", "path": url}
        await back_office.call("ir.asset", "create", [asset])
    answer = await screen.page.request.get("/web/assets/debug/web.assets_web_dark.css", timeout=60_000)
    return await answer.text()


async def test_dark(office, sign_in, album, back_office):
    anna = await sign_in("anna", "/odoo/contacts")
    styles = await dark_styles(anna, back_office)
    await anna.page.route(
        re.compile(r"/web\.assets_web\.min\.css"), lambda route: route.fulfill(body=styles, content_type="text/css")
    )
    await anna.reload()
    customer = await rings_for_sales(office, anna)
    for words in (".o-asterisk-CallHead-title", ".o-asterisk-CustomerBlock-who", ".o-asterisk-CallDetails-text"):
        contrast = await anna.calls.locator(words).first.evaluate(BRIGHTNESS)
        assert contrast >= CONTRAST, f"{words} is hard to read in the dark: {contrast:.1f}"
    await album.take(anna.page, "popup_dark")
    await answered(office, "101", anna)
    await album.take(anna.page, "call_card_dark")
    await customer.hang_up()
    await anna.hide.click()
    await anna.open_menu()
    await album.take(anna.page, "systray_dark")


# Theresa Gruber, Irina Petrova, Janis Ozols
THERESA, IRINA, JANIS = "+436641234567", "+79141234567", "+37129123456"
FELIX = "+494212345670"  # a lead without a contact
ANNA = direct_number("101")
RANG = 6  # seconds
LONG_AGO = "UPDATE asterisk_call SET started_at = started_at - interval '2 days'"
# A test has no time for a day: what has happened within seconds is spread over it, with conversations of some length.
SPREAD = """
    UPDATE asterisk_call SET started_at = started_at - interval '{ago} min', ring_seconds = {rang},
           talk_seconds = CASE WHEN result = 'answered' THEN {talk} ELSE 0 END WHERE id = {id};
    UPDATE asterisk_call_leg SET started_at = started_at - interval '{ago} min' WHERE call_id = {id};
    UPDATE asterisk_call_leg SET talk_seconds = CASE WHEN result = 'answered' THEN {talk} ELSE 0 END,
           answered_at = CASE WHEN result = 'answered' THEN started_at + interval '{rang} s' END,
           ended_at = started_at + interval '1 s' * ({rang} + CASE WHEN result = 'answered' THEN {talk} ELSE 0 END)
     WHERE call_id = {id}
"""


async def talk_with_anna(office, number, line=ANNA):
    """Someone calls Anna and she picks up."""
    customer = office.carrier.bring(number, line)
    await (await office.phone("101").wait_ringing()).answer()
    await customer.wait_state("confirmed")
    await customer.hang_up()
    await office.phone("101").wait_idle()


@pytest_asyncio.fixture(loop_scope="session")
async def annas_day(world, office, back_office):
    """Eight calls of Anna between the morning and now; returns the id of the one that Sales got from Eva."""
    await asyncio.to_thread(world.cluster.sql, LONG_AGO, DB)
    office.carrier.rules |= {THERESA: Behaviour("answer", after=0), IRINA: Behaviour("busy")}
    await talk_with_anna(office, FELIX)
    for missed in ({"caller": JANIS}, {"caller": NOBODY}, {"caller": "", "withheld": True}):
        customer = office.carrier.bring(number=ANNA, **missed)
        await office.phone("101").wait_ringing()
        await customer.cancel()
        await office.phone("101").wait_idle()
    for number in (IRINA, THERESA):
        call = office.phone("101").call(number)
        await call.wait_state("ended" if number == IRINA else "confirmed")
        await call.hang_up()
    await talk_with_anna(office, OLE)
    await talk_with_anna(office, EVA, SALES)
    last = await back_office.newest_call(number=EVA, result="answered")
    await back_office.confirmed()
    newest = await back_office.read("asterisk.call", [("user_ids.login", "=", "anna")], ["id"], limit=8)
    for call, ago, talk in zip(
        newest, (3, 26, 41, 48, 95, 170, 212, 260), (252, 94, 371, 0, 0, 0, 0, 138), strict=True
    ):
        await asyncio.to_thread(world.cluster.sql, SPREAD.format(id=call["id"], ago=ago, talk=talk, rang=RANG), DB)
    return last["id"]


async def test_calls_in_the_list_on_cards_and_on_their_form(annas_day, sign_in, album):
    anna = await sign_in("anna")
    for who in ("Eva Braun", "Asked for a catalogue", "Withheld"):
        await expect(anna.page.locator(".o_data_row").filter(has_text=who).first).to_be_visible()
    await album.take(anna.page, "call_list", readme=True, clip={"x": 0, "y": 0, "width": 1280, "height": 520})
    await anna.page.locator(".o_switch_view.o_kanban").click()
    await expect(anna.page.locator(".o_kanban_record").first).to_be_visible()
    await album.take(anna.page, "call_kanban")
    await anna.open(f"/odoo/calls/{annas_day}")
    await expect(anna.page.locator(".o_field_widget[name=leg_ids] .o_data_row")).to_have_count(4)
    await expect(anna.page.locator(".o_field_widget[name=summary]")).to_contain_text("4:12")
    await album.take(anna.page, "call_form", readme=True)


async def test_what_the_administrator_sets_up(sign_in, album):
    admin = await sign_in("admin", "/odoo/action-asterisk_connector.asterisk_extension_action")
    await expect(admin.page.locator(".o_data_row")).to_have_count(6)
    await album.take(admin.page, "extensions")
    await admin.page.goto("/odoo/action-asterisk_connector.asterisk_server_action")
    await admin.page.locator(".o_data_row td[name=name]").first.click()
    await expect(admin.page.locator(".o_field_widget[name=line_ids] .o_data_row").first).to_be_visible()
    await album.take(admin.page, "server_form")
