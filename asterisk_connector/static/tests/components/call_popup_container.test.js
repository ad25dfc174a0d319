import { animationFrame, expect, press, queryAllTexts, test, tick } from "@odoo/hoot";
import { contains, mockService } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    example,
    mountCalls,
    ring,
    view,
} from "@asterisk_connector/../tests/asterisk_test_helpers";

defineAsteriskModels();

const BOX = ".o-asterisk-CallBox";
const FOCUS_HOTKEY = ["alt", "shift", "p"];
const whos = () => queryAllTexts(`${BOX} .o-asterisk-CustomerBlock-who`);

/** The newest call is asked to the front; it may have to be rendered first. */
async function pressFocusHotkey() {
    await press(FOCUS_HOTKEY);
    await animationFrame();
}

test("nothing rings: nothing is there", async () => {
    await mountCalls();
    expect(BOX).toHaveCount(0);
    expect(".o-asterisk-CallPopups").toHaveCount(0);
});

test("calls stack as they came, a click that waits below them", async () => {
    const { dialer } = await mountCalls();
    await ring(view("call_view_talking"), view("call_view_unknown"));
    dialer.receive(example("command_view", { state: "sent" }));
    await animationFrame();
    expect(BOX).toHaveCount(3);
    expect(whos()).toEqual(["Acme GmbH", "+371 67 000 000"]);
    expect(`${BOX}:last`).toHaveText(/^Calling/);
});

test("what rings, was missed or is answered elsewhere is a popup, the rest a card", async () => {
    await mountCalls();
    await ring(view("call_view_ringing", { id: 1, number: "+491" }));
    await ring(view("call_view_missed", { id: 2, number: "+492" }));
    await ring(view("call_view_talking", { id: 3, number: "+493" }));
    expect(`${BOX} .o-asterisk-hangUp`).toHaveCount(1);
    expect(`${BOX}-talking .o-asterisk-hangUp`).toHaveCount(1);
});

test("a call that comes is said to a screen reader", async () => {
    await mountCalls();
    expect("[aria-live=assertive]").toHaveText("");
    await ring(view("call_view_ringing"));
    expect("[aria-live=assertive]").toHaveText("Incoming call: Acme GmbH, Eva Braun, Purchasing");
    expect(BOX).toHaveAttribute("aria-label", "Incoming: Acme GmbH");
});

test("Escape hides the call and nothing else", async () => {
    const { state } = await mountCalls();
    await ring(view("call_view_ringing"), view("call_view_unknown"));
    await pressFocusHotkey();
    expect(`${BOX}[data-call-id="8"]`).toBeFocused();
    await press("Escape");
    await animationFrame();
    expect(whos()).toEqual(["Acme GmbH"]);
    expect(Object.keys(state.hidden)).toEqual(["8"]);
});

test("Enter opens the customer", async () => {
    mockService("action", {
        doAction: ({ res_model, res_id }) => expect.step(`${res_model} ${res_id}`),
    });
    await mountCalls();
    await ring(view("call_view_ringing"));
    await pressFocusHotkey();
    await press("Enter");
    expect.verifySteps(["res.partner 42"]);
});

test("Enter on a button is the button's, and does nothing for a number that nobody has", async () => {
    mockService("action", { doAction: ({ res_model }) => expect.step(res_model) });
    await mountCalls();
    await ring(view("call_view_ringing"));
    await contains("[data-action=note]").focus();
    await press("Enter");
    await tick();
    expect.verifySteps(["asterisk.call"]);
    await ring(view("call_view_elsewhere"), view("call_view_unknown"));
    await pressFocusHotkey();
    await press("Enter");
    expect.verifySteps([]);
});

test("the shortcut brings back the call that was hidden", async () => {
    const asterisk = await mountCalls();
    await ring(view("call_view_ringing"));
    asterisk.hide(asterisk.state.calls[7]);
    await animationFrame();
    expect(BOX).toHaveCount(0);
    await pressFocusHotkey();
    expect(`${BOX}[data-call-id="7"]`).toBeFocused();
});

test("the shortcut without a call does nothing", async () => {
    await mountCalls();
    await pressFocusHotkey();
    expect(document.body).toBeFocused();
});
