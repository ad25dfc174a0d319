import { fields, models } from "@web/../tests/web_test_helpers";

/** What the browser reads of calls: the missed ones, and lists of them. */
export class AsteriskCall extends models.Model {
    _name = "asterisk.call";

    number = fields.Char();
    number_display = fields.Char();
    partner_id = fields.Many2one({ relation: "res.partner" });
    lead_id = fields.Many2one({ relation: "res.partner" });
    missed_user_ids = fields.Many2many({ relation: "res.users" });
    started_at = fields.Datetime();
    direction = fields.Selection({
        selection: [
            ["incoming", "Incoming"],
            ["outgoing", "Outgoing"],
            ["internal", "Internal"],
        ],
    });
    talk_seconds = fields.Float({ aggregator: "sum" });
    missed = fields.Boolean();
    linkedid = fields.Char();
    note_preview = fields.Char();
    recordings = fields.Json();
}
