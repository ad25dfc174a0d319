import { reactive } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { shapeOf } from "@asterisk_connector/models/waveform";
import { questionsTo } from "@asterisk_connector/services/recording_questions";
import { RecordingTrack } from "@asterisk_connector/services/recording_track";

const HEARD_ROUTE = "/asterisk/recording/heard";
export const SPEEDS = [1, 1.25, 1.5, 2];
/** A compressed recording up to this long (seconds) is decoded for its shape: some 80 MB for a moment. */
const DRAWN_SECONDS = 20 * 60;
const DRAWN_RATE_HZ = 8000;
const LINK = /#asterisk_recording=(\d+)&t=(\d+)$/;

/** All recordings on the screen: one of them plays at a time, each has one state wherever it is shown. */
export class RecordingsRoom {
    constructor(env, { action, orm }) {
        this.env = env;
        this.action = action;
        this.api = questionsTo(orm);
        this.tracks = new Map();
        this.state = reactive({ speed: 1 });
        browser.addEventListener("pagehide", () => this.all.forEach((track) => track.report()));
        document.addEventListener("click", (ev) => this.onClick(ev), { capture: true });
    }

    get all() {
        return [...this.tracks.values()];
    }

    /** @returns {RecordingTrack} of a player view, brought up to date */
    track(view) {
        const known = this.tracks.get(view.id);
        if (known) {
            known.update(view);
            return known;
        }
        const track = new RecordingTrack(this, { ...view });
        this.tracks.set(view.id, track);
        return track;
    }

    pauseOthers(track) {
        this.all.filter((other) => other !== track).forEach((other) => other.pause());
    }

    setSpeed(speed) {
        this.state.speed = speed;
        this.all.forEach((track) => track.setSpeed(speed));
    }

    /** A note's 0:42 plays from there where its recording is on the screen; elsewhere the link opens the call. */
    onClick(ev) {
        const [, id, second] =
            ev.target.closest?.("a[href]")?.getAttribute("href").match(LINK) || [];
        const track = this.tracks.get(Number(id));
        if (track?.players && track.state.view.may_listen) {
            ev.preventDefault();
            ev.stopPropagation();
            track.seek(Number(second));
            track.play();
        }
    }

    /** Odoo tells the user itself why something is refused. */
    ask(question) {
        return question(this.api);
    }

    /** Also while the page goes away: the browser sends a beacon afterwards. */
    report(id, stretches) {
        const params = { recording_id: id, stretches };
        const body = JSON.stringify({ jsonrpc: "2.0", method: "call", params });
        browser.navigator.sendBeacon(HEARD_ROUTE, new Blob([body], { type: "application/json" }));
    }

    async loadNotes(track) {
        track.state.notes = await this.api.notes(track.id);
    }

    async loadShape(track) {
        track.state.shape ||= await this.api.shape(track.id);
    }

    /** The shape of a compressed recording is drawn by the first browser that plays it, and kept by Odoo. */
    async drawLater(track) {
        const Context = window.OfflineAudioContext;
        if (track.state.shape || track.seconds > DRAWN_SECONDS || !Context) {
            return;
        }
        try {
            await this.loadShape(track);
            if (!track.state.shape) {
                const file = await (await browser.fetch(track.url)).arrayBuffer();
                const context = new Context(track.state.view.channels, 1, DRAWN_RATE_HZ);
                const sound = await context.decodeAudioData(file);
                const numbers = [...Array(sound.numberOfChannels).keys()];
                track.state.shape = shapeOf(numbers.map((i) => sound.getChannelData(i)));
                await this.api.keepShape(track.id, track.state.shape);
            }
        } catch (error) {
            // It plays without its shape.
            console.warn("asterisk_connector: the shape of a recording could not be drawn.", error);
        }
    }

    async keep(track) {
        await this.ask((api) => api.keep(track.id));
        track.state.view.keep_forever = !track.state.view.keep_forever;
    }

    async erase(track) {
        const action = await this.ask((api) => api.askErase(track.id));
        const onClose = (infos) => {
            if (infos?.erased?.includes(track.id)) {
                track.update({ state: "erased", may_erase: false });
            }
        };
        await this.action.doAction(action, { onClose });
    }

    async download(track) {
        const { url } = await this.ask((api) => api.download(track.id));
        await this.action.doAction({ type: "ir.actions.act_url", target: "download", url });
    }

    async writeNote(track, second, text, callId) {
        await this.ask((api) => api.note(track.id, second, text));
        this.loadNotes(track);
        this.env.bus.trigger("MAIL:RELOAD-THREAD", { model: "asterisk.call", id: callId });
    }
}

export const recordingsService = {
    dependencies: ["action", "orm"],
    start: (env, services) => new RecordingsRoom(env, services),
};

registry.category("services").add("asterisk_recordings", recordingsService);
