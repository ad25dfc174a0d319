import { animationFrame, expect, queryOne, test } from "@odoo/hoot";
import { contains, mockService } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    mountAsterisk,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import {
    mockAudio,
    playOn,
    recordingView,
} from "@asterisk_connector/../tests/recording_test_helpers";
import { RecordingPlayer } from "@asterisk_connector/components/recording_player/recording_player";

defineAsteriskModels();

const PLAYER = ".o-asterisk-RecordingPlayer";
const PLAY = `${PLAYER}-play`;

const mountPlayer = (changes = {}, props = {}) =>
    mountAsterisk(RecordingPlayer, {
        props: () => ({ view: recordingView(changes), callId: 1, ...props }),
    });

test("a note is of the second at which it was begun", async () => {
    const made = mockAudio({
        note: (...args) => {
            expect.step(args.join(" | "));
            return true;
        },
    });
    await mountPlayer();
    await contains(PLAY).click();
    await playOn(made.elements[0], 0, 42);
    await contains(`${PLAYER}-note`).click();
    await playOn(made.elements[0], 43, 50);
    await contains("input").edit("Asks for a discount", { confirm: "Enter" });
    expect.verifySteps(["play /sound/5 from 0", "5 | 42 | Asks for a discount"]);
    expect("input").toHaveCount(0);
});

test("a note's time plays from there", async () => {
    mockAudio();
    await mountPlayer();
    const link = document.createElement("a");
    link.href = "/odoo/calls/1#asterisk_recording=5&t=42";
    queryOne(PLAYER).append(link);
    link.click();
    await animationFrame();
    expect.verifySteps(["play /sound/5 from 42"]);
});

test("who may not listen is told so; there is nothing to press", async () => {
    mockAudio();
    await mountPlayer({ may_listen: false });
    expect(PLAYER).toHaveText("The call was recorded. You may not listen to it.");
    expect("button").toHaveCount(0);
});

test("in a list it is small, and the words are in its tooltip", async () => {
    mockAudio();
    await mountPlayer({ state: "failed", problem: "The file is empty." }, { isSmall: true });
    expect(PLAYER).toHaveText("");
    expect(`${PLAYER} [title]`).toHaveAttribute(
        "title",
        "There is no recording. The file is empty."
    );
});

test("the menu has what the user may do", async () => {
    mockAudio({
        download: () => ({ url: "/sound/5?download=1" }),
        action_keep: (ids) => {
            expect.step(`keep ${ids}`);
            return true;
        },
    });
    mockService("action", { doAction: ({ url }) => expect.step(url) });
    await mountPlayer({ may_download: true, may_keep: true });
    await contains(`${PLAYER}-menu`).click();
    expect(".o-dropdown-item").toHaveCount(2);
    await contains(".o-dropdown-item:first").click();
    await contains(`${PLAYER}-menu`).click();
    await contains(".o-dropdown-item:last").click();
    expect.verifySteps(["/sound/5?download=1", "keep 5"]);
    expect("[aria-label='Kept for ever']").toHaveCount(1);
});
