"""What stays right when tabs, browsers, networks and programs come and go."""

import asyncio
import re
import time

import pytest
from playwright.async_api import expect

from tests.faults.people import EVA, OLE, ring, talk
from tests.faults.wire import Wire

pytestmark = pytest.mark.asyncio(loop_scope="session")

# A tab that nobody looks at, which notes what it would do to be heard.
OUT_OF_SIGHT = """
window.heard = { notes: [], closed: 0, tones: 0 };
window.isSeen = false;
for (const [name, value] of [["visibilityState", () => (isSeen ? "visible" : "hidden")], ["hidden", () => !isSeen]]) {
    Object.defineProperty(Document.prototype, name, { get: value, configurable: true });
}
window.Notification = class extends EventTarget {
    static permission = "granted";
    constructor(title, options) {
        super();
        heard.notes.push({ title, ...options });
        window.note = this;
    }
    close() {
        heard.closed++;
    }
};
window.AudioContext = class extends window.AudioContext {
    constructor() {
        super();
        heard.tones++;
    }
};
"""
# The browser itself has heard of it, too.
IS_SEEN = """async () => {
    const { held } = await navigator.locks.query();
    return held.some(({ name }) => name === "asterisk_connector.tabs");
}"""
FACTS = """() => {
    const { calls } = odoo.__WOWL_DEBUG__.root.env.services.asterisk.state;
    return [isSeen, heard, performance.timeOrigin, Object.keys(calls)];
}"""
SEE = "() => { window.isSeen = true; document.dispatchEvent(new Event('visibilitychange')); }"


async def heard(*tabs):
    """What the tabs have done to be heard, together."""
    each = [await tab.page.evaluate("() => window.heard") for tab in tabs]
    return [note for one in each for note in one["notes"]], sum(one["tones"] for one in each)


async def until_heard(*tabs, seconds=20):
    """The desktop notifications, as soon as there is one."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not (found := await heard(*tabs))[0]:
        assert asyncio.get_running_loop().time() < deadline, "no tab has shown a desktop notification"
        await asyncio.sleep(0.05)
    return found


async def test_two_tabs_show_the_call_and_hide_it_together(office, sign_in):
    anna = await sign_in("anna")
    other = await anna.other_tab("/odoo/contacts")
    customer, _ringing = await ring(office, EVA, "101")
    for tab in (anna, other):
        await expect(tab.title).to_have_text("Incoming")
    await anna.hide.click()
    await other.sees_no_call()
    menu = await other.open_menu()
    await menu.get_by_role("button", name="Acme GmbH").click()
    for tab in (anna, other):
        await expect(tab.calls).to_contain_text("Eva Braun")
    await customer.cancel()
    for tab in (anna, other):
        await expect(tab.title).to_have_text("Missed call")
        await expect(tab.missed).to_have_text("1")


async def test_of_two_hidden_tabs_exactly_one_calls_out(office, sign_in):
    anna = await sign_in("anna", script=OUT_OF_SIGHT)
    other = await anna.other_tab()
    customer, _ringing = await ring(office, EVA, "101")
    [note], tones = await until_heard(anna, other)
    assert note["title"] == "Acme GmbH"
    assert "Eva Braun" in note["body"] and "+49 30 23456711" in note["body"]
    assert tones == 1
    await customer.cancel()
    for tab in (anna, other):
        await expect(tab.title).to_have_text("Missed call")
    # It has stopped ringing: a tab that has been silent so far remains so.
    notes, tones = await heard(anna, other)
    assert (len(notes), tones) == (1, 1)
    assert sum([await tab.page.evaluate("() => heard.closed") for tab in (anna, other)]) == 1


async def test_a_click_on_the_desktop_notification_leads_to_the_call(office, sign_in):
    anna = await sign_in("anna", script=OUT_OF_SIGHT)
    customer, _ringing = await ring(office, EVA, "101")
    await until_heard(anna)
    await anna.page.evaluate("() => note.dispatchEvent(new Event('click'))")
    await expect(anna.calls).to_be_focused()
    await anna.page.evaluate(SEE)
    await anna.calls.press("Enter")
    await expect(anna.page.locator(".o_form_view .o_field_widget[name=name]").first).to_be_visible()
    await customer.cancel()


async def test_while_one_tab_is_seen_none_calls_out(office, sign_in):
    anna = await sign_in("anna", script=OUT_OF_SIGHT)
    seen = await anna.other_tab()
    await seen.page.evaluate(SEE)
    await seen.page.wait_for_function(IS_SEEN)
    begun = time.time() * 1000
    customer, _ringing = await ring(office, EVA, "101")
    await expect(seen.title).to_have_text("Incoming")
    await customer.cancel()
    for tab in (anna, seen):
        await expect(tab.title).to_have_text("Missed call")
    facts = [await tab.page.evaluate(FACTS) for tab in (anna, seen)]
    assert await heard(anna, seen) == ([], 0), (begun, facts)


async def test_two_browsers_of_one_person_follow_the_same_call(office, sign_in):
    desk, home = await sign_in("anna"), await sign_in("anna")
    customer, ringing = await ring(office, EVA, "101")
    for screen in (desk, home):
        await expect(screen.title).to_have_text("Incoming")
    await home.hide.click()
    await home.sees_no_call()
    await expect(desk.title).to_have_text("Incoming")  # hidden at home, not at the desk
    await ringing.answer()
    await expect(desk.title).to_have_text("Talking")
    await customer.hang_up()
    await expect(desk.title).to_have_text("Call ended")


async def test_reload_while_ringing_and_while_talking(office, sign_in):
    anna = await sign_in("anna")
    customer, ringing = await ring(office, EVA, "101")
    await expect(anna.title).to_have_text("Incoming")
    await anna.reload()
    await expect(anna.title).to_have_text("Incoming")
    await ringing.answer()
    await customer.wait_state("confirmed")
    await expect(anna.title).to_have_text("Talking")  # the time before was that of the ringing
    timer = anna.calls.locator(".o-asterisk-CallHead-time")
    await expect(timer).to_have_text("0:04")
    begun = time.monotonic()
    await anna.reload()
    await expect(anna.title).to_have_text("Talking")
    minutes, seconds = (await timer.inner_text()).split(":")
    # Odoo's clock is known as well as its answer was quick.
    assert int(minutes) * 60 + int(seconds) >= 3 - (time.monotonic() - begun) / 2
    await anna.press(anna.hang_up)
    await customer.wait_state("ended")


async def test_a_wire_that_breaks_while_it_rings(world, office, sign_in):
    async with Wire(world.odoo.port) as wire:
        anna = await sign_in("anna", base_url=f"http://127.0.0.1:{wire.port}")
        customer, _ringing = await ring(office, EVA, "101")
        await expect(anna.title).to_have_text("Incoming")
        wire.cut()
        await customer.cancel()
        other, ringing = await ring(office, OLE, "101")
        wire.mend()
        # What ended meanwhile is gone, what began meanwhile is here.
        await expect(anna.call_with("Ole Hansen")).to_contain_text("Incoming", timeout=30_000)
        await expect(anna.missed).to_have_text("1")
        await expect(anna.call_with("Incoming")).to_have_count(1)
        await ringing.answer()
        await expect(anna.call_with("Ole Hansen")).to_contain_text("Talking")
        await other.hang_up()


async def test_a_laptop_that_was_offline(office, sign_in):
    anna = await sign_in("anna")
    talking, _inside = await talk(office, EVA, "101")
    await expect(anna.title).to_have_text("Talking")
    await anna.go_offline()
    await talking.hang_up()
    missed, _ringing = await ring(office, OLE, "101")
    await missed.cancel()
    await anna.page.context.set_offline(False)
    await expect(anna.missed).to_have_text("1", timeout=30_000)
    # Of a call that was missed a few seconds ago the box may be here, of the one that ended meanwhile nothing stays.
    await expect(anna.calls.filter(has_not_text="Missed call")).to_have_count(0)


async def test_the_telephone_says_when_the_pbx_is_away(world, office, sign_in, album):
    anna = await sign_in("anna", "/odoo/contacts")
    slash = anna.page.locator(".o-asterisk-Systray-slash")
    await expect(slash).to_have_count(0)
    await asyncio.to_thread(world.stop_agent)
    await expect(slash).to_be_visible()
    await expect(anna.systray).to_have_attribute(
        "title", re.compile(r"^The PBX Berlin is not connected \(since .*\)\. \w+")
    )
    await expect(await anna.open_menu()).to_contain_text("The PBX Berlin is not connected")
    await album.take(anna.page, "systray_cut")
    await anna.menu.locator("input[type=tel]").fill(EVA)
    await anna.menu.locator("input[type=tel]").press("Enter")
    await expect(anna.told("The PBX Berlin is not connected")).to_be_visible()
    assert not office.phone("101").live_calls
    await asyncio.to_thread(world.start_agent)
    await expect(slash).to_have_count(0, timeout=30_000)
    await expect(anna.menu).to_contain_text("Connected")
    customer, _ringing = await ring(office, EVA, "101")
    await expect(anna.title).to_have_text("Incoming")
    await customer.cancel()
