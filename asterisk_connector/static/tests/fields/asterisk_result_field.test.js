import { expect, queryAllTexts, test } from "@odoo/hoot";
import { mountView } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    startService,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { AsteriskCall } from "@asterisk_connector/../tests/asterisk_test_models";

defineAsteriskModels();

test("what was missed is called so, everything else by its result", async () => {
    AsteriskCall._records = [
        { direction: "incoming", missed: true },
        { direction: "incoming", missed: false },
        { direction: false },
    ];
    await startService();
    const arch = `<list><field name="direction" widget="asterisk_result" decoration-danger="missed"/></list>`;
    await mountView({ type: "list", resModel: "asterisk.call", arch });
    expect(queryAllTexts(".o_data_cell")).toEqual(["Missed", "Incoming", ""]);
    expect(".badge:eq(0)").toHaveClass("text-bg-danger");
});
