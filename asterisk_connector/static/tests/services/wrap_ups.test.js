import { advanceTime, animationFrame, expect, test } from "@odoo/hoot";
import { browser } from "@web/core/browser/browser";
import { user } from "@web/core/user";
import { contains } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    example,
    mountCalls,
    ring,
    view,
} from "@asterisk_connector/../tests/asterisk_test_helpers";

defineAsteriskModels();

const BOX = ".o-asterisk-CallBox";
const key = () => `asterisk_connector.wrap_up.${user.userId}`;

/** What a page that was reloaded has left behind: {call id: so many seconds ago it had attention}. */
const leftBehind = (ages) =>
    browser.localStorage.setItem(
        key(),
        JSON.stringify(
            Object.fromEntries(
                Object.entries(ages).map(([id, age]) => [id, Date.now() - age * 1000])
            )
        )
    );
const remembered = () => Object.keys(JSON.parse(browser.localStorage.getItem(key()) || "{}"));

const answers = (name = "call_view_ended") => ({
    event: (call_id) => {
        expect.step(`event ${call_id}`);
        return example("event", { call_id, view: view(name, { id: call_id }) });
    },
});

test("a page that was reloaded shows the conversation that waits, for the rest of its time", async () => {
    leftBehind({ 7: 20 });
    await mountCalls({ answers: answers() });
    await animationFrame();
    expect(`${BOX} .o-asterisk-NoteField-text`).toHaveValue("Wants ten printers by Friday");
    expect(".o-asterisk-done").toHaveCount(1);
    await advanceTime(35000);
    expect(BOX).toHaveCount(1);
    await advanceTime(6000);
    await animationFrame();
    expect(BOX).toHaveCount(0);
    expect.verifySteps(["event 7", "event 7"]);
});

test("attention begins its time anew, and a page that comes then knows it", async () => {
    leftBehind({ 7: 55 });
    await mountCalls({ answers: answers() });
    await animationFrame();
    await contains(BOX).hover();
    await advanceTime(50000);
    expect(BOX).toHaveCount(1);
    expect(Date.now() - JSON.parse(browser.localStorage.getItem(key()))[7]).toBeLessThan(51000);
    expect.verifySteps(["event 7", "event 7"]);
});

test("what is over, dealt with or long ago is not asked for", async () => {
    leftBehind({ 7: 61 });
    await mountCalls({ answers: answers() });
    await animationFrame();
    expect(BOX).toHaveCount(0);
    expect.verifySteps([]);
});

test("a call that does not wait for anything is not brought back", async () => {
    leftBehind({ 7: 5 });
    await mountCalls({ answers: answers("call_view_missed") });
    await animationFrame();
    expect(BOX).toHaveCount(0);
    expect.verifySteps(["event 7"]);
});

test("hanging up remembers it, done forgets it", async () => {
    await mountCalls();
    await ring(view("call_view_talking"));
    expect(remembered()).toEqual([]);
    await ring(view("call_view_ended"));
    expect(remembered()).toEqual(["7"]);
    await animationFrame();
    await contains(".o-asterisk-done").click();
    expect(remembered()).toEqual([]);
});
