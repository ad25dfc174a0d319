import { after, animationFrame, Deferred, expect, getFixture, on, test } from "@odoo/hoot";
import { contains, defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    example,
    startService,
} from "@asterisk_connector/../tests/asterisk_test_helpers";

/** Anyone who can be called. */
class Contact extends models.Model {
    phone = fields.Char();
    _records = [
        { id: 1, phone: "030 12345678" },
        { id: 2, phone: "+371 67 000 000" },
        { id: 3, phone: false },
    ];
    _views = {
        form: `<form><field name="phone" widget="phone"/></form>`,
        list: `<list><field name="phone" widget="phone"/></list>`,
    };
}
defineAsteriskModels();
defineModels([Contact]);

const FORM_LINK = ".o_phone_form_link";
const LIST_LINK = ".o_data_row:eq(1) .o_form_uri";

/** Odoo takes the clicks, with a step each; a click that is left to the browser is one too. */
async function open(
    view,
    { answer = example("command_view", { state: "sent" }), ...options } = {}
) {
    const click_to_call = (...args) => {
        expect.step(args.slice(0, 3).join(" | "));
        return answer;
    };
    const leave = (ev) => {
        expect.step(ev.defaultPrevented ? "prevented" : "left to the browser");
        ev.preventDefault();
    };
    const asterisk = await startService({ answers: { click_to_call }, ...options });
    await mountView({ resModel: "contact", ...view });
    after(on(getFixture(), "click", leave));
    return asterisk;
}
const FORM = { type: "form", resId: 1 };
const READONLY = { ...FORM, readonly: true };
const LIST = { type: "list" };

/** The link beside the field shows itself to whom it points. */
async function clickFormLink() {
    await contains(".o_field_phone").hover();
    await contains(FORM_LINK).click();
}

test("a click in a form dials for its record", async () => {
    await open(FORM);
    await clickFormLink();
    expect.verifySteps(["030 12345678 | contact | 1"]);
});

test("a number that has just been typed is the one that is dialled", async () => {
    await open(FORM);
    await contains("input[type=tel]").edit("0171 5550100");
    await clickFormLink();
    expect.verifySteps(["0171 5550100 | contact | 1"]);
});

test("a click in a form that may only be read dials too", async () => {
    await open(READONLY);
    await contains(".o_form_uri").click();
    expect.verifySteps(["030 12345678 | contact | 1"]);
});

test("a click in a list dials for its row, and does not open it", async () => {
    await open({ ...LIST, selectRecord: () => expect.step("opened") });
    await contains(LIST_LINK).click();
    expect.verifySteps(["+371 67 000 000 | contact | 2"]);
});

test("a second click while it is being dialled does nothing, and it spins", async () => {
    const answer = new Deferred();
    await open(LIST, { answer });
    await contains(LIST_LINK).click();
    await contains(LIST_LINK).click();
    expect.verifySteps(["+371 67 000 000 | contact | 2"]);
    expect(LIST_LINK).toHaveAttribute("aria-busy", "true");
    expect(".o-asterisk-dialing").toHaveCount(1);
    answer.resolve(example("command_view", { state: "sent" }));
    await animationFrame();
    expect(".o-asterisk-dialing").toHaveCount(0);
    expect(LIST_LINK).not.toHaveAttribute("aria-busy");
});

test("in a form the telephone turns into the spinner", async () => {
    const answer = new Deferred();
    await open(FORM, { answer });
    await clickFormLink();
    expect(`${FORM_LINK} i`).toHaveClass("fa-spin");
    expect(FORM_LINK).toHaveAttribute("aria-busy", "true");
    answer.resolve(example("command_view", { state: "sent" }));
    await animationFrame();
    expect(`${FORM_LINK} i`).not.toHaveClass("fa-spin");
    expect.verifySteps(["030 12345678 | contact | 1"]);
});

test("with Ctrl, Cmd or Shift the link stays a link", async () => {
    await open(READONLY);
    for (const options of [{ ctrlKey: true }, { metaKey: true }, { shiftKey: true }]) {
        const click = new window.MouseEvent("click", {
            bubbles: true,
            cancelable: true,
            ...options,
        });
        document.querySelector(".o_form_uri").dispatchEvent(click);
        expect.verifySteps(["left to the browser"]);
    }
});

test("who has no phone in Odoo keeps the ordinary link", async () => {
    await open(READONLY, { state: { devices: [] } });
    expect(".o_form_uri").toHaveAttribute("href", "tel:03012345678");
    await contains(".o_form_uri").click();
    expect.verifySteps(["left to the browser"]);
});

test("a phone that I am given while the form is open dials from now on", async () => {
    const { store } = await open(READONLY, { state: { devices: [] } });
    store.load(example("client_state", { calls: [] }));
    await contains(".o_form_uri").click();
    expect.verifySteps(["030 12345678 | contact | 1"]);
});

test("where there is no number there is nothing to click", async () => {
    await open({ ...FORM, resId: 3 });
    expect(FORM_LINK).toHaveCount(0);
});
