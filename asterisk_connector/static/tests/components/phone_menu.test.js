import { animationFrame, Deferred, expect, queryAllTexts, test } from "@odoo/hoot";
import { contains, mockService } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    example,
    mountAsterisk,
    ring,
    view,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { PhoneMenu } from "@asterisk_connector/components/phone_menu/phone_menu";

defineAsteriskModels();

const MENU = ".o-asterisk-PhoneMenu";
const NUMBER = ".o-asterisk-PhoneMenu-number";
const CALL = `${MENU} [type=submit]`;

const mountMenu = (state, options) =>
    mountAsterisk(PhoneMenu, {
        state,
        props: () => ({ close: () => expect.step("close") }),
        ...options,
    });

/** Odoo takes every click, with a step that tells the number and the phone. */
const dialled = {
    click_to_call: (number, ...rest) => {
        expect.step(`${number} from ${rest.at(-1).device_id || "default"}`);
        return example("command_view", { state: "sent" });
    },
};

test("a number is dialled by Enter, and the menu closes", async () => {
    await mountMenu({}, { answers: dialled });
    await contains(NUMBER).edit("  030 12345678 ", { confirm: false });
    await contains(NUMBER).press("Enter");
    await animationFrame();
    expect.verifySteps(["030 12345678 from default", "close"]);
});

test("nothing is no number", async () => {
    await mountMenu({}, { answers: dialled });
    // Enabled all the same: who pastes a number and presses Enter at once is faster than the rendering.
    await contains(CALL).click();
    expect(NUMBER).toBeFocused();
    await contains(NUMBER).edit("   ", { confirm: false });
    await contains(NUMBER).press("Enter");
    expect.verifySteps([]);
});

test("while it is being dialled the button spins", async () => {
    const answer = new Deferred();
    await mountMenu({}, { answers: { click_to_call: () => answer } });
    await contains(NUMBER).edit("101", { confirm: false });
    await contains(CALL).click();
    expect(CALL).not.toBeEnabled();
    expect(`${CALL} .fa-spin`).toHaveCount(1);
    answer.resolve(example("command_view", { state: "sent" }));
    await animationFrame();
    expect(CALL).toBeEnabled();
    expect.verifySteps(["close"]);
});

test("what cannot be dialled stays in the field", async () => {
    mockService("notification", { add: (message) => expect.step(message) });
    const click_to_call = () => {
        throw new Error("12 is no number.");
    };
    await mountMenu({}, { answers: { click_to_call } });
    await contains(NUMBER).edit("12", { confirm: false });
    await contains(CALL).click();
    await animationFrame();
    expect.verifySteps(["12 is no number."]);
    expect(NUMBER).toHaveValue("12");
});

test("a call that goes on although I have hidden it can be shown again", async () => {
    const asterisk = await mountMenu();
    await ring(view("call_view_talking"));
    asterisk.hide(asterisk.state.calls[7]);
    await animationFrame();
    expect(".o-asterisk-CallBox").toHaveCount(0);
    expect(`${MENU} button:contains(Show)`).toHaveText(/Acme GmbH/);
    await contains(`${MENU} button:contains(Show)`).click();
    await animationFrame();
    expect.verifySteps(["close"]);
    expect(".o-asterisk-CallBox").toBeFocused();
    expect(`${MENU} button:contains(Show)`).toHaveCount(0);
});

test("each PBX says whether it is connected, by lamp and in words", async () => {
    await mountMenu({ servers: example("client_state").servers });
    expect(queryAllTexts(`${MENU} section:last > div`).map((text) => text.trim())).toEqual([
        "Berlin · Connected",
        "The PBX Riga is not connected (since 14:02). Its agent has not reported.",
    ]);
    expect(`${MENU} section:last .o-asterisk-Lamp-free`).toHaveCount(1);
    expect(`${MENU} section:last .o-asterisk-Lamp-off`).toHaveCount(1);
});

test("the way to all calls", async () => {
    mockService("action", { doAction: (action) => expect.step(action) });
    await mountMenu();
    await contains(".o-asterisk-PhoneMenu-calls").click();
    expect.verifySteps(["asterisk_connector.asterisk_call_action", "close"]);
});

test("the browser has not been asked yet whether calls may be told: it is offered", async () => {
    const { permission } = await mountMenu();
    Object.assign(permission, {
        permission: "prompt",
        requestPermission: () => expect.step("asked"),
    });
    await animationFrame();
    await contains(".o-asterisk-PhoneMenu-notify").click();
    expect.verifySteps(["asked"]);
    permission.permission = "granted";
    await animationFrame();
    expect(".o-asterisk-PhoneMenu-notify").toHaveCount(0);
});
