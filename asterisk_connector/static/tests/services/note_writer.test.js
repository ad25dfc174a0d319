import { advanceTime, animationFrame, Deferred, expect, test } from "@odoo/hoot";
import { browser } from "@web/core/browser/browser";
import { ConnectionLostError } from "@web/core/network/rpc";
import { makeServerError, mockService, patchWithCleanup } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    example,
    startService,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { NoteDrafts } from "@asterisk_connector/services/note_drafts";

defineAsteriskModels();

const LINKEDID = "1764000000.10";

/** Notes of the call 7, which Odoo has as "Hello"; each that Odoo gets is a step. */
async function startNotes(save_note = (id, note) => note) {
    const answers = {
        save_note: async (id, text, base, linkedid) => {
            expect.step([text, base, linkedid].join(" | "));
            return example("event", { call_id: id, note: await save_note(id, text, base) });
        },
    };
    const { events, state } = await startService({ answers });
    events.notes.adopt(7, "Hello");
    return { notes: events.notes, state };
}

const draftsLeft = () =>
    Object.keys(browser.localStorage).filter((key) => key.includes("asterisk_connector.note."));

test("typing is saved once, after a pause, with what it was made of", async () => {
    const { notes, state } = await startNotes();
    for (const text of ["Hello w", "Hello wo", "Hello world"]) {
        notes.type(7, LINKEDID, text);
        await advanceTime(500);
    }
    expect.verifySteps([]);
    expect(draftsLeft()).toHaveLength(1);
    await advanceTime(600);
    expect.verifySteps([`Hello world | Hello | ${LINKEDID}`]);
    expect(state.notes[7]).toMatchObject({ base: "Hello world", status: "saved" });
    expect(draftsLeft()).toHaveLength(0);
});

test("what is typed while Odoo saves is saved next, one at a time", async () => {
    const answer = new Deferred();
    const { notes, state } = await startNotes((id, text) => (text === "A" ? answer : text));
    notes.type(7, LINKEDID, "A");
    await advanceTime(1000);
    notes.type(7, LINKEDID, "AB");
    await advanceTime(5000);
    expect.verifySteps([`A | Hello | ${LINKEDID}`]);
    answer.resolve("A\nBoris");
    await animationFrame();
    await advanceTime(1000);
    expect.verifySteps([`AB | A | ${LINKEDID}`]);
    expect(state.notes[7].status).toBe("saved");
});

test("what others wrote meanwhile comes with the answer", async () => {
    const { notes, state } = await startNotes((id, text) => `${text}\nBoris too`);
    notes.type(7, LINKEDID, "Hello world");
    await advanceTime(1000);
    expect(state.notes[7]).toMatchObject({
        text: "Hello world\nBoris too",
        base: "Hello world\nBoris too",
    });
    expect.verifySteps([`Hello world | Hello | ${LINKEDID}`]);
});

test("without a network it waits, and is tried again", async () => {
    let isAway = true;
    const { notes, state } = await startNotes((id, text) => text);
    patchWithCleanup(notes.api, {
        saveNote(...args) {
            return isAway ? Promise.reject(new ConnectionLostError("/")) : super.saveNote(...args);
        },
    });
    notes.type(7, LINKEDID, "Hello world");
    await advanceTime(1000);
    expect(state.notes[7].status).toBe("waiting");
    expect(draftsLeft()).toHaveLength(1);
    isAway = false;
    await advanceTime(5000);
    expect(state.notes[7].status).toBe("saved");
    expect.verifySteps([`Hello world | Hello | ${LINKEDID}`]);
});

test("why Odoo refuses a note stands below it, and the draft is kept", async () => {
    const { notes, state } = await startNotes(() => {
        throw new Error("This note is too long.");
    });
    notes.type(7, LINKEDID, "Hello world");
    await advanceTime(1000);
    expect(state.notes[7]).toMatchObject({ status: "refused", message: "This note is too long." });
    expect(draftsLeft()).toHaveLength(1);
    expect.verifySteps([`Hello world | Hello | ${LINKEDID}`]);
});

test("a page that goes sends what is not saved, as a beacon", async () => {
    const { notes } = await startNotes();
    patchWithCleanup(browser.navigator || navigator, {
        sendBeacon: (url, blob) => {
            expect.step(url);
            blob.text().then((text) => expect.step(JSON.parse(text).params.args.join(" | ")));
            return true;
        },
    });
    browser.dispatchEvent(new Event("pagehide"));
    expect.verifySteps([]);
    notes.type(7, LINKEDID, "Hello world");
    browser.dispatchEvent(new Event("pagehide"));
    await animationFrame();
    expect.verifySteps([
        "/web/dataset/call_kw/asterisk.call/save_note",
        `7 | Hello world | Hello | ${LINKEDID}`,
    ]);
});

test("what a killed tab has left behind is saved, when its own turn is over", async () => {
    const { notes } = await startNotes();
    const killed = new NoteDrafts();
    killed.put({ callId: 9, linkedid: "9.1", text: "Typed and killed", base: "" });
    notes.recover();
    await advanceTime(2500);
    expect.verifySteps([]);
    await advanceTime(1000);
    await animationFrame();
    expect.verifySteps(["Typed and killed |  | 9.1"]);
    expect(draftsLeft()).toHaveLength(0);
});

test("a draft that is rubbish is nobody's note", async () => {
    const { notes } = await startNotes();
    const { prefix } = notes.drafts;
    browser.localStorage.setItem(`${prefix}9.other`, "{");
    browser.localStorage.setItem(`${prefix}10.other`, '{"text": 5, "at": 1}');
    await notes.recover();
    expect(draftsLeft()).toHaveLength(0);
    expect.verifySteps([]);
});

test("a draft that Odoo takes no more is shown, so that its words are not lost", async () => {
    mockService("notification", {
        add: (message, { sticky }) => expect.step(`${message} ${sticky}`),
    });
    const { notes } = await startNotes(() => {
        throw makeServerError({ type: "AccessError", message: "It is not yours." });
    });
    new NoteDrafts().put({ callId: 9, linkedid: "9.1", text: "My words", base: "" });
    await notes.recoverOne(notes.drafts.others()[0]);
    expect.verifySteps(["My words |  | 9.1", "My words true"]);
    expect(draftsLeft()).toHaveLength(0);
});

test("a draft that Odoo stumbles over is tried again another time", async () => {
    const { notes } = await startNotes(() => {
        throw new Error("Something broke.");
    });
    new NoteDrafts().put({ callId: 9, linkedid: "9.1", text: "My words", base: "" });
    await notes.recoverOne(notes.drafts.others()[0]);
    expect.verifySteps(["My words |  | 9.1"]);
    expect(draftsLeft()).toHaveLength(1);
});
