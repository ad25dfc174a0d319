import { advanceTime, animationFrame, expect, queryAllTexts, queryOne, test } from "@odoo/hoot";
import {
    call,
    defineAsteriskModels,
    example,
    mountAsterisk,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { CustomerBlock } from "@asterisk_connector/components/customer_block/customer_block";

defineAsteriskModels();

const BLOCK = ".o-asterisk-CustomerBlock";
const { customer } = example("call_view_ringing");

const mountBlock = (name, changes) =>
    mountAsterisk(CustomerBlock, { props: () => ({ call: call(name, changes) }) });
const mountCustomer = (changes) =>
    mountBlock("call_view_ringing", { customer: { ...customer, ...changes } });
/** Telephony that was loaded at this time by Odoo's clock. */
const mountAt = (time, changes) =>
    mountAsterisk(CustomerBlock, {
        state: { now: Date.parse(time) / 1000 },
        props: () => ({ call: call("call_view_ringing", changes) }),
    });

test("company, person, number, city, tags, owner", async () => {
    await mountBlock("call_view_ringing");
    expect(`${BLOCK}-who`).toHaveText("Acme GmbH");
    expect(`${BLOCK}-more`).toHaveText("Eva Braun, Purchasing");
    expect(`${BLOCK}-place`).toHaveText(/\+49 30 12345678\s*Berlin/);
    expect(queryAllTexts(`${BLOCK} .o_badge`)).toEqual(["Gold"]);
    expect(`${BLOCK} .o_badge`).toHaveClass("o_tag_color_3");
    expect(`${BLOCK}-owner`).toHaveText("Owner: Anna (you)");
    // The test runner loads no picture: it puts the address aside.
    expect(`${BLOCK}-avatar`).toHaveAttribute("data-src", "/web/image/res.partner/42/avatar_128");
});

test("a customer of someone else is not mine", async () => {
    await mountCustomer({ owner: "Boris", owner_is_me: false });
    expect(`${BLOCK}-owner`).toHaveText("Owner: Boris");
    expect(`${BLOCK}-owner`).not.toHaveClass("fw-bold");
});

test("no owner and no tags take no room", async () => {
    await mountCustomer({ owner: "", tags: [] });
    expect(`${BLOCK}-owner`).toHaveCount(0);
    expect(`${BLOCK} .o_badge`).toHaveCount(0);
});

test("a tag of a colour that Odoo does not have is shown without one", async () => {
    const colors = [0, 11, 12, -1, "3 o_hostile", null];
    await mountCustomer({ tags: colors.map((color) => ({ name: `Tag ${color}`, color })) });
    const classes = [...document.querySelectorAll(`${BLOCK} .o_badge`)].map(
        (badge) => badge.className.match(/o_tag_color_\S+/)[0]
    );
    expect(classes).toEqual([0, 11, 0, 0, 0, 0].map((color) => `o_tag_color_${color}`));
    expect(".o_hostile").toHaveCount(0);
});

test("names of eighty letters stay inside the box and are whole in their tooltips", async () => {
    const long = "Donaudampfschifffahrtsgesellschaft".repeat(3).slice(0, 80);
    await mountCustomer({
        company: long,
        name: long.toUpperCase(),
        function: long,
        owner: long,
        tags: [{ name: long, color: 1 }],
        city: long,
    });
    queryOne(BLOCK).style.width = "380px";
    const box = queryOne(BLOCK).getBoundingClientRect();
    for (const part of ["-who", "-more", "-place", "-owner", " .o_badge"]) {
        const { left, right } = queryOne(BLOCK + part).getBoundingClientRect();
        expect(left).toBeGreaterThan(box.left - 1);
        expect(right).toBeLessThan(box.right + 1);
    }
    expect(`${BLOCK}-who`).toHaveAttribute("title", long);
    expect(`${BLOCK} .o_badge`).toHaveAttribute("title", long);
});

test("by day it is the customer's time, by night with a moon", async () => {
    await mountAt("2025-11-24T12:00:00Z");
    expect(`${BLOCK}-place`).toHaveText(/1:00\sPM/);
    expect(`${BLOCK} .fa-moon-o`).toHaveCount(0);
});

test("at night there is a moon that says so", async () => {
    await mountAt("2025-11-24T22:00:00Z");
    expect(`${BLOCK}-place`).toHaveText(/11:00\sPM/);
    expect(`${BLOCK} .fa-moon-o`).toHaveAttribute("aria-label", "It is night there");
});

test("night falls while it rings", async () => {
    await mountAt("2025-11-24T19:59:55Z");
    expect(`${BLOCK} .fa-moon-o`).toHaveCount(0);
    await advanceTime(10000);
    await animationFrame();
    expect(`${BLOCK} .fa-moon-o`).toHaveCount(1);
});

test("without a known zone there is no clock, without a city the country", async () => {
    await mountAt("2025-11-24T22:00:00Z", {
        customer: { ...customer, city: "", timezone: "" },
        place: { city: "", country: "Germany", timezone: "" },
    });
    expect(`${BLOCK}-place`).toHaveText(/Germany/);
    expect(`${BLOCK}-place`).not.toHaveText(/PM/);
});

test("a number that nobody has is big, and its city is below", async () => {
    await mountBlock("call_view_unknown");
    expect(`${BLOCK}-who`).toHaveText("+371 67 000 000");
    expect(`${BLOCK}-who`).toHaveClass("fs-3");
    expect(`${BLOCK}-place`).toHaveText(/^Riga/);
    expect(`${BLOCK}-avatar`).toHaveCount(0);
});

test("of a withheld number nothing is known", async () => {
    await mountBlock("call_view_withheld");
    expect(`${BLOCK}-who`).toHaveText("Number withheld");
    expect(`${BLOCK}-place`).toHaveCount(0);
});
