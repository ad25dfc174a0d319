import { advanceTime, animationFrame, expect, queryAllTexts, test } from "@odoo/hoot";
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
const NOTE = ".o-asterisk-NoteField-text";

async function talkAndHangUp(options) {
    await mountCalls(options);
    await ring(view("call_view_talking"));
    await animationFrame();
    await ring(view("call_view_ended"));
    await animationFrame();
}

test("note and outcome are there while talking, and stay when it is over", async () => {
    await mountCalls();
    await ring(view("call_view_ringing"));
    expect(NOTE).toHaveCount(0);
    await ring(view("call_view_talking"));
    await animationFrame();
    expect(NOTE).toHaveCount(1);
    await contains(NOTE).click();
    await ring(view("call_view_ended"));
    expect(NOTE).toBeFocused();
    expect(".o-asterisk-CallHead-time").toHaveText("1:00");
    expect(queryAllTexts(".o-asterisk-CallActions > [data-action]")).toEqual([
        "Schedule activity",
        "Plan a meeting",
    ]);
    expect(".o-asterisk-done.btn-primary").toHaveText("Done");
});

test("a minute without attention, and the box goes", async () => {
    await talkAndHangUp();
    await advanceTime(59000);
    await contains(NOTE).edit("Wants ink", { confirm: false });
    await advanceTime(59000);
    await contains(BOX).hover();
    await advanceTime(59000);
    expect(BOX).toHaveCount(1);
    await advanceTime(2000);
    await animationFrame();
    expect(BOX).toHaveCount(0);
});

test("done saves what was typed, and the box goes at once", async () => {
    const save_note = (id, note) => {
        expect.step(note);
        return example("event", { note });
    };
    await talkAndHangUp({ answers: { save_note } });
    await contains(NOTE).edit("Wants ink", { confirm: false });
    await contains(".o-asterisk-done").click();
    expect(BOX).toHaveCount(0);
    expect.verifySteps(["Wants ink"]);
});

test("an activity is planned on the call, a meeting with the customer", async () => {
    const opened = [];
    mockService("action", { doAction: async (action) => opened.push(action) });
    await talkAndHangUp();
    await contains("[data-action=planActivity]").click();
    await contains("[data-action=planMeeting]").click();
    expect(opened.map(({ res_model, target }) => [res_model, target])).toEqual([
        ["mail.activity.schedule", "new"],
        ["calendar.event", "new"],
    ]);
    expect(opened[0].context).toMatchObject({ active_model: "asterisk.call", active_ids: [7] });
    expect(opened[1].context.default_name).toBe("Acme GmbH");
    expect(opened[1].context.default_partner_ids).toInclude(42);
});

test("a missed call has no note to write", async () => {
    await mountCalls();
    await ring(view("call_view_ringing"));
    await ring(view("call_view_missed"));
    expect(`${NOTE}, .o-asterisk-done`).toHaveCount(0);
    await advanceTime(120000);
    expect(BOX).toHaveCount(1);
});
