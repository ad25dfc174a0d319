import { reactive } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { user } from "@web/core/user";

const DAY_MS = 24 * 3600 * 1000;

/**
 * A small set of keys that all tabs of this user in this browser share, and that outlives a reload: which calls he
 * hid, which failures he was told. It lives in localStorage, because that is the only store that every tab sees at
 * once; a browser that forbids it (private mode, full quota) gets a set that only this tab knows.
 */
export class SharedMemory {
    /**
     * @param {string} name what is remembered
     * @param {number} [ttlMs] how long an entry is worth keeping
     */
    constructor(name, ttlMs = DAY_MS) {
        this.key = `asterisk_connector.${name}.${user.userId}`;
        this.ttlMs = ttlMs;
        /** {entry: ms since the epoch when it was added}; reactive, so that components follow other tabs. */
        this.entries = reactive({});
        this.merge(browser.localStorage.getItem(this.key));
        this.onStorage = (ev) => ev.key === this.key && this.replace(ev.newValue);
        browser.addEventListener("storage", this.onStorage);
    }

    has(entry) {
        return String(entry) in this.entries;
    }

    /**
     * @param {string|number} entry
     * @returns {boolean} false when it was known already, here or in another tab
     */
    add(entry) {
        this.merge(browser.localStorage.getItem(this.key));
        if (this.has(entry)) {
            return false;
        }
        this.entries[entry] = Date.now();
        this.save();
        return true;
    }

    delete(entry) {
        this.merge(browser.localStorage.getItem(this.key));
        delete this.entries[entry];
        this.save();
    }

    replace(text) {
        for (const entry of Object.keys(this.entries)) {
            delete this.entries[entry];
        }
        this.merge(text);
    }

    /** Takes over what is stored and still young; anything that is not ours (damaged, edited) counts as empty. */
    merge(text) {
        let stored = {};
        try {
            stored = JSON.parse(text) || {};
        } catch {
            return;
        }
        const oldest = Date.now() - this.ttlMs;
        for (const [entry, addedAt] of Object.entries(stored)) {
            if (addedAt > oldest) {
                this.entries[entry] = addedAt;
            }
        }
    }

    save() {
        try {
            browser.localStorage.setItem(this.key, JSON.stringify(this.entries));
        } catch {
            // Storage is full or forbidden: this tab still remembers.
        }
    }
}
