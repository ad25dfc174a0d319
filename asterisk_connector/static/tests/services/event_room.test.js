import { animationFrame, beforeEach, expect, getFixture, test } from "@odoo/hoot";
import { mockService } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    example,
    ring,
    setTabHidden,
    startService,
    view,
} from "@asterisk_connector/../tests/asterisk_test_helpers";

defineAsteriskModels();

beforeEach(() => {
    mockService("action", {
        doAction: ({ res_model, res_id }) => expect.step(`${res_model} ${res_id}`),
    });
});

const who = (opens_on_answer) => ({
    answers: { event: (call_id) => example("event", { call_id, opens_on_answer }) },
});

async function pickUp() {
    await ring(view("call_view_ringing"));
    await ring(view("call_view_talking"));
    await animationFrame();
}

test("who wants it has the call's document before him when he answers", async () => {
    await startService(who(true));
    await ring(view("call_view_ringing"));
    expect.verifySteps([]);
    await ring(view("call_view_talking"));
    await animationFrame();
    expect.verifySteps(["asterisk.call 7"]);
    await ring(view("call_view_talking", { state: "held", version: Date.now() + 1e9 }));
    await animationFrame();
    expect.verifySteps([]);
});

test("who does not want it is left alone", async () => {
    await startService(who(false));
    await pickUp();
    expect.verifySteps([]);
});

test("a call that I make opens nothing", async () => {
    await startService(who(true));
    await ring(view("call_view_talking", { state: "dialing", direction: "outgoing", version: 1 }));
    await ring(view("call_view_talking", { direction: "outgoing" }));
    await animationFrame();
    expect.verifySteps([]);
});

test("the empty search of a list, where Odoo itself puts the cursor, is no typing", async () => {
    await startService(who(true));
    getFixture().innerHTML = `<input class="o_searchview_input"/>`;
    document.querySelector(".o_searchview_input").focus();
    await pickUp();
    expect.verifySteps(["asterisk.call 7"]);
});

for (const [what, html] of [
    ["searches", `<input class="o_searchview_input typing" value="Ac"/>`],
    ["types", `<input class="typing"/>`],
    ["writes a letter", `<iframe class="typing"></iframe>`],
    ["has a dialog before him", `<div class="modal show"></div>`],
    ["has not saved a form", `<div class="o_form_status_indicator_buttons"></div>`],
]) {
    test(`nothing opens before who ${what}`, async () => {
        await startService(who(true));
        getFixture().innerHTML = html;
        document.querySelector(".typing")?.focus();
        await pickUp();
        expect.verifySteps([]);
    });
}

test("a tab that nobody sees waits until he looks, and opens nothing that is over", async () => {
    await startService(who(true));
    setTabHidden(true);
    await pickUp();
    expect.verifySteps([]);
    setTabHidden(false);
    await animationFrame();
    expect.verifySteps(["asterisk.call 7"]);
});

test("the tabs open it once", async () => {
    const first = await startService(who(true));
    first.events.opened.add(7);
    await pickUp();
    expect.verifySteps([]);
});

test("what is not on the screen is not asked for", async () => {
    const { events, state } = await startService();
    events.receive({ call_id: 7, note: "x", outcome: false, tags: [], links: [] });
    expect(state.events).toEqual({});
});

test("linked documents are asked for when they change, and only then", async () => {
    const event = (call_id) => {
        expect.step("asked");
        return example("event", { call_id });
    };
    const { events } = await startService({ answers: { event } });
    await events.load(7);
    const { note, outcome, tags, links } = example("event");
    events.receive({ call_id: 7, note, outcome, tags, links });
    expect.verifySteps(["asked"]);
    events.receive({ call_id: 7, note, outcome, tags, links: [42, false] });
    await animationFrame();
    expect.verifySteps(["asked"]);
});
