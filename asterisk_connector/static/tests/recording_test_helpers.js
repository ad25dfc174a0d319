import { after, expect } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { onRpc, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";

/** A view of the player (docs/contract.md): a ready stereo recording of a minute that the user may hear. */
export const recordingView = (changes = {}) => ({
    id: 5,
    state: "ready",
    problem: "",
    seconds: 60,
    channels: 2,
    direction: "incoming",
    bytes: 240400,
    keep_forever: false,
    may_listen: true,
    may_download: false,
    may_keep: false,
    may_erase: false,
    erased: "",
    ...changes,
});

/** Silence, a shout, silence on the left; a murmur on the right. */
export const SHAPE = [window.btoa("\x00\xff\x00"), window.btoa("\x10\x20\x10")];

/** An audio element that plays when it is told to, without sound. */
class SilentAudio extends EventTarget {
    currentTime = 0;
    duration = NaN;
    playbackRate = 1;

    async play() {
        expect.step(`play ${this.src} from ${this.currentTime}`);
        this.dispatchEvent(new Event("playing"));
    }

    pause() {
        expect.step(`pause ${this.src}`);
        this.dispatchEvent(new Event("pause"));
    }
}

/**
 * The browser plays without sound; Odoo gives addresses and shapes.
 *
 * @param {Object} [answers] {method: function} of `asterisk.recording`, beside those
 * @returns {{elements: SilentAudio[], beacons: Object[]}} what was made, and what was reported
 */
export function mockAudio(answers = {}) {
    const made = { elements: [], beacons: [] };
    patchWithCleanup(browser, {
        Audio: function () {
            made.elements.push(new SilentAudio());
            return made.elements.at(-1);
        },
        navigator: { sendBeacon: (route, blob) => made.beacons.push(blob) },
    });
    const all = {
        play: (id) => ({ url: `/sound/${id}` }),
        shape: () => SHAPE,
        notes: () => [],
        ...answers,
    };
    for (const [method, answer] of Object.entries(all)) {
        onRpc("asterisk.recording", method, ({ args }) => answer(...args));
    }
    after(() => made.elements.splice(0));
    return made;
}

/** Sound is played from one second to another, as the browser tells it. */
export async function playOn(element, from, to) {
    for (let position = from; position <= to; position += 1) {
        element.currentTime = position;
        element.dispatchEvent(new Event("timeupdate"));
    }
    await animationFrame();
}

/** @returns {Promise<Object[]>} what was reported: the parameters of the route */
export const reported = (made) =>
    Promise.all(made.beacons.map(async (blob) => JSON.parse(await blob.text()).params));
