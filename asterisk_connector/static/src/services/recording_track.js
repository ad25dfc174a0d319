import { reactive } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { HeardStretches } from "@asterisk_connector/models/heard_stretches";

/** How often what was heard is reported while it plays (ms). */
const REPORT_MS = 30000;

/** One recording being listened to: where playback is, how fast, what was heard. Lives as long as the page. */
export class RecordingTrack {
    constructor(room, view) {
        this.room = room;
        this.heard = new HeardStretches();
        /** How many players on the screen show it. */
        this.players = 0;
        this.state = reactive({
            view,
            position: 0,
            isPlaying: false,
            isLoading: false,
            isBroken: false,
            shape: null,
            notes: [],
        });
    }

    get id() {
        return this.state.view.id;
    }

    /** @param {Object} view what Odoo says of it now: it may have become audible, or be gone */
    update(view) {
        Object.assign(this.state.view, view);
        if (this.audio && this.state.view.state !== "ready") {
            this.pause();
            this.audio = null;
        }
    }

    /** Its length in seconds: what the file says, once it is open, is more exact than what was told. */
    get seconds() {
        const length = this.audio?.duration;
        return Number.isFinite(length) && length > 0 ? length : this.state.view.seconds;
    }

    toggle() {
        return this.state.isPlaying ? this.pause() : this.play();
    }

    async play() {
        this.room.pauseOthers(this);
        Object.assign(this.state, { isLoading: true, isBroken: false });
        try {
            if (!this.audio && !(await this.open())) {
                return;
            }
            if (this.state.position >= this.seconds - 0.1) {
                this.seek(0);
            }
            await this.audio.play();
        } catch (error) {
            // Another one was started meanwhile, or the element was told to pause: no failure.
            this.state.isBroken = error?.name !== "AbortError";
        } finally {
            this.state.isLoading = false;
        }
    }

    pause() {
        this.audio?.pause();
    }

    /** @param {number} position seconds from the beginning */
    seek(position) {
        this.heard.stop();
        this.state.position = Math.min(Math.max(0, position), this.seconds);
        if (this.audio) {
            this.audio.currentTime = this.state.position;
        }
    }

    setSpeed(speed) {
        if (this.audio) {
            this.audio.playbackRate = speed;
        }
    }

    /** Asks Odoo for an address and opens it; false when it may not be heard, and then the user was told why. */
    async open() {
        const address = await this.room.ask((api) => api.play(this.id));
        if (!address) {
            return false;
        }
        this.url = address.url;
        this.audio = new browser.Audio();
        this.audio.preload = "auto";
        this.audio.src = this.url;
        this.listen(this.audio);
        this.audio.currentTime = this.state.position;
        this.setSpeed(this.room.state.speed);
        this.room.drawLater(this);
        return true;
    }

    listen(audio) {
        audio.addEventListener("timeupdate", () => {
            this.state.position = audio.currentTime;
            if (this.state.isPlaying && !audio.seeking) {
                this.heard.moveTo(audio.currentTime);
            }
        });
        audio.addEventListener("playing", () => this.onPlaying());
        audio.addEventListener("pause", () => this.onPause());
        audio.addEventListener("ended", () => this.onPause());
        audio.addEventListener("error", () => {
            this.onPause();
            // Its address grew old, or it was erased: the next click asks Odoo.
            this.audio = null;
            this.state.isBroken = true;
        });
    }

    onPlaying() {
        this.state.isPlaying = true;
        browser.clearInterval(this.timer);
        this.timer = browser.setInterval(() => this.report(), REPORT_MS);
    }

    onPause() {
        this.state.isPlaying = false;
        browser.clearInterval(this.timer);
        this.heard.stop();
        this.report();
    }

    report() {
        const stretches = this.heard.take();
        if (stretches.length) {
            this.room.report(this.id, stretches);
        }
    }
}
