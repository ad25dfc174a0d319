import { expect, queryAllTexts, test } from "@odoo/hoot";
import { mountView, serverState } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    startService,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { AsteriskCall } from "@asterisk_connector/../tests/asterisk_test_models";

defineAsteriskModels();

test("the contact, else the lead with a star, else nothing", async () => {
    const { partnerId: someone, odoobotId: somebodyElse } = serverState;
    AsteriskCall._records = [
        { partner_id: someone, lead_id: somebodyElse },
        { lead_id: somebodyElse },
        {},
    ];
    await startService();
    const arch = `<list><field name="partner_id" widget="asterisk_customer"/></list>`;
    await mountView({ type: "list", resModel: "asterisk.call", arch });
    const [contact, lead, nobody] = queryAllTexts(".o_data_cell");
    expect(contact).not.toBeEmpty();
    expect(lead).not.toBe(contact);
    expect(nobody).toBe("");
    expect(".fa-star-o").toHaveCount(1);
    expect(".o_data_row:eq(1) .fa-star-o").toHaveAttribute("title", "Lead");
});
