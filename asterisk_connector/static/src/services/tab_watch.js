import { browser } from "@web/core/browser/browser";
import { Deferred } from "@web/core/utils/concurrency";

const NAME = "asterisk_connector.tabs";
/** How long (ms) a visible tab has to say that it is there, and how often it is asked: it may be busy, and so may we. */
const ANSWER_MS = 200;
const QUESTIONS = 3;

/** @returns {Promise} what `promise` brings, or `otherwise` after so many ms */
export const within = (promise, ms, otherwise) =>
    Promise.race([
        promise,
        new Promise((resolve) => browser.setTimeout(() => resolve(otherwise), ms)),
    ]);

/** A seen tab holds a shared lock (Web Locks API). The browser itself knows who holds it, however busy that tab is. */
class WatchLock {
    constructor(isHidden, locks) {
        this.isHidden = isHidden;
        this.locks = locks;
        this.hold();
        document.addEventListener("visibilitychange", () => this.hold());
    }

    hold() {
        this.released?.resolve();
        this.released = null;
        if (!this.isHidden()) {
            const released = (this.released = new Deferred());
            this.locks.request(NAME, { mode: "shared" }, () => released);
        }
    }

    async isAnyoneThere() {
        const { held } = await this.locks.query();
        return held.some(({ name }) => name === NAME);
    }
}

/** Where the browser has no locks (Odoo without HTTPS): the tabs are asked, and one that is seen answers. */
class WatchQuestion {
    constructor(isHidden) {
        this.isHidden = isHidden;
        this.channel = new browser.BroadcastChannel(NAME);
        this.channel.addEventListener("message", ({ data }) => this.onMessage(data));
    }

    onMessage(message) {
        if (message === "anyone?" && !this.isHidden()) {
            this.channel.postMessage("here");
        } else if (message === "here") {
            this.answer?.resolve(true);
        }
    }

    async isAnyoneThere() {
        // One question at a time: who is asked twice answers once.
        this.asking ||= this.ask().finally(() => (this.asking = null));
        return this.asking;
    }

    async ask() {
        this.answer = new Deferred();
        for (let asked = 0; asked < QUESTIONS; asked++) {
            this.channel.postMessage("anyone?");
            if (await within(this.answer, ANSWER_MS, false)) {
                return true;
            }
        }
        return false;
    }
}

/**
 * @param {function(): boolean} isHidden whether the user does not see this tab
 * @returns {{isAnyoneThere: function(): Promise<boolean>}} tells whether the user looks at some tab of Odoo
 */
export function watchTabs(isHidden) {
    const { locks } = browser.navigator;
    return locks ? new WatchLock(isHidden, locks) : new WatchQuestion(isHidden);
}
