import { animationFrame, expect, test } from "@odoo/hoot";
import { contains } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    example,
    mountAsterisk,
    ring,
    view,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { AsteriskSystray } from "@asterisk_connector/components/asterisk_systray/asterisk_systray";

defineAsteriskModels();

const SYSTRAY = ".o-asterisk-Systray";
const COUNTER = ".o-asterisk-Systray-counter";
const SLASH = ".o-asterisk-Systray-slash";
const [berlin, riga] = example("client_state").servers;
const down = { ...berlin, connected: false, message: "The PBX Berlin is not connected." };
const mountSystray = (state, options) => mountAsterisk(AsteriskSystray, { state, ...options });

test("the telephone is there for whom it concerns", async () => {
    await mountSystray();
    expect(`button${SYSTRAY}`).toHaveAttribute("aria-label", "Telephony");
    expect(COUNTER).toHaveCount(0);
    expect(SLASH).toHaveCount(0);
});

test("who has neither a phone nor a PBX does not see it", async () => {
    await mountSystray({ devices: [], servers: [] });
    expect(SYSTRAY).toHaveCount(0);
});

test("it counts the calls that I missed, and says so", async () => {
    const { store } = await mountSystray({ missed: 1 });
    expect(COUNTER).toHaveText("1");
    expect(SYSTRAY).toHaveAttribute("title", "Telephony: 1 missed call");
    await ring(view("call_view_missed"));
    expect(COUNTER).toHaveText("2");
    expect(SYSTRAY).toHaveAttribute("aria-label", "Telephony: 2 missed calls");
    store.load(example("client_state", { calls: [], missed: 0 }));
    await animationFrame();
    expect(COUNTER).toHaveCount(0);
});

test("no PBX of mine is connected: a red slash, and the reason in words", async () => {
    const { store } = await mountSystray({ servers: [berlin, riga] });
    expect(SLASH).toHaveCount(0);
    store.receiveServer(down);
    await animationFrame();
    expect(SLASH).toHaveCount(1);
    expect(`${SYSTRAY} .fa-phone`).toHaveClass("opacity-75");
    expect(SYSTRAY).toHaveAttribute("title", "The PBX Berlin is not connected.");
    store.receiveServer(berlin);
    await animationFrame();
    expect(SLASH).toHaveCount(0);
    expect(SYSTRAY).toHaveAttribute("title", "Telephony");
});

test("several that are away are told one below the other", async () => {
    await mountSystray({ devices: [], servers: [down, riga] });
    expect(SYSTRAY).toHaveAttribute("title", `${down.message}\n${riga.message}`);
});

test("a PBX that my phone does not hang on may be away", async () => {
    await mountSystray({ servers: [berlin, riga] });
    expect(SLASH).toHaveCount(0);
});

test("a click opens the menu, another one closes it", async () => {
    await mountSystray();
    await contains(SYSTRAY).click();
    expect(".o-asterisk-PhoneMenu").toHaveCount(1);
    await contains(SYSTRAY).click();
    expect(".o-asterisk-PhoneMenu").toHaveCount(0);
});

test("a number dialled from the menu closes it", async () => {
    const click_to_call = () => example("command_view", { state: "sent" });
    await mountSystray({}, { answers: { click_to_call } });
    await contains(SYSTRAY).click();
    await contains(".o-asterisk-PhoneMenu-number").edit("101", { confirm: false });
    await contains(".o-asterisk-PhoneMenu [type=submit]").click();
    await animationFrame();
    expect(".o-asterisk-PhoneMenu").toHaveCount(0);
    expect(".o-asterisk-CallBox [role=status]").toHaveText(/Calling/);
});
