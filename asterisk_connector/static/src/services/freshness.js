/**
 * A fresh browser gets the bus's last minute again, a reconnecting one everything since it left. What is older than
 * this (seconds) is history for a call that this tab does not know: the live ones came with `client_state`.
 */
const FRESH_LIVE_SECONDS = 30;
const FRESH_ENDED_SECONDS = 5;

/**
 * A view is stamped before its transaction commits, so what was stamped shortly (seconds) before `client_state` was
 * made may be missing there.
 */
const SETTLE_SECONDS = 2;

/** Which call views are news, of all that arrive late, twice or out of order. Times are Odoo's, in seconds. */
export class Freshness {
    constructor() {
        /** {call id: [version, ts]} of everything seen, so that nothing comes back from the dead. */
        this.seen = new Map();
        /** When Odoo last told all that is live. */
        this.loadedAt = 0;
        /** When it did so for the first time: what the bus says of the time before is a replay. */
        this.startedAt = 0;
    }

    noteLoaded(now) {
        this.loadedAt = now;
        this.startedAt = this.startedAt || now;
    }

    /** Whether the last account of all that is live surely had this call, were it live. */
    isSettled({ ts }) {
        return ts <= this.loadedAt - SETTLE_SECONDS;
    }

    isOverBeforeStart({ state, ts }) {
        return state === "ended" && ts <= this.startedAt;
    }

    /** Of a call that this tab does not know: what was worth showing then came with `client_state`. */
    isReplay(view) {
        return view.state === "ended" ? view.ts <= this.loadedAt : this.isSettled(view);
    }

    note({ id, version, ts }) {
        this.seen.set(id, [version, ts]);
    }

    /** A view of the same version that was sent later tells what changed beside the call (the chosen customer). */
    compare({ id, version, ts }) {
        const [knownVersion, knownTs] = this.seen.get(id) || [-Infinity, -Infinity];
        return version - knownVersion || ts - knownTs;
    }

    isNewer(view) {
        return this.compare(view) > 0;
    }

    isOlder(view) {
        return this.compare(view) < 0;
    }

    /**
     * Whether a call that this tab hears of for the first time is worth showing. Of one that has ended already, only
     * a missed one concerns the user.
     *
     * @param {Object} view
     * @param {number} now Odoo's clock, seconds since the epoch
     */
    isRecent(view, now) {
        const age = now - view.ts;
        if (view.state !== "ended") {
            return age <= FRESH_LIVE_SECONDS;
        }
        return age <= FRESH_ENDED_SECONDS && view.outcome?.reason === "missed";
    }
}
