import { beforeEach, describe, expect, mockTimeZone, test } from "@odoo/hoot";
import { allowTranslations } from "@web/../tests/web_test_helpers";
import { customerClock, formatCallDuration, formatWhen } from "@asterisk_connector/models/formats";

describe.current.tags("headless");
beforeEach(allowTranslations);

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const at = (text) => Date.parse(text) / 1000;
const NOON = at("2025-11-24T12:00:00Z");

test("the duration of a call is written as people say it", () => {
    expect(formatCallDuration(0)).toBe("0:00");
    expect(formatCallDuration(7.9)).toBe("0:07");
    expect(formatCallDuration(252)).toBe("4:12");
    expect(formatCallDuration(59 * MINUTE + 59)).toBe("59:59");
    expect(formatCallDuration(HOUR + 2 * MINUTE + 3)).toBe("1:02:03");
    expect(formatCallDuration(100 * HOUR)).toBe("100:00:00");
});

test("what is no duration counts as none", () => {
    for (const nothing of [-5, NaN, undefined, null, "", "soon", false]) {
        expect(formatCallDuration(nothing)).toBe("0:00");
    }
});

test("when it was is relative within a day", () => {
    expect(String(formatWhen(NOON, NOON + 59))).toBe("just now");
    expect(formatWhen(NOON, NOON + 5 * MINUTE)).toBe("5 minutes ago");
    expect(formatWhen(NOON, NOON + 23 * HOUR)).toBe("23 hours ago");
});

test("a clock that goes a little wrong puts no call into the future", () => {
    expect(String(formatWhen(NOON + 30, NOON))).toBe("just now");
});

test("when it was is a date and a time of the user's own zone after a day", () => {
    mockTimeZone("Europe/Berlin");
    expect(formatWhen(NOON, NOON + 25 * HOUR)).toBe("Nov 24, 1:00 PM");
});

test("the customer's clock shows his own time", () => {
    expect(customerClock("Europe/Berlin", NOON)).toEqual({ text: "1:00 PM", isNight: false });
    expect(customerClock("Asia/Vladivostok", NOON)).toEqual({ text: "10:00 PM", isNight: true });
});

test("it is night from nine in the evening to seven in the morning", () => {
    const isNight = (text) =>
        customerClock("Europe/Berlin", at(`2025-11-24T${text}+01:00`)).isNight;
    expect(isNight("20:59:59")).toBe(false);
    expect(isNight("21:00:00")).toBe(true);
    expect(isNight("00:00:00")).toBe(true);
    expect(isNight("06:59:59")).toBe(true);
    expect(isNight("07:00:00")).toBe(false);
});

test("a zone that nobody knows has no clock", () => {
    expect(customerClock("", NOON)).toBe(null);
    expect(customerClock(undefined, NOON)).toBe(null);
    expect(customerClock("Mars/Olympus", NOON)).toBe(null);
});
