import { animationFrame, Deferred, expect, test } from "@odoo/hoot";
import { contains, mountView } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    example,
    startService,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { AsteriskCall } from "@asterisk_connector/../tests/asterisk_test_models";

defineAsteriskModels();

const BUTTON = ".o-asterisk-callBack";

/** The form of a call; Odoo takes each click, with a step. */
async function mountForm(
    values,
    { answer = example("command_view", { state: "sent" }), state } = {}
) {
    AsteriskCall._records = [{ id: 1, number: "+37167000000", direction: "incoming", ...values }];
    const click_to_call = (...args) => {
        expect.step(args.slice(0, 3).join(" | "));
        return answer;
    };
    await startService({ answers: { click_to_call }, state });
    await mountView({
        type: "form",
        resModel: "asterisk.call",
        resId: 1,
        arch: `<form><widget name="asterisk_call_back"/></form>`,
    });
}

test("who has called is called back, as the customer he is", async () => {
    await mountForm({ partner_id: 17 });
    expect(BUTTON).toHaveText("Call back");
    await contains(BUTTON).click();
    expect.verifySteps(["+37167000000 | res.partner | 17"]);
});

test("whom I have called is called again", async () => {
    await mountForm({ direction: "outgoing" });
    expect(BUTTON).toHaveText("Call again");
    await contains(BUTTON).click();
    expect.verifySteps(["+37167000000 | false | false"]);
});

test("it spins and cannot be clicked again while it is being called", async () => {
    const answer = new Deferred();
    await mountForm({}, { answer });
    await contains(BUTTON).click();
    expect(BUTTON).not.toBeEnabled();
    expect(`${BUTTON} .fa-spin`).toHaveCount(1);
    answer.resolve(example("command_view", { state: "sent" }));
    await animationFrame();
    expect(BUTTON).toBeEnabled();
    expect.verifySteps(["+37167000000 | false | false"]);
});

test("who has no phone does not see it", async () => {
    await mountForm({}, { state: { devices: [] } });
    expect(".o_form_view").toHaveCount(1);
    expect(BUTTON).toHaveCount(0);
});
