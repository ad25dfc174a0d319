import { browser } from "@web/core/browser/browser";
import { Deferred } from "@web/core/utils/concurrency";

const CHANNEL = "asterisk_connector.tabs";
/** How long (ms) a visible tab has to say that it is there, and how often it is asked: it may be busy, and so may we. */
const ANSWER_MS = 200;
const QUESTIONS = 3;
/** How long (ms) the main-tab election has to answer. */
const ELECTION_MS = 1000;

const within = (promise, ms, otherwise) =>
    Promise.race([
        promise,
        new Promise((resolve) => browser.setTimeout(() => resolve(otherwise), ms)),
    ]);

/** What the tabs of this browser know of each other: whether someone looks at one of them, and which one may ring. */
export class TabPresence {
    constructor(multiTab) {
        this.multiTab = multiTab;
        this.channel = new browser.BroadcastChannel(CHANNEL);
        this.channel.addEventListener("message", ({ data }) => this.onMessage(data));
    }

    get isHidden() {
        return document.visibilityState === "hidden";
    }

    onMessage(question) {
        if (question === "anyone?" && !this.isHidden) {
            this.channel.postMessage("here");
        } else if (question === "here") {
            this.answer?.resolve(true);
        }
    }

    /** @returns {Promise<boolean>} some tab of Odoo is in front of the user */
    async isWatched() {
        if (!this.isHidden) {
            return true;
        }
        // One question at a time: who is asked twice answers once.
        this.asking ||= this.askOthers().finally(() => (this.asking = null));
        return this.asking;
    }

    async askOthers() {
        this.answer = new Deferred();
        for (let asked = 0; asked < QUESTIONS; asked++) {
            this.channel.postMessage("anyone?");
            if (await within(this.answer, ANSWER_MS, false)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Odoo's election forgets to answer the first of two questions asked at once, so an answer that does not come is
     * asked for again.
     */
    async isMainTab() {
        for (let attempt = 0; attempt < 3; attempt++) {
            const isMain = await within(this.multiTab.isOnMainTab(), ELECTION_MS, null);
            if (isMain !== null) {
                return isMain;
            }
        }
        return false;
    }

    /** @returns {Promise<boolean>} the user sees no tab, and of all that are open it is this one that shall ring */
    async isTheOneToRing() {
        return this.isHidden && !(await this.isWatched()) && (await this.isMainTab());
    }

    /** @returns {Promise<void>} resolved as soon as someone looks at this tab */
    async whenVisible() {
        while (this.isHidden) {
            await new Promise((resolve) =>
                document.addEventListener("visibilitychange", resolve, { once: true })
            );
        }
    }
}
