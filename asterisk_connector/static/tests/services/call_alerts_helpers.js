import { expect, tick } from "@odoo/hoot";
import { allowTranslations, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { CallAlerts } from "@asterisk_connector/services/call_alerts";
import { RingTone } from "@asterisk_connector/services/ring_tone";

/** The browser's desktop notification, a step each; the last one is kept to be looked at and clicked. */
export class FakeNotification extends EventTarget {
    static permission = "granted";
    constructor(title, options) {
        super();
        FakeNotification.last = this;
        this.options = options;
        expect.step(`notification: ${title}`);
    }
    close() {
        expect.step("notification closed");
    }
}

/** Sounds and notifications become steps. */
export function listen() {
    allowTranslations();
    patchWithCleanup(browser, { Notification: FakeNotification });
    patchWithCleanup(RingTone.prototype, {
        start: () => expect.step("tone"),
        stop: () => expect.step("silence"),
    });
}

/** One tab of Odoo and what it tells its user. */
export function openTab({ isRinging = true, hidden = {} } = {}) {
    const state = { announcement: "", hidden };
    const tabs = { isHidden: true, isTheOneToRing: async () => isRinging };
    return new CallAlerts({ tabs, state, onOpen: (id) => expect.step(`open ${id}`) });
}

/** The calls as they become known, one after the other. */
export async function follow(alerts, ...calls) {
    for (const one of calls) {
        alerts.follow(one);
        await tick();
    }
}
