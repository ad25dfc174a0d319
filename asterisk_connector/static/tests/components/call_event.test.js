import { advanceTime, animationFrame, expect, queryAllTexts, test } from "@odoo/hoot";
import { contains, getService } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    example,
    mountAsterisk,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { CallEvent } from "@asterisk_connector/components/call_event/call_event";

defineAsteriskModels();

const NOTE = ".o-asterisk-NoteField-text";
const STATUS = ".o-asterisk-NoteField-status";

/** What is written about call 7; each change is a step. */
async function mountEvent({ event = {}, answers = {} } = {}) {
    let known = example("event", event);
    const take = (name, change) => ({
        [name]: (...args) => {
            const told = args.filter((arg) => Object(arg) !== arg).slice(0, 3);
            expect.step(`${name} ${told.join(" | ")}`);
            known = { ...known, ...change(...args) };
            return known;
        },
    });
    await mountAsterisk(CallEvent, {
        props: () => ({ callId: 7, linkedid: "1764000000.10" }),
        answers: {
            event: () => known,
            ...take("save_note", (id, note) => ({ note })),
            ...take("choose_outcome", (id, outcome) => ({ outcome })),
            ...take("set_tag", (id, tag, isOn) => ({ tags: isOn ? [2, tag] : [] })),
            ...answers,
        },
    });
    await animationFrame();
}

test("the note is there, and is saved a second after the last letter", async () => {
    await mountEvent();
    expect(NOTE).toHaveValue("Wants ten printers by Friday");
    expect(STATUS).toHaveText("Saved");
    await contains(NOTE).edit("Wants ink", { confirm: false });
    expect(STATUS).toHaveText("Saving…");
    await advanceTime(900);
    expect.verifySteps([]);
    await advanceTime(200);
    await animationFrame();
    expect.verifySteps(["save_note 7 | Wants ink | Wants ten printers by Friday"]);
    expect(STATUS).toHaveText("Saved");
});

test("who leaves the field need not wait", async () => {
    await mountEvent();
    await contains(NOTE).edit("Wants ink", { confirm: "blur" });
    expect.verifySteps(["save_note 7 | Wants ink | Wants ten printers by Friday"]);
});

test("one click says what came of it, a second one takes it back", async () => {
    await mountEvent();
    expect(queryAllTexts(".o-asterisk-outcome")).toEqual([
        "Interested",
        "Call back",
        "Wrong number",
    ]);
    await contains(".o-asterisk-outcome:contains(Call back)").click();
    expect(".o-asterisk-outcome[aria-pressed=true]").toHaveText("Call back");
    expect(".o-asterisk-outcome[aria-pressed=true]").toHaveClass("o_tag_color_3");
    await contains(".o-asterisk-outcome:contains(Call back)").click();
    expect(".o-asterisk-outcome[aria-pressed=true]").toHaveCount(0);
    expect.verifySteps(["choose_outcome 7 | 2", "choose_outcome 7 | false"]);
});

test("tags are chosen from a menu and taken away by their cross", async () => {
    await mountEvent();
    expect(queryAllTexts(".o-asterisk-tag")).toEqual(["Delivery"]);
    await contains(".o-asterisk-addTag").click();
    await contains(".o-dropdown-item:contains(Price)").click();
    expect(queryAllTexts(".o-asterisk-tag")).toEqual(["Delivery", "Price"]);
    expect(".o-asterisk-addTag").toHaveCount(0);
    await contains("button[aria-label='Remove the tag Delivery']").click();
    expect.verifySteps(["set_tag 7 | 3 | true", "set_tag 7 | 2 | false"]);
});

test("who may only read sees what was written and can change nothing", async () => {
    await mountEvent({ event: { may_write: false, outcome: 1 } });
    expect(NOTE).toHaveProperty("readOnly", true);
    expect(queryAllTexts(".o-asterisk-outcome")).toEqual(["Interested"]);
    await contains(".o-asterisk-outcome").click();
    expect(".o-asterisk-tag button, .o-asterisk-addTag").toHaveCount(0);
    expect.verifySteps([]);
});

test("what a colleague writes appears; while I type, mine stays before me", async () => {
    await mountEvent();
    const { events } = getService("asterisk");
    const facts = { call_id: 7, note: "By Boris", outcome: 2, tags: [], links: [42, false, 31] };
    events.receive(facts);
    await animationFrame();
    expect(NOTE).toHaveValue("By Boris");
    expect(".o-asterisk-outcome[aria-pressed=true]").toHaveText("Call back");
    await contains(NOTE).edit("By Boris and me", { confirm: false });
    events.receive({ ...facts, note: "By Boris again" });
    await animationFrame();
    expect(NOTE).toHaveValue("By Boris and me");
    await advanceTime(1000);
    expect.verifySteps(["save_note 7 | By Boris and me | By Boris"]);
});

test("a note that cannot be loaded says so", async () => {
    const event = () => {
        throw new Error("You may not read this.");
    };
    await mountEvent({ answers: { event } });
    expect(".o-asterisk-CallEvent").toHaveText("The note could not be loaded.");
});
