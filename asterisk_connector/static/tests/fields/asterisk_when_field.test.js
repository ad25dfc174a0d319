import { advanceTime, animationFrame, expect, queryAllTexts, test } from "@odoo/hoot";
import { mountView } from "@web/../tests/web_test_helpers";
import {
    NOW,
    defineAsteriskModels,
    startService,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { AsteriskCall } from "@asterisk_connector/../tests/asterisk_test_models";

defineAsteriskModels();

const WHEN = ".o-asterisk-When";
const started = (secondsAgo) =>
    luxon.DateTime.fromSeconds(NOW - secondsAgo, { zone: "utc" }).toFormat("yyyy-MM-dd HH:mm:ss");

async function mountList(...started_ats) {
    AsteriskCall._records = started_ats.map((started_at) => ({ started_at }));
    await startService();
    await mountView({
        type: "list",
        resModel: "asterisk.call",
        arch: `<list><field name="started_at" widget="asterisk_when"/></list>`,
    });
}

test("it is relative within a day by Odoo's clock, the date otherwise, nothing when it is not known", async () => {
    await mountList(started(10), started(300), started(3 * 24 * 3600), false);
    const texts = queryAllTexts(WHEN);
    expect(texts.slice(0, 2)).toEqual(["just now", "5 minutes ago"]);
    expect(texts[2]).toMatch(/^Nov 21, \d+:\d\d [AP]M$/);
    expect(texts[3] || "").toBe("");
});

test("the moment itself is in the tooltip", async () => {
    await mountList(started(300));
    expect(WHEN).toHaveAttribute("title", /^(Nov 24|11\/24).*\d\d:\d\d/);
});

test("it goes on while one looks at it", async () => {
    await mountList(started(50));
    expect(WHEN).toHaveText("just now");
    await advanceTime(31000);
    await animationFrame();
    expect(WHEN).toHaveText("1 minute ago");
});
