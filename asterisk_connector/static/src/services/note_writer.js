import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { NoteDrafts } from "@asterisk_connector/services/note_drafts";

/** A pause in typing (ms) after which the note is saved, and after which one that could not be is tried again. */
const TYPING_PAUSE_MS = 1000;
const RETRY_MS = 5000;
/** A draft that is younger (ms) is being saved by its own tab. */
const OWN_TABS_TURN_MS = 3000;
const CLOCKS_DIFFER_MS = 100;
const ROUTE = "/web/dataset/call_kw/asterisk.call/save_note";

/**
 * Saves notes while they are typed. `state.notes` has for each call `text` (what the user sees), `base` (what Odoo had
 * when he made that of it) and `status`: "saved", "unsaved", "waiting" (no network) or "refused" (`message` says why).
 * Odoo puts together what several people write.
 */
export class NoteWriter {
    constructor({ api, state }, notification) {
        Object.assign(this, { api, state, notification });
        this.drafts = new NoteDrafts();
        this.timers = new Map();
        this.saving = new Set();
        browser.addEventListener("pagehide", () => this.saveByBeacon());
        document.addEventListener(
            "visibilitychange",
            () => document.visibilityState === "hidden" && this.saveAll()
        );
    }

    /** What Odoo has; what the user has typed and Odoo does not have yet goes before. */
    adopt(callId, text) {
        if (!this.isUnsaved(callId)) {
            this.state.notes[callId] = { text, base: text, status: "saved", message: "" };
        }
    }

    /** @param {string} linkedid of the call, by which it is found when it is merged into another one */
    type(callId, linkedid, text) {
        Object.assign(this.state.notes[callId], { text, linkedid, status: "unsaved", message: "" });
        this.keep(callId);
        this.saveIn(callId, TYPING_PAUSE_MS);
    }

    isUnsaved(callId) {
        return (this.state.notes[callId]?.status || "saved") !== "saved";
    }

    keep(callId) {
        const { text, base, linkedid } = this.state.notes[callId];
        this.drafts.put({ callId, linkedid, text, base });
    }

    saveIn(callId, ms) {
        browser.clearTimeout(this.timers.get(callId));
        const timer = browser.setTimeout(() => this.save(callId), ms);
        this.timers.set(callId, timer);
    }

    saveAll() {
        return Promise.all(Object.keys(this.state.notes).map((id) => this.save(Number(id))));
    }

    async save(callId) {
        browser.clearTimeout(this.timers.get(callId));
        if (!this.isUnsaved(callId) || this.saving.has(callId)) {
            return;
        }
        const { text, base, linkedid } = this.state.notes[callId];
        this.saving.add(callId);
        try {
            const event = await this.api.saveNote(callId, text, base, linkedid);
            this.confirm(callId, text, event.note);
        } catch (error) {
            this.fail(callId, error);
        } finally {
            this.saving.delete(callId);
        }
    }

    /** Odoo has `sent` and shows it as `merged`; the user may have written on. */
    confirm(callId, sent, merged) {
        const note = this.state.notes[callId];
        if (note.text === sent) {
            Object.assign(note, { text: merged, base: merged, status: "saved", message: "" });
            this.drafts.drop(callId);
        } else {
            note.base = sent;
            this.keep(callId);
            this.saveIn(callId, TYPING_PAUSE_MS);
        }
    }

    fail(callId, error) {
        if (error instanceof ConnectionLostError) {
            this.state.notes[callId].status = "waiting";
            this.saveIn(callId, RETRY_MS);
        } else if (error instanceof RPCError) {
            const message = error.data?.message || error.message;
            Object.assign(this.state.notes[callId], { status: "refused", message });
        } else {
            throw error;
        }
    }

    /** The page goes: a request could be cancelled with it, a beacon is not. What is too long for it stays a draft. */
    saveByBeacon() {
        for (const [id, { text, base, linkedid }] of Object.entries(this.state.notes)) {
            if (this.isUnsaved(id)) {
                const args = [Number(id), text, base, linkedid];
                const params = { model: "asterisk.call", method: "save_note", args, kwargs: {} };
                const body = JSON.stringify({ jsonrpc: "2.0", method: "call", params });
                navigator.sendBeacon(ROUTE, new Blob([body], { type: "application/json" }));
            }
        }
    }

    /** Saves what tabs have left behind that were killed, or had no network, before they could. */
    async recover() {
        const drafts = this.drafts.others();
        const isTheirTurn = ({ at }) => at > Date.now() - OWN_TABS_TURN_MS;
        if (drafts.some(isTheirTurn)) {
            // Timers and clocks differ by a little: then their turn is surely over.
            browser.setTimeout(() => this.recover(), OWN_TABS_TURN_MS + CLOCKS_DIFFER_MS);
        }
        for (const draft of drafts.filter((one) => !isTheirTurn(one))) {
            await this.recoverOne(draft);
        }
    }

    async recoverOne(draft) {
        try {
            const { callId, text, base, linkedid } = draft;
            const event = await this.api.saveNote(callId, text, base, linkedid);
            this.drafts.confirm(draft);
            this.adopt(event.call_id, event.note);
        } catch (error) {
            if (error instanceof RPCError && error.exceptionName?.endsWith("AccessError")) {
                const title = _t(
                    "This note belongs to a call that you may not write about any more"
                );
                this.notification.add(draft.text, { title, type: "warning", sticky: true });
                this.drafts.confirm(draft);
            } else if (!(error instanceof RPCError || error instanceof ConnectionLostError)) {
                throw error;
            }
        }
    }
}
