import { _t } from "@web/core/l10n/translation";

const { DateTime } = luxon;

/** Hours at which one does not call a customer: shown with a moon. */
const NIGHT_FROM_HOUR = 21;
const NIGHT_TO_HOUR = 7;

/**
 * A length of time as people say it of a call.
 *
 * @param {number} seconds may be fractional; negative and non-numeric count as 0
 * @returns {string} "0:07", "4:12", "1:02:03"
 */
export function formatCallDuration(seconds) {
    const whole = Math.max(0, Math.floor(Number(seconds) || 0));
    const two = (value) => String(value).padStart(2, "0");
    const hours = Math.floor(whole / 3600);
    const minutes = Math.floor((whole % 3600) / 60);
    const rest = two(whole % 60);
    return hours ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/**
 * When something was, in the user's language: relative within a day, the local date and time otherwise.
 *
 * @param {number} timestamp seconds since the epoch, UTC
 * @param {number} now the same, by Odoo's clock
 * @returns {string}
 */
export function formatWhen(timestamp, now) {
    const age = now - timestamp;
    const moment = DateTime.fromSeconds(timestamp);
    if (age < 60) {
        return _t("just now");
    }
    if (age < 24 * 3600) {
        return moment.toRelative({ base: DateTime.fromSeconds(now) });
    }
    return moment.toLocaleString({
        day: "numeric",
        month: "short",
        hour: "numeric",
        minute: "numeric",
    });
}

/** @returns {string} the class of a tag's or outcome's colour: Odoo has twelve, anything else is shown without one */
export function tagClass({ color }) {
    return `o_tag_color_${Number.isInteger(color) && color > 0 && color < 12 ? color : 0}`;
}

/**
 * The clock on the customer's wall.
 *
 * @param {string} timezone IANA name; "" or an unknown one gives null
 * @param {number} now seconds since the epoch, UTC
 * @returns {{text: string, isNight: boolean}|null}
 */
export function customerClock(timezone, now) {
    if (!timezone) {
        return null;
    }
    const there = DateTime.fromSeconds(now).setZone(timezone);
    if (!there.isValid) {
        return null;
    }
    return {
        text: there.toLocaleString(DateTime.TIME_SIMPLE),
        isNight: there.hour >= NIGHT_FROM_HOUR || there.hour < NIGHT_TO_HOUR,
    };
}
