import { watchTabs, within } from "@asterisk_connector/services/tab_watch";

/** How long (ms) the main-tab election has to answer. */
const ELECTION_MS = 1000;

/** What the tabs of this browser know of each other: whether someone looks at one of them, and which one may ring. */
export class TabPresence {
    constructor(multiTab) {
        this.multiTab = multiTab;
        this.watch = watchTabs(() => this.isHidden);
    }

    get isHidden() {
        return document.visibilityState === "hidden";
    }

    /** @returns {Promise<boolean>} some tab of Odoo is in front of the user */
    async isWatched() {
        return !this.isHidden || this.watch.isAnyoneThere();
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
