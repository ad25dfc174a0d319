import { expect, queryAll, test } from "@odoo/hoot";
import { mountView } from "@web/../tests/web_test_helpers";
import { defineAsteriskModels } from "@asterisk_connector/../tests/asterisk_test_helpers";
import { AsteriskCall } from "@asterisk_connector/../tests/asterisk_test_models";

defineAsteriskModels();

const FIELD = `<field name="direction" widget="asterisk_direction"/>`;
const ARROW = ".o-asterisk-Direction";

async function mountList(records, more = "") {
    AsteriskCall._records = records;
    const arch = `<list>${more}${FIELD}</list>`;
    await mountView({ type: "list", resModel: "asterisk.call", arch });
}

test("each direction is an arrow of its own, with its word for those who do not see it", async () => {
    const directions = ["incoming", "outgoing", "internal"];
    await mountList(directions.map((direction) => ({ direction })));
    expect(queryAll(ARROW).map((arrow) => arrow.getAttribute("aria-label"))).toEqual([
        "Incoming",
        "Outgoing",
        "Internal",
    ]);
    expect(queryAll(ARROW).map((arrow) => arrow.getAttribute("title"))).toEqual([
        "Incoming",
        "Outgoing",
        "Internal",
    ]);
    const shapes = queryAll(ARROW).map((arrow) => arrow.className.match(/oi-\S+/)[0]);
    expect(new Set(shapes).size).toBe(3);
});

test("the arrow of a missed call is red", async () => {
    const calls = [true, false].map((missed) => ({ direction: "incoming", missed }));
    await mountList(calls, `<field name="missed" column_invisible="True"/>`);
    expect(`${ARROW}:eq(0)`).toHaveClass("text-danger");
    expect(`${ARROW}:eq(1)`).toHaveClass("text-muted");
});

test("no direction, no arrow", async () => {
    await mountList([{ direction: false }]);
    expect(".o_data_row").toHaveCount(1);
    expect(ARROW).toHaveCount(0);
});
