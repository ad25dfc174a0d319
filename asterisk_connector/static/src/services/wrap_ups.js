import { WRAP_UP_MS } from "@asterisk_connector/models/call_model";
import { SharedMemory } from "@asterisk_connector/services/shared_memory";

/** Attention is noted so often (ms): a mouse that moves says it a hundred times a second. */
const NOTED_MS = 1000;

/**
 * Conversations that are over and wait for their note and outcome: which ones, and when they last had attention. In
 * localStorage, so that a page that was reloaded, and a new tab, show them for the rest of their time.
 */
export class WrapUps {
    constructor(asterisk) {
        this.asterisk = asterisk;
        /** {call id: ms when somebody attended to it last}. */
        this.attended = new SharedMemory("wrap_up", WRAP_UP_MS);
    }

    /** A call has changed: from now on it waits, or does not any more. */
    follow(call) {
        if (call.isWrapUp) {
            this.attended.add(call.id);
        }
    }

    /** Someone is busy with the end of a call: the time that its box stays begins anew. */
    attend(callId) {
        const call = this.asterisk.state.calls[callId];
        if (!call?.isWrapUp) {
            return;
        }
        this.asterisk.store.removeLater(call);
        if (this.leftMs(callId) < WRAP_UP_MS - NOTED_MS) {
            this.attended.delete(callId);
            this.attended.add(callId);
        }
    }

    forget(callId) {
        this.attended.delete(callId);
    }

    leftMs(callId) {
        return (this.attended.entries[callId] || 0) + WRAP_UP_MS - Date.now();
    }

    /** Brings back what this page does not show although its time is not over. */
    recover() {
        const { calls, hidden } = this.asterisk.state;
        const waiting = Object.keys(this.attended.entries).filter(
            (id) => this.leftMs(id) > 0 && !(id in calls) && !(id in hidden)
        );
        return Promise.all(waiting.map((id) => this.bringBack(Number(id))));
    }

    async bringBack(callId) {
        const { events, state, store } = this.asterisk;
        const view = (await events.load(callId))?.view;
        if (!view || callId in state.calls) {
            return;
        }
        const call = store.put(view);
        if (call.isWrapUp) {
            store.removeLater(call, this.leftMs(callId));
        } else if (call.isEnded) {
            store.remove(callId);
        }
    }
}
