import { animationFrame, expect, press, queryOne, test } from "@odoo/hoot";
import { contains } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    mountAsterisk,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { mockAudio, recordingView } from "@asterisk_connector/../tests/recording_test_helpers";
import { RecordingPlayer } from "@asterisk_connector/components/recording_player/recording_player";

defineAsteriskModels();

const MARK = ".o-asterisk-RecordingMarks-mark";
const NOTES = ".o-asterisk-MarkedNotes";
const SLIDER = "[role=slider]";

async function mountPlayer(notes, props = {}) {
    mockAudio({ notes: () => notes(), note: () => true });
    await mountAsterisk(RecordingPlayer, {
        props: () => ({ view: recordingView(), callId: 1, ...props }),
    });
    await animationFrame();
}

const TWO = [
    { second: 15, text: "Asks for a discount", who: "Anna" },
    { second: 45, text: "<b>Laughs</b>", who: "" },
];

test("a mark is where its note belongs, and a click goes there", async () => {
    await mountPlayer(() => TWO);
    expect(MARK).toHaveCount(2);
    expect(queryOne(`${MARK}:first`).style.insetInlineStart).toBe("25%");
    expect(`${MARK}:first`).toHaveAttribute("aria-label", "Note at 0:15: Asks for a discount");
    await contains(`${MARK}:last`).click();
    expect(SLIDER).toHaveAttribute("aria-valuenow", "45");
});

test("the pointer shows what was noted", async () => {
    await mountPlayer(() => TWO);
    await contains(`${MARK}:first`).hover();
    expect(NOTES).toHaveText("0:15Asks for a discount · Anna");
    await contains(`${MARK}:last`).hover();
    expect(NOTES).toHaveText("0:45<b>Laughs</b>");
    await contains(SLIDER).hover();
    await animationFrame();
    expect(NOTES).toHaveCount(0);
});

test("so do the keys, without a mouse", async () => {
    await mountPlayer(() => TWO);
    queryOne(SLIDER).focus();
    await press("Tab");
    await animationFrame();
    expect(`${MARK}:first`).toBeFocused();
    expect(NOTES).toHaveText("0:15Asks for a discount · Anna");
    await press("Tab");
    await press("Enter");
    await animationFrame();
    expect(SLIDER).toHaveAttribute("aria-valuenow", "45");
    expect(NOTES).toHaveText("0:45<b>Laughs</b>");
});

test("a new note has its mark at once", async () => {
    let notes = [];
    await mountPlayer(() => notes);
    expect(MARK).toHaveCount(0);
    notes = TWO.slice(0, 1);
    await contains(".o-asterisk-RecordingPlayer-note").click();
    await contains("input").edit("Asks for a discount", { confirm: "Enter" });
    await animationFrame();
    expect(MARK).toHaveCount(1);
});

test("in a list there are none, and nobody asks for them", async () => {
    await mountPlayer(() => expect.step("asked"), { isSmall: true });
    expect(MARK).toHaveCount(0);
    expect.verifySteps([]);
});
