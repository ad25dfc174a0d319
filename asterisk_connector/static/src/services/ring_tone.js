import { browser } from "@web/core/browser/browser";

/** The European ringing tone's frequency and cadence (ITU-T E.180), softened: a second of tone every four. */
const FREQUENCY_HZ = 425;
const TONE_SECONDS = 1;
const PERIOD_MS = 4000;
const VOLUME = 0.12;
const FADE_SECONDS = 0.05;

/**
 * The sound of an incoming call, made by the browser itself: no file to load, nothing to cache.
 * A page that nobody has touched yet may not make sounds; then it stays silent.
 */
export class RingTone {
    start() {
        const AudioContext = browser.AudioContext || window.AudioContext;
        if (this.context || !AudioContext) {
            return;
        }
        this.context = new AudioContext();
        this.playOnce();
        this.timer = browser.setInterval(() => this.playOnce(), PERIOD_MS);
    }

    stop() {
        browser.clearInterval(this.timer);
        // Closing may be refused when the page is going away; there is nothing left to do about it then.
        this.context?.close().catch(() => {});
        this.context = null;
    }

    playOnce() {
        const oscillator = this.context.createOscillator();
        const gain = this.context.createGain();
        const begin = this.context.currentTime;
        const end = begin + TONE_SECONDS;
        oscillator.frequency.value = FREQUENCY_HZ;
        gain.gain.setValueAtTime(0, begin);
        gain.gain.linearRampToValueAtTime(VOLUME, begin + FADE_SECONDS);
        gain.gain.setValueAtTime(VOLUME, end - FADE_SECONDS);
        gain.gain.linearRampToValueAtTime(0, end);
        oscillator.connect(gain).connect(this.context.destination);
        oscillator.start(begin);
        oscillator.stop(end);
    }
}
