import { animationFrame, describe, expect, press, queryOne, queryRect, test } from "@odoo/hoot";
import { contains } from "@web/../tests/web_test_helpers";
import {
    call,
    defineAsteriskModels,
    mountAsterisk,
    ring,
    view,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import {
    POPUPS,
    isFieldCovered,
    mountPage,
} from "@asterisk_connector/../tests/components/page_helpers";
import { AsteriskSystray } from "@asterisk_connector/components/asterisk_systray/asterisk_systray";

defineAsteriskModels();
describe.current.tags("desktop");

const BOX = ".o-asterisk-CallBox";
const LEFT = "top: 60px; left: 10px;";
const RIGHT = "top: 60px; right: 10px;";

test("it stands at the right below the navbar", async () => {
    await mountPage(LEFT);
    await ring(view("call_view_ringing"));
    const { top, right, width } = queryRect(POPUPS);
    expect(right).toBe(document.documentElement.clientWidth);
    expect(top).toBeWithin(30, 80);
    expect(width).toBeWithin(380, 400);
});

test("a call that comes takes no key from what one is typing", async () => {
    await mountPage(LEFT);
    await contains(".field").click();
    await press("a");
    await ring(view("call_view_ringing"));
    await press("b");
    expect(".field").toBeFocused();
    expect(".field").toHaveValue("ab");
    expect(POPUPS).not.toHaveClass("o-aside");
    expect(isFieldCovered()).toBe(false);
});

test("it makes way when it would lie on the field that one types in", async () => {
    await mountPage(RIGHT);
    await contains(".field").click();
    await ring(view("call_view_ringing"));
    await animationFrame();
    expect(POPUPS).toHaveClass("o-aside");
    expect(isFieldCovered()).toBe(false);
    expect(".field").toBeFocused();
});

test("it makes way when one goes to a field below it, and stays there until it is over", async () => {
    const asterisk = await mountPage(RIGHT);
    await ring(view("call_view_ringing"));
    expect(isFieldCovered()).toBe(true);
    queryOne(".field").focus();
    await animationFrame();
    expect(isFieldCovered()).toBe(false);
    queryOne(".field").blur();
    await animationFrame();
    expect(POPUPS).toHaveClass("o-aside");
    asterisk.hide(call("call_view_ringing"));
    await animationFrame();
    await ring(view("call_view_unknown"));
    expect(POPUPS).not.toHaveClass("o-aside");
});

test("its own search field does not drive it away", async () => {
    await mountPage(LEFT);
    await ring(view("call_view_unknown"));
    await contains("[data-action=belongsTo]").click();
    expect(`${BOX} input`).toBeFocused();
    expect(POPUPS).not.toHaveClass("o-aside");
});

test("the telephone's menu lies above the calls: its field does not drive them away", async () => {
    await mountAsterisk(AsteriskSystray);
    await ring(view("call_view_ringing"));
    await contains(".o-asterisk-Systray").click();
    queryOne(".o-asterisk-PhoneMenu-number").focus();
    await animationFrame();
    expect(POPUPS).not.toHaveClass("o-aside");
    const { x, y, width } = queryRect(".o-asterisk-PhoneMenu-number");
    const seen = document.elementFromPoint(x + width / 2, y + 5);
    expect(seen.closest(".o-asterisk-PhoneMenu, .o-asterisk-CallBox")).toHaveClass(
        "o-asterisk-PhoneMenu"
    );
});

test("the rest of the page can be clicked between the boxes", async () => {
    await mountPage(LEFT);
    await ring(view("call_view_ringing"));
    expect(window.getComputedStyle(queryOne(POPUPS)).pointerEvents).toBe("none");
    expect(window.getComputedStyle(queryOne(BOX)).pointerEvents).toBe("auto");
});

test("it stands above a dialog", async () => {
    await mountPage(LEFT);
    await ring(view("call_view_ringing"));
    expect(Number(window.getComputedStyle(queryOne(POPUPS)).zIndex)).toBeGreaterThan(1055);
});
