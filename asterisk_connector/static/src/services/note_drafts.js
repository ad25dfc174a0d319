import { browser } from "@web/core/browser/browser";
import { user } from "@web/core/user";
import { session } from "@web/session";
import { uuid4 } from "@asterisk_connector/services/uuid";

const DAY_MS = 24 * 3600 * 1000;
const KEPT_MS = 30 * DAY_MS;

/**
 * What was typed and what Odoo has not confirmed yet, in localStorage: the only store that outlives a killed tab. One entry a
 * call and tab, so that no tab overwrites another one's. A browser that forbids it keeps none.
 */
export class NoteDrafts {
    constructor() {
        this.prefix = `asterisk_connector.note.${session.db}.${user.userId}.`;
        this.tab = uuid4();
    }

    /** @param {{callId: number, linkedid: string, text: string, base: string}} draft replaces this tab's of that call */
    put(draft) {
        try {
            const text = JSON.stringify({ ...draft, at: Date.now() });
            browser.localStorage.setItem(this.keyOf(draft.callId), text);
        } catch {
            // Storage is full or forbidden: the note is saved in a second all the same.
        }
    }

    drop(callId) {
        browser.localStorage.removeItem(this.keyOf(callId));
    }

    /** @returns {Object[]} drafts of tabs that are no more (or are about to save them), each with its `key` */
    others() {
        const keys = Object.keys(browser.localStorage).filter(
            (key) => key.startsWith(this.prefix) && !key.endsWith(this.tab)
        );
        return keys.map((key) => this.read(key)).filter(Boolean);
    }

    /** The draft has reached Odoo, unless its tab has written on meanwhile. */
    confirm({ key, at }) {
        if (this.read(key)?.at === at) {
            browser.localStorage.removeItem(key);
        }
    }

    keyOf(callId) {
        return `${this.prefix}${callId}.${this.tab}`;
    }

    /** Damaged, edited or very old entries are nobody's note. */
    read(key) {
        try {
            const draft = JSON.parse(browser.localStorage.getItem(key));
            if (typeof draft.text === "string" && draft.at > Date.now() - KEPT_MS) {
                return { ...draft, key };
            }
        } catch {
            // falls through: removed like an old one
        }
        browser.localStorage.removeItem(key);
        return null;
    }
}
