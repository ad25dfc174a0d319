import { expect, queryAllTexts, test } from "@odoo/hoot";
import { mountView } from "@web/../tests/web_test_helpers";
import { defineAsteriskModels } from "@asterisk_connector/../tests/asterisk_test_helpers";
import { AsteriskCall } from "@asterisk_connector/../tests/asterisk_test_models";

defineAsteriskModels();

const FIELD = `<field name="talk_seconds" widget="asterisk_duration" sum="Talked"/>`;

test("seconds are written as a duration, none as nothing; their sum as a duration too", async () => {
    AsteriskCall._records = [252, 0, 3723.9].map((talk_seconds) => ({ talk_seconds }));
    await mountView({ type: "list", resModel: "asterisk.call", arch: `<list>${FIELD}</list>` });
    expect(queryAllTexts(".o_data_cell")).toEqual(["4:12", "", "1:02:03"]);
    expect(".o_list_footer .o_list_number").toHaveText("1:06:15");
});

test("a form shows it beside its label", async () => {
    AsteriskCall._records = [{ id: 1, talk_seconds: 7 }];
    const arch = `<form><group>${FIELD}</group></form>`;
    await mountView({ type: "form", resModel: "asterisk.call", resId: 1, arch });
    expect(".o_field_asterisk_duration").toHaveText("0:07");
    expect(".o_field_asterisk_duration").not.toHaveClass("o_field_empty");
});

test("a moment may be the very beginning", async () => {
    AsteriskCall._records = [{ talk_seconds: 0 }];
    const arch = `<list><field name="talk_seconds" widget="asterisk_duration" options="{'moment': True}"/></list>`;
    await mountView({ type: "list", resModel: "asterisk.call", arch });
    expect(".o_data_cell").toHaveText("0:00");
});
