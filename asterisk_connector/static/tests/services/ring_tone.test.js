import { advanceTime, beforeEach, expect, test } from "@odoo/hoot";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { RingTone } from "@asterisk_connector/services/ring_tone";

/** The part of the browser's audio that a tone needs; it steps instead of sounding. */
class SilentAudio {
    currentTime = 0;
    destination = {};
    constructor() {
        expect.step("context");
    }
    createOscillator() {
        return {
            frequency: {},
            connect: (next) => next,
            start: () => expect.step("tone"),
            stop: () => {},
        };
    }
    createGain() {
        const gain = { setValueAtTime() {}, linearRampToValueAtTime() {} };
        return { gain, connect: (next) => next };
    }
    async close() {
        expect.step("closed");
        throw new Error("The page is going away.");
    }
}

beforeEach(() => patchWithCleanup(browser, { AudioContext: SilentAudio }));

test("it sounds every four seconds until it is stopped", async () => {
    const tone = new RingTone();
    tone.start();
    expect.verifySteps(["context", "tone"]);
    await advanceTime(3900);
    expect.verifySteps([]);
    await advanceTime(200);
    expect.verifySteps(["tone"]);
    tone.stop();
    expect.verifySteps(["closed"]);
    await advanceTime(20000);
    expect.verifySteps([]);
});

test("two calls make one sound", () => {
    const tone = new RingTone();
    tone.start();
    tone.start();
    expect.verifySteps(["context", "tone"]);
});

test("stopped it can begin again, and stopping what is silent is no fault", () => {
    const tone = new RingTone();
    tone.stop();
    expect.verifySteps([]);
    tone.start();
    tone.stop();
    tone.start();
    expect.verifySteps(["context", "tone", "closed", "context", "tone"]);
});

test("a browser without audio stays silent", () => {
    patchWithCleanup(browser, { AudioContext: undefined });
    patchWithCleanup(window, { AudioContext: undefined });
    new RingTone().start();
    expect.verifySteps([]);
});
