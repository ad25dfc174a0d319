import {
    advanceTime,
    animationFrame,
    expect,
    press,
    queryAllTexts,
    queryOne,
    test,
} from "@odoo/hoot";
import { contains, getService } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    mountAsterisk,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import {
    mockAudio,
    playOn,
    recordingView,
    reported,
} from "@asterisk_connector/../tests/recording_test_helpers";
import { RecordingPlayer } from "@asterisk_connector/components/recording_player/recording_player";

defineAsteriskModels();

const PLAYER = ".o-asterisk-RecordingPlayer";
const PLAY = `${PLAYER}-play`;
const SLIDER = "[role=slider]";

const mountPlayer = (changes = {}, props = {}) =>
    mountAsterisk(RecordingPlayer, {
        props: () => ({ view: recordingView(changes), callId: 1, ...props }),
    });

test("it plays and pauses, and shows where it is", async () => {
    const made = mockAudio();
    await mountPlayer();
    expect(PLAY).toHaveAttribute("aria-label", "Play");
    await contains(PLAY).click();
    expect.verifySteps(["play /sound/5 from 0"]);
    expect(PLAY).toHaveAttribute("aria-label", "Pause");
    await playOn(made.elements[0], 0, 42);
    expect(`${PLAYER}-time`).toHaveText("0:42 / 1:00");
    expect(SLIDER).toHaveAttribute("aria-valuetext", "0:42 of 1:00");
    await contains(PLAY).click();
    expect.verifySteps(["pause /sound/5"]);
    expect(await reported(made)).toEqual([{ recording_id: 5, stretches: [[0, 42]] }]);
});

test("each channel has a lane with its name", async () => {
    mockAudio();
    await mountPlayer();
    await animationFrame();
    expect(`${SLIDER} > svg path`).toHaveCount(2);
    expect(queryAllTexts(".o-asterisk-RecordingWaveform-labels span")).toEqual([
        "Customer",
        "Employee",
    ]);
});

test("keys seek, before it plays too", async () => {
    const made = mockAudio();
    await mountPlayer();
    queryOne(SLIDER).focus();
    await press("PageUp");
    await press("ArrowRight");
    await press("ArrowLeft");
    await press("ArrowLeft");
    await animationFrame();
    expect(SLIDER).toHaveAttribute("aria-valuenow", "25");
    await press(" ");
    await animationFrame();
    expect.verifySteps(["play /sound/5 from 25"]);
    await press("Home");
    expect(made.elements[0].currentTime).toBe(0);
    await press("End");
    expect(made.elements[0].currentTime).toBe(60);
});

test("a click in the shape goes there", async () => {
    mockAudio();
    await mountPlayer();
    const { left, top, width } = queryOne(SLIDER).getBoundingClientRect();
    const event = { buttons: 1, clientX: left + width / 4, clientY: top + 5, bubbles: true };
    queryOne(SLIDER).dispatchEvent(new window.PointerEvent("pointerdown", event));
    await animationFrame();
    expect(SLIDER).toHaveAttribute("aria-valuenow", "15");
});

test("the speed goes round, and is the same for all", async () => {
    const made = mockAudio();
    await mountPlayer();
    await contains(PLAY).click();
    const speeds = [];
    for (let i = 0; i < 4; i++) {
        await contains(`${PLAYER}-speed`).click();
        speeds.push(made.elements[0].playbackRate);
    }
    expect(speeds).toEqual([1.25, 1.5, 2, 1]);
    expect.verifySteps(["play /sound/5 from 0"]);
});

test("one plays at a time", async () => {
    mockAudio();
    await mountPlayer();
    await contains(PLAY).click();
    getService("asterisk_recordings")
        .track(recordingView({ id: 6 }))
        .play();
    await animationFrame();
    expect.verifySteps(["play /sound/5 from 0", "pause /sound/5", "play /sound/6 from 0"]);
    expect(PLAY).toHaveAttribute("aria-label", "Play");
});

test("an address that grew old is asked for again with the next click", async () => {
    const made = mockAudio();
    await mountPlayer();
    await contains(PLAY).click();
    await playOn(made.elements[0], 0, 10);
    made.elements[0].dispatchEvent(new Event("error"));
    await animationFrame();
    expect("[role=alert]").toHaveText("It cannot be played. Try again.");
    await contains(PLAY).click();
    expect.verifySteps(["play /sound/5 from 0", "play /sound/5 from 10"]);
    expect("[role=alert]").toHaveCount(0);
});

test("what is heard is reported while it plays, and when the page goes away", async () => {
    const made = mockAudio();
    await mountPlayer();
    await contains(PLAY).click();
    await playOn(made.elements[0], 0, 3);
    await advanceTime(31000);
    await playOn(made.elements[0], 4, 6);
    window.dispatchEvent(new Event("pagehide"));
    expect((await reported(made)).map(({ stretches }) => stretches)).toEqual([[[0, 3]], [[3, 6]]]);
    expect.verifySteps(["play /sound/5 from 0"]);
});
