import { animationFrame, expect, test } from "@odoo/hoot";
import { contains } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    example,
    mountAsterisk,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { PhoneMenu } from "@asterisk_connector/components/phone_menu/phone_menu";

defineAsteriskModels();

const MENU = ".o-asterisk-PhoneMenu";
const NUMBER = ".o-asterisk-PhoneMenu-number";
const CALL = `${MENU} [type=submit]`;
const [desk] = example("client_state").devices;
const soft = { ...desk, id: 4, name: "Softphone", extension: "151", is_default: false };

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

test("who has no phone is told how to get one", async () => {
    await mountMenu({ devices: [] });
    expect(NUMBER).toHaveCount(0);
    expect(MENU).toHaveText(/You have no phone in Odoo yet\. Ask your administrator/);
});

test("one phone is shown, there is nothing to choose", async () => {
    await mountMenu();
    expect(MENU).toHaveText(/My phone\n/);
    expect(`${MENU} label`).toHaveText(/Desk phone\s*101/);
    expect(`${MENU} [type=radio]`).toHaveCount(0);
});

test("of several phones the one that rings is chosen, in this browser", async () => {
    const { dialer } = await mountMenu({ devices: [desk, soft] }, { answers: dialled });
    expect(`${MENU} label:eq(0) [type=radio]`).toBeChecked();
    await contains(`${MENU} label:eq(1) [type=radio]`).click();
    expect(`${MENU} label:eq(1) [type=radio]`).toBeChecked();
    expect(dialer.device.id).toBe(4);
    await contains(NUMBER).edit("101", { confirm: false });
    await contains(CALL).click();
    await animationFrame();
    expect.verifySteps(["101 from 4", "close"]);
});

test("the phone chosen before is still chosen", async () => {
    const state = { devices: [desk, soft] };
    window.localStorage.setItem("asterisk_connector.device.7", "4");
    await mountMenu(state);
    expect(`${MENU} label:eq(1) [type=radio]`).toBeChecked();
});
