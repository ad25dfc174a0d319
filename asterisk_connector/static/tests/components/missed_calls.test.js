import { animationFrame, beforeEach, Deferred, expect, queryAllTexts, test } from "@odoo/hoot";
import { contains } from "@web/../tests/web_test_helpers";
import {
    NOW,
    defineAsteriskModels,
    example,
    mountAsterisk,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { MissedCalls } from "@asterisk_connector/components/missed_calls/missed_calls";

defineAsteriskModels();

const ITEM = ".o-asterisk-MissedCalls-item";
const DONE = ".o-asterisk-acknowledge";
const CALL_BACK = `${ITEM} .btn-secondary`;
const texts = () => queryAllTexts(ITEM).map((text) => text.replace(/\s+/g, " "));
const started = (secondsAgo) =>
    luxon.DateTime.fromSeconds(NOW - secondsAgo, { zone: "utc" }).toFormat("yyyy-MM-dd HH:mm:ss");

/** Who called, as Odoo lists it: the latest first. */
let calls;
beforeEach(() => {
    const nobody = { partner_id: false, lead_id: false };
    const eva = { ...nobody, partner_id: [42, "Acme GmbH, Eva Braun"] };
    calls = [
        { id: 4, number: "+491", number_display: "+49 1", ...eva, started_at: started(300) },
        { id: 3, number: "+492", number_display: "+49 2", ...nobody, started_at: started(3600) },
        { id: 2, number: "+491", number_display: "+49 1", ...eva, started_at: started(7200) },
    ];
});

const mountMissed = ({ missed = 3, ...state } = {}, answers = {}) =>
    mountAsterisk(MissedCalls, {
        state: { missed, ...state },
        answers: { search_read: () => calls, ...answers },
        props: () => ({ close: () => expect.step("close") }),
    }).then(async (asterisk) => {
        await animationFrame();
        return asterisk;
    });

test("who called, how often and when", async () => {
    await mountMissed();
    expect(texts()).toEqual([
        "Acme GmbH, Eva Braun (2) 5 minutes ago Call back",
        "+49 2 1 hour ago Call back",
    ]);
    expect(`${ITEM}:first span:contains("(2)")`).toHaveAttribute("title", "Called 2 times");
});

test("no missed calls: it says what will stand here", async () => {
    await mountMissed({ missed: 0 });
    expect(ITEM).toHaveCount(0);
    expect(".o-asterisk-MissedCalls").toHaveText(/No missed calls\. They will stand here/);
});

test("a grey bar until they have come", async () => {
    const answer = new Deferred();
    await mountMissed({}, { search_read: () => answer });
    expect("[aria-busy=true]").toHaveText("Loading…");
    answer.resolve(calls);
    await animationFrame();
    expect("[aria-busy=true]").toHaveCount(0);
    expect(ITEM).toHaveCount(2);
});

test("six callers stand here, who called more often is still one of them", async () => {
    calls = Array.from({ length: 9 }, (_, i) => ({ ...calls[1], id: i + 1, number: `+49${i}` }));
    await mountMissed({ missed: 9 });
    expect(ITEM).toHaveCount(6);
});

test("callers without a number are not one person, and cannot be called back", async () => {
    calls = [1, 2].map((id) => ({ ...calls[1], id, number: "", number_display: "Withheld" }));
    await mountMissed({ missed: 2 });
    expect(ITEM).toHaveCount(2);
    expect(CALL_BACK).toHaveCount(0);
});

test("calling back dials for the customer, and the menu closes", async () => {
    const answer = new Deferred();
    const click_to_call = (...args) => {
        expect.step(args.slice(0, 3).join(" "));
        return answer;
    };
    await mountMissed({}, { click_to_call });
    await contains(`${CALL_BACK}:first`).click();
    expect(`${CALL_BACK}:first`).not.toBeEnabled();
    expect(`${CALL_BACK}:last`).toBeEnabled();
    expect.verifySteps(["+491 res.partner 42"]);
    answer.resolve(example("command_view", { state: "sent" }));
    await animationFrame();
    expect.verifySteps(["close"]);
});

test("who has no phone cannot call back from here", async () => {
    await mountMissed({ devices: [] });
    expect(CALL_BACK).toHaveCount(0);
    expect(DONE).toHaveCount(2);
});

test("one caller is done, with all his calls; the list follows", async () => {
    const acknowledge_missed = (ids) => {
        expect.step(`done ${ids}`);
        calls = calls.filter(({ id }) => !ids.includes(id));
        return calls.length;
    };
    await mountMissed({}, { acknowledge_missed });
    await contains(`${DONE}:first`).click();
    await animationFrame();
    expect.verifySteps(["done 4,2"]);
    expect(texts()).toEqual(["+49 2 1 hour ago Call back"]);
});

test("all at once", async () => {
    const acknowledge_missed = (ids) => {
        expect.step(`done ${ids}`);
        return 0;
    };
    await mountMissed({}, { acknowledge_missed });
    await contains(".o-asterisk-acknowledgeAll").click();
    await animationFrame();
    expect.verifySteps(["done 4,2,3"]);
    expect(ITEM).toHaveCount(0);
});
