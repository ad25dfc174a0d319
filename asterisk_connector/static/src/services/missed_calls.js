import { browser } from "@web/core/browser/browser";

/** How long (ms, up to twice as long) after the end of a call the missed ones are counted anew. */
const AFTER_END_MS = 1500;

/** The calls I missed: the list behind the badge, and the two ways to settle one. */
export class MissedCallsRoom {
    /** @param {import("./asterisk_service").AsteriskService} asterisk */
    constructor(asterisk) {
        this.asterisk = asterisk;
    }

    /** @returns {Promise<Object[]>} the latest ones, see `questions.js` */
    async latest() {
        return (await this.asterisk.ask((api) => api.missedCalls())) || [];
    }

    /** They are done; nobody has to call back any more. */
    async acknowledge(callIds) {
        const { state, store } = this.asterisk;
        const missed = await this.asterisk.ask((api) => api.acknowledge(callIds));
        if (missed !== null) {
            state.missed = missed;
            callIds.filter((id) => state.calls[id]?.isMissed).forEach((id) => store.remove(id));
        }
    }

    /** Calls the other party of an ended call; its box gives way to the new call's. */
    async callBack(call) {
        const { model, id } = call.customer || {};
        if (await this.asterisk.dialer.dial(call.number, model, id)) {
            this.asterisk.hide(call);
        }
    }

    /** Whom anyone reached is no missed call any more: only Odoo can tell. Not all browsers ask at the same moment. */
    countSoon() {
        browser.clearTimeout(this.timer);
        this.timer = browser.setTimeout(
            () => !this.asterisk.tabs.isHidden && this.asterisk.refresh(),
            AFTER_END_MS * (1 + Math.random())
        );
    }
}
