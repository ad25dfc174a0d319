import { expect, queryOne, test } from "@odoo/hoot";
import { mountWithCleanup } from "@web/../tests/web_test_helpers";
import { defineAsteriskModels } from "@asterisk_connector/../tests/asterisk_test_helpers";
import { Lamp } from "@asterisk_connector/components/lamp/lamp";

defineAsteriskModels();

const STATES = ["free", "ringing", "talking", "away", "dnd", "off"];

/** What is drawn, without its colour. */
async function shapeOf(state) {
    await mountWithCleanup(Lamp, { props: { state }, noMainContainer: true });
    return queryOne(`.o-asterisk-Lamp-${state}`).innerHTML.trim();
}

test("each state has a shape of its own, so that nobody has to see colours", async () => {
    const shapes = [];
    for (const state of STATES) {
        shapes.push(await shapeOf(state));
    }
    expect(new Set(shapes).size).toBe(STATES.length);
});

test("free is full, away is a broken ring, do not disturb has a bar", async () => {
    expect(await shapeOf("free")).toMatch(/^<circle[^>]* r="7" fill="currentColor"/);
    expect(await shapeOf("away")).toMatch(/stroke-dasharray/);
    expect(await shapeOf("dnd")).toMatch(/o-asterisk-Lamp-bar/);
});

test("a lamp that stands alone says what it means", async () => {
    const props = { state: "talking", label: "Talking" };
    await mountWithCleanup(Lamp, { props, noMainContainer: true });
    expect(".o-asterisk-Lamp").toHaveAttribute("role", "img");
    expect(".o-asterisk-Lamp").toHaveAttribute("aria-label", "Talking");
    expect(".o-asterisk-Lamp title").toHaveText("Talking");
});

test("beside words it is silent", async () => {
    await mountWithCleanup(Lamp, { props: { state: "talking" }, noMainContainer: true });
    expect(".o-asterisk-Lamp").toHaveAttribute("aria-hidden", "true");
    expect(".o-asterisk-Lamp").not.toHaveAttribute("role");
    expect(".o-asterisk-Lamp title").toHaveCount(0);
});
