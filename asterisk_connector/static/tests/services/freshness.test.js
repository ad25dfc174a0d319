import { describe, expect, test } from "@odoo/hoot";
import { Freshness } from "@asterisk_connector/services/freshness";

describe.current.tags("headless");

const NOW = 1764000000;
const view = (version, ts, changes = {}) => ({ id: 7, version, ts, state: "ringing", ...changes });

function knowing(...views) {
    const freshness = new Freshness();
    views.forEach((known) => freshness.note(known));
    return freshness;
}

test("of a call never heard of everything is newer", () => {
    const freshness = knowing(view(5, NOW));
    expect(freshness.isNewer(view(1, 1, { id: 8 }))).toBe(true);
    expect(freshness.isOlder(view(1, 1, { id: 8 }))).toBe(false);
});

test("a higher version is newer, whenever it was sent", () => {
    const freshness = knowing(view(5, NOW));
    expect(freshness.isNewer(view(6, NOW - 10))).toBe(true);
    expect(freshness.isNewer(view(4, NOW + 10))).toBe(false);
    expect(freshness.isOlder(view(4, NOW + 10))).toBe(true);
});

test("the same version sent later is newer, sent again it is neither", () => {
    const freshness = knowing(view(5, NOW));
    expect(freshness.isNewer(view(5, NOW + 1))).toBe(true);
    expect(freshness.isNewer(view(5, NOW))).toBe(false);
    expect(freshness.isOlder(view(5, NOW))).toBe(false);
    expect(freshness.isOlder(view(5, NOW - 1))).toBe(true);
});

test("a call that goes on is worth showing for half a minute after it was told", () => {
    const freshness = knowing();
    expect(freshness.isRecent(view(1, NOW - 30), NOW)).toBe(true);
    expect(freshness.isRecent(view(1, NOW - 31), NOW)).toBe(false);
});

test("of a call that is over only a missed one is, and only at once", () => {
    const freshness = knowing();
    const over = (reason, age) => view(1, NOW - age, { state: "ended", outcome: { reason } });
    expect(freshness.isRecent(over("missed", 5), NOW)).toBe(true);
    expect(freshness.isRecent(over("missed", 6), NOW)).toBe(false);
    expect(freshness.isRecent(over("elsewhere", 1), NOW)).toBe(false);
    expect(freshness.isRecent(view(1, NOW, { state: "ended", outcome: null }), NOW)).toBe(false);
});
