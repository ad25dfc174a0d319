import { expect, test } from "@odoo/hoot";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { contains } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    example,
    mountAsterisk,
    mountCalls,
    ring,
    view,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { AsteriskSystray } from "@asterisk_connector/components/asterisk_systray/asterisk_systray";

defineAsteriskModels();

const POPUP = ".o-asterisk-CallBox";

test("someone else answered: it says who, for three seconds", async () => {
    await mountCalls();
    await ring(view("call_view_ringing"));
    await ring(view("call_view_elsewhere"));
    expect(".o-asterisk-CallHead-title").toHaveText("Anna answered");
    expect(".o-asterisk-CallActions").toHaveCount(0);
    await advanceTime(2900);
    expect(POPUP).toHaveCount(1);
    await advanceTime(200);
    await animationFrame();
    expect(POPUP).toHaveCount(0);
});

test("a missed call stays until it is dismissed, and counts", async () => {
    await mountAsterisk(AsteriskSystray, { state: { missed: 1 } });
    await ring(view("call_view_ringing"));
    await ring(view("call_view_missed"));
    expect(".o-asterisk-CallHead-title").toHaveText("Missed call");
    expect("[data-action=callBack]").toHaveText("Call back");
    expect(".o-asterisk-Systray-counter").toHaveText("2");
    await advanceTime(120000);
    expect(POPUP).toHaveCount(1);
    await contains(".o-asterisk-hide").click();
    expect(POPUP).toHaveCount(0);
});

test("who tried three times is one box, and no more than two missed calls stand there", async () => {
    await mountAsterisk(AsteriskSystray);
    for (const [id, number] of [
        [1, "+491"],
        [2, "+491"],
        [3, "+492"],
        [4, "+493"],
    ]) {
        await ring(
            view("call_view_missed", {
                id,
                number,
                number_display: number,
                customer: null,
                matches: [],
            })
        );
    }
    expect(".o-asterisk-CustomerBlock-who").toHaveCount(2);
    expect(`${POPUP}:eq(0)`).toHaveText(/\+492/);
    expect(`${POPUP}:eq(1)`).toHaveText(/\+493/);
    expect(".o-asterisk-Systray-counter").toHaveText("4");
});

test("calling back a missed call dials it and takes the box away", async () => {
    await mountCalls({
        answers: {
            click_to_call: (number, model, id) => {
                expect.step(`${number} ${model} ${id}`);
                return example("command_view", { state: "sent", code: "", message: "" });
            },
        },
    });
    await ring(view("call_view_missed"));
    await contains("[data-action=callBack]").click();
    await animationFrame();
    expect.verifySteps(["+493012345678 res.partner 42"]);
    expect("[data-action=callBack]").toHaveCount(0);
    expect(`${POPUP} [role=status]`).toHaveText(/Calling \+49 30 12345678/);
});

test("hidden by ✕ it stays hidden while the call goes on, in a reloaded page too", async () => {
    await mountCalls();
    await ring(view("call_view_ringing"));
    await contains(".o-asterisk-hide").click();
    expect(POPUP).toHaveCount(0);
    await ring(view("call_view_missed"));
    expect(POPUP).toHaveCount(0);
    const stored = Object.entries(localStorage).find(([key]) => key.includes("hidden"));
    expect(JSON.parse(stored[1])).toInclude("7");
});

test("a call hidden in another tab goes away in this one", async () => {
    await mountCalls();
    await ring(view("call_view_ringing"));
    const key = "asterisk_connector.hidden.7";
    window.dispatchEvent(
        new StorageEvent("storage", { key, newValue: JSON.stringify({ 7: Date.now() }) })
    );
    await animationFrame();
    expect(POPUP).toHaveCount(0);
});
