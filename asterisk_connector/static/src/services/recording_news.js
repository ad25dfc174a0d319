import { reactive } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";

const CHANNEL = "asterisk_recordings:";
/** News that come together are asked about together (ms). */
const GATHER_MS = 150;
/**
 * By then the bus speaks of a call that has come onto the screen (ms). It gathers channels for 300 ms, and says neither
 * when it has them nor what it missed while others were told something.
 */
const SUBSCRIBED_MS = 2000;

/**
 * The recordings of calls on the screen, as they become audible, fail or are erased. The bus says only that there is
 * news of a call; what it is, this user's own rights tell.
 */
export class RecordingNews {
    /** @param {Object} bus Odoo's bus service: only to choose which calls it speaks of */
    constructor(api, bus) {
        Object.assign(this, { api, bus });
        /** {call id: player views} that are newer than what the screen was made of. */
        this.told = reactive({});
        /** {call id: how many on the screen show it}. */
        this.watched = new Map();
        this.due = new Set();
    }

    /** @returns {Function} call it when the call is on the screen no more */
    watch(callId) {
        const count = this.watched.get(callId) || 0;
        this.watched.set(callId, count + 1);
        if (!count) {
            this.bus.addChannel(CHANNEL + callId);
            // What happened between the reading of the record and the subscription.
            browser.setTimeout(() => this.askSoon([callId]), SUBSCRIBED_MS);
        }
        return () => this.unwatch(callId);
    }

    unwatch(callId) {
        const count = this.watched.get(callId) - 1;
        if (count) {
            this.watched.set(callId, count);
            return;
        }
        this.watched.delete(callId);
        delete this.told[callId];
        this.bus.deleteChannel(CHANNEL + callId);
    }

    /** The bus may have said something that this tab did not hear. */
    askAgain() {
        this.askSoon(this.watched.keys());
    }

    /** There is news of these calls. */
    askSoon(callIds) {
        for (const callId of callIds) {
            if (this.watched.has(callId)) {
                this.due.add(callId);
            }
        }
        if (this.due.size && !this.timer) {
            this.timer = browser.setTimeout(() => this.ask(), GATHER_MS);
        }
    }

    async ask() {
        this.timer = null;
        const asked = [...this.due];
        this.due.clear();
        try {
            for (const { id, recordings } of await this.api.recordingsOf(asked)) {
                if (this.watched.has(id)) {
                    this.told[id] = recordings || [];
                }
            }
        } catch (error) {
            // What is on the screen stays; the next news, or a reload, asks again.
            if (!(error instanceof RPCError || error instanceof ConnectionLostError)) {
                throw error;
            }
        }
    }
}
