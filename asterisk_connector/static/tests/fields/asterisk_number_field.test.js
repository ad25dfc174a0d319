import { animationFrame, Deferred, expect, queryAllTexts, test } from "@odoo/hoot";
import { contains, mountView } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    example,
    startService,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { AsteriskCall } from "@asterisk_connector/../tests/asterisk_test_models";

defineAsteriskModels();

const LINK = ".o_field_asterisk_number a";
const VIEW = {
    type: "list",
    resModel: "asterisk.call",
    arch: `<list><field name="number_display" widget="asterisk_number"/></list>`,
};

/** The list of these calls; Odoo takes each click, with a step. */
async function mountList(
    calls,
    { answer = example("command_view", { state: "sent" }), state } = {}
) {
    AsteriskCall._records = calls;
    const click_to_call = (...args) => {
        expect.step(args.slice(0, 3).join(" | "));
        return answer;
    };
    await startService({ answers: { click_to_call }, state });
    await mountView({ ...VIEW, selectRecord: () => expect.step("opened") });
}

const UNKNOWN = { number: "+37167000000", number_display: "+371 67 000 000" };

test("a click calls the number for the customer of that call, and does not open the call", async () => {
    await mountList([{ ...UNKNOWN, partner_id: 17 }]);
    expect(LINK).toHaveText("+371 67 000 000");
    expect(LINK).toHaveAttribute("href", "tel:+37167000000");
    await contains(LINK).click();
    expect.verifySteps(["+37167000000 | res.partner | 17"]);
});

test("a lead is a customer too", async () => {
    await mountList([{ ...UNKNOWN, lead_id: 17 }]);
    await contains(LINK).click();
    expect.verifySteps(["+37167000000 | crm.lead | 17"]);
});

test("a number that nobody has is just called", async () => {
    await mountList([UNKNOWN]);
    await contains(LINK).click();
    expect.verifySteps(["+37167000000 | false | false"]);
});

test("a withheld number is a word and no link", async () => {
    await mountList([{ number: false, number_display: "Number withheld" }]);
    expect(queryAllTexts(".o_data_cell")).toEqual(["Number withheld"]);
    expect(LINK).toHaveCount(0);
});

test("it spins while it is being called", async () => {
    const answer = new Deferred();
    await mountList([UNKNOWN], { answer });
    await contains(LINK).click();
    expect(LINK).toHaveAttribute("aria-busy", "true");
    expect(".o-asterisk-dialing").toHaveCount(1);
    answer.resolve(example("command_view", { state: "sent" }));
    await animationFrame();
    expect(".o-asterisk-dialing").toHaveCount(0);
    expect.verifySteps(["+37167000000 | false | false"]);
});
