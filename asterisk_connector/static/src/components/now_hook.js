import { onMounted, onWillUnmount, useState } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { useService } from "@web/core/utils/hooks";

/**
 * Odoo's clock in a component, which is rendered again as it goes on.
 *
 * @param {number} [periodMs]
 * @returns {{now: number}} seconds since the epoch
 */
export function useNow(periodMs = 1000) {
    const asterisk = useService("asterisk");
    const clock = useState({ now: asterisk.now });
    let timer;
    onMounted(() => {
        timer = browser.setInterval(() => (clock.now = asterisk.now), periodMs);
    });
    onWillUnmount(() => browser.clearInterval(timer));
    return clock;
}
