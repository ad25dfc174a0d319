import { reactive } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { CallModel } from "@asterisk_connector/models/call_model";
import { Freshness } from "@asterisk_connector/services/freshness";
import { OdooClock } from "@asterisk_connector/services/odoo_clock";
import { SharedMemory } from "@asterisk_connector/services/shared_memory";

/**
 * What this browser knows of telephony, as one reactive state: the only place where it changes is here.
 * It takes what Odoo says, whenever and however often it says it, and keeps the newest truth.
 */
export class CallStore {
    constructor() {
        this.hidden = new SharedMemory("hidden");
        this.state = reactive({
            /** false until Odoo has said that this user has anything to do with telephony. */
            enabled: false,
            /** {call id: CallModel}, in the order in which they came. */
            calls: {},
            /** {call id: {status: "loading"|"ready"|"failed", items}}. */
            details: {},
            /** {call id: what people write about it}, see `EventRoom`, and {call id: note}, see `NoteWriter`. */
            events: {},
            notes: {},
            /** The call whose document is on the screen: its box leaves out what stands there. */
            documentId: 0,
            /** {uuid: command view}. */
            commands: {},
            /** {key: true} while a question to Odoo is under way, see `Dialer`. */
            pending: {},
            /** What a screen reader says next. */
            announcement: "",
            /** {command uuid: true} of clicks that have become a call. */
            called: {},
            rights: { contact: false, lead: false },
            devices: [],
            servers: [],
            missed: 0,
            /** {call id: ms}: what this user hid, in whichever tab. */
            hidden: this.hidden.entries,
        });
        this.freshness = new Freshness();
        this.clock = new OdooClock();
        this.timers = new Map();
    }

    /** Odoo's clock, seconds since the epoch. */
    get now() {
        return this.clock.now;
    }

    /**
     * @param {Object} clientState `client_state.json`: replaces all that is live
     * @param {number} [askedAt] this computer's time (ms) when Odoo was asked for it
     */
    load({ now, devices, servers, calls, missed }, askedAt = Date.now()) {
        this.clock.note(now, askedAt);
        this.freshness.noteLoaded(now);
        const live = new Set(calls.map((view) => view.id));
        for (const call of Object.values(this.state.calls)) {
            // A call that Odoo does not know as live any more ended unseen, unless the answer came too early for it.
            if (!call.isEnded && !live.has(call.id) && this.freshness.isSettled(call)) {
                this.remove(call.id);
            }
        }
        calls.forEach((view) => this.putAnswer(view));
        Object.assign(this.state, { devices, servers, missed });
        this.state.enabled = Boolean(devices.length || servers.length);
    }

    /**
     * A call view from the bus.
     *
     * @returns {CallModel|null} null when it is stale, replayed or not worth showing
     */
    receive(view) {
        const isKnown = view.id in this.state.calls;
        if (this.freshness.isOverBeforeStart(view)) {
            // If it was missed, it is in the number of the missed ones.
            this.freshness.note(view);
            this.remove(view.id);
            return null;
        }
        if (!isKnown && this.freshness.isReplay(view)) {
            return null;
        }
        if (
            !this.freshness.isNewer(view) ||
            !(isKnown || this.freshness.isRecent(view, this.now))
        ) {
            return null;
        }
        return this.put(view);
    }

    put(view) {
        const call = new CallModel(view);
        const wasMissed = this.state.calls[call.id]?.isMissed;
        this.freshness.note(view);
        this.state.calls[call.id] = call;
        if (call.command) {
            this.state.called[call.command] = true;
        }
        if (call.isMissed && !wasMissed) {
            this.state.missed++;
        }
        if (call.isEnded) {
            this.removeLater(call);
        }
        return call;
    }

    removeLater(call, lingerMs = call.lingerMs) {
        browser.clearTimeout(this.timers.get(call.id));
        if (Number.isFinite(lingerMs)) {
            const timer = browser.setTimeout(() => this.remove(call.id), lingerMs);
            this.timers.set(call.id, timer);
        }
    }

    /** An answer to a question of this tab: only an older one than what is known is of no use. */
    putAnswer(view) {
        if (!this.freshness.isOlder(view)) {
            this.put(view);
        }
    }

    remove(callId) {
        browser.clearTimeout(this.timers.get(callId));
        this.timers.delete(callId);
        delete this.state.calls[callId];
        delete this.state.details[callId];
    }

    /** Takes the call off this user's screens: in all tabs, and nowhere else. */
    hide(callId) {
        this.hidden.add(callId);
    }

    show(callId) {
        this.hidden.delete(callId);
    }

    receiveServer(server) {
        const others = this.state.servers.filter(({ id }) => id !== server.id);
        this.state.servers = [...others, server].sort((a, b) => a.id - b.id);
    }
}
