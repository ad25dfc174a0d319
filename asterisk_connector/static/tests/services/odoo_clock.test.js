import { advanceTime, expect, test } from "@odoo/hoot";
import { OdooClock } from "@asterisk_connector/services/odoo_clock";

/** A clock that asked Odoo, whose time is so many seconds ahead of ours, and waited `seconds` for the answer. */
async function ask(clock, ahead, seconds, toldAfter = seconds / 2) {
    const askedAt = Date.now();
    await advanceTime(toldAfter * 1000);
    const told = Date.now() / 1000 + ahead;
    await advanceTime((seconds - toldAfter) * 1000);
    clock.note(told, askedAt);
    return clock;
}

const ahead = (clock) => clock.now - Date.now() / 1000;

test("an answer was made halfway between question and its coming", async () => {
    expect(ahead(await ask(new OdooClock(), 100, 8))).toBeCloseTo(100, { margin: 0.05 });
});

test("a slow answer, made at any moment, is wrong by half of the time it took at most", async () => {
    for (const toldAfter of [0, 8]) {
        const wrong = Math.abs(ahead(await ask(new OdooClock(), 100, 8, toldAfter)) - 100);
        expect(wrong).toBeCloseTo(4, { margin: 0.05 });
    }
});

test("a quicker answer is believed, a slower one that may be true as well is not", async () => {
    const clock = await ask(new OdooClock(), 100, 8, 8);
    await ask(clock, 100, 0.2);
    expect(ahead(clock)).toBeCloseTo(100, { margin: 0.05 });
    await ask(clock, 100, 8, 0);
    expect(ahead(clock)).toBeCloseTo(100, { margin: 0.05 });
});

test("this computer's clock was set: even a slow answer is believed then", async () => {
    const clock = await ask(new OdooClock(), 100, 0.2);
    await ask(clock, -3000, 2);
    expect(ahead(clock)).toBeCloseTo(-3000, { margin: 0.05 });
});
