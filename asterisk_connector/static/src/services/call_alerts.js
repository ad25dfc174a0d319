import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { RingTone } from "@asterisk_connector/services/ring_tone";

/**
 * Tells the user that it rings when he does not see it: a sound and a desktop notification while Odoo is hidden, from
 * one tab only, and a sentence for a screen reader in any case.
 */
export class CallAlerts {
    /**
     * @param {Object} options
     * @param {import("./tab_presence").TabPresence} options.tabs
     * @param {Object} options.state the telephony state, for the announcement
     * @param {Function} options.onOpen called with the call id when the notification is clicked
     */
    constructor({ tabs, state, onOpen }) {
        this.tabs = tabs;
        this.state = state;
        this.onOpen = onOpen;
        this.tone = new RingTone();
        /** {call id: its desktop notification, or null when the browser shows none}. */
        this.ringing = new Map();
        document.addEventListener(
            "visibilitychange",
            () => !this.tabs.isHidden && this.tone.stop()
        );
    }

    /** @param {CallModel} call as it is now; says it once when it begins to ring, and falls silent when it stops */
    follow(call) {
        if (!call.isRinging) {
            this.stop(call.id);
        } else if (!this.ringing.has(call.id) && !(call.id in this.state.hidden)) {
            this.begin(call);
        }
    }

    /** @param {CallModel[]} calls all there are: what is not among them has stopped ringing unheard */
    sync(calls) {
        const known = new Set(calls.map(({ id }) => id));
        [...this.ringing.keys()].filter((id) => !known.has(id)).forEach((id) => this.stop(id));
        calls.forEach((call) => this.follow(call));
    }

    stop(callId) {
        this.ringing.get(callId)?.close();
        this.ringing.delete(callId);
        if (!this.ringing.size) {
            this.tone.stop();
        }
    }

    async begin(call) {
        this.ringing.set(call.id, null);
        const who = [call.who, call.whoMore].filter(Boolean).join(", ");
        this.state.announcement = _t("Incoming call: %s", who);
        if ((await this.tabs.isTheOneToRing()) && this.ringing.has(call.id)) {
            this.tone.start();
            this.ringing.set(call.id, this.notify(call));
        }
    }

    notify(call) {
        if (browser.Notification?.permission !== "granted") {
            return null;
        }
        try {
            const body = [call.whoMore, call.numberDisplay, call.city, call.line]
                .filter(Boolean)
                .join(" · ");
            const notification = new browser.Notification(call.who, {
                body,
                icon: call.customer?.avatar_url || undefined,
                tag: `asterisk_connector.call.${call.id}`,
            });
            notification.addEventListener("click", () => {
                window.focus();
                notification.close();
                this.onOpen(call.id);
            });
            return notification;
        } catch {
            // Chrome on Android has the class but allows it to service workers only; the sound has to do.
            return null;
        }
    }
}
