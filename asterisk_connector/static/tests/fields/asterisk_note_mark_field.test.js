import { expect, test } from "@odoo/hoot";
import { mountView } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    startService,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { AsteriskCall } from "@asterisk_connector/../tests/asterisk_test_models";

defineAsteriskModels();

const MARK = ".o-asterisk-NoteMark";

test("a call with a note has a mark that says how it begins, one without has none", async () => {
    AsteriskCall._records = [{ note_preview: "Wants ink" }, { note_preview: false }];
    await startService();
    await mountView({
        type: "list",
        resModel: "asterisk.call",
        arch: `<list><field name="note_preview" widget="asterisk_note_mark"/></list>`,
    });
    expect(".o_data_row").toHaveCount(2);
    expect(MARK).toHaveCount(1);
    expect(MARK).toHaveAttribute("title", "Wants ink");
});
