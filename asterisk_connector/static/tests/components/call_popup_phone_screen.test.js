import { animationFrame, describe, expect, queryOne, queryRect, test } from "@odoo/hoot";
import { contains } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    ring,
    view,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import {
    POPUPS,
    isFieldCovered,
    mountPage,
} from "@asterisk_connector/../tests/components/page_helpers";

defineAsteriskModels();
describe.current.tags("mobile");

const TOP = "top: 60px; left: 10px;";

test("it takes the whole width at the bottom", async () => {
    await mountPage(TOP);
    await ring(view("call_view_ringing"));
    const { left, width, bottom } = queryRect(POPUPS);
    expect([left, width]).toEqual([0, document.documentElement.clientWidth]);
    expect(bottom).toBe(window.innerHeight);
    expect(queryRect(".o-asterisk-CallBox").width).toBe(width);
});

test("a name of eighty letters does not make it wider", async () => {
    await mountPage(TOP);
    const ringing = view("call_view_ringing");
    ringing.customer.company = "W".repeat(80);
    ringing.line = "W".repeat(80);
    await ring(ringing);
    expect(queryOne(POPUPS).scrollWidth).toBe(document.documentElement.clientWidth);
});

test("it goes to the top when one types at the bottom", async () => {
    await mountPage("bottom: 10px; left: 10px;");
    await contains(".field").click();
    await ring(view("call_view_ringing"));
    await animationFrame();
    expect(isFieldCovered()).toBe(false);
    expect(queryRect(POPUPS).bottom).toBeLessThan(window.innerHeight);
});

test("many calls scroll and leave the navbar free", async () => {
    await mountPage(TOP);
    await ring(...[1, 2, 3, 4, 5].map((id) => view("call_view_ringing", { id })));
    expect(queryRect(POPUPS).top).toBeGreaterThan(0.19 * window.innerHeight - 1);
    expect(window.getComputedStyle(queryOne(POPUPS)).overflowY).toBe("auto");
});
