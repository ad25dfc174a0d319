from odoo import api, fields, models


class AsteriskHistoryDay(models.Model):
    """How many detail records one day has, on the PBX and here: the audit that shows every gap."""

    _name = "asterisk.history.day"
    _description = "Audit of a Day's Records"
    _order = "day desc"
    _rec_name = "day"
    _log_access = False

    server_id = fields.Many2one("asterisk.server", string="PBX", required=True, readonly=True, ondelete="cascade")
    day = fields.Date(required=True, readonly=True)
    pbx_rows = fields.Integer(string="On the PBX", readonly=True, aggregator="sum")
    odoo_rows = fields.Integer(string="In Odoo", readonly=True, aggregator="sum")
    missing = fields.Integer(compute="_compute_missing", store=True, aggregator="sum")
    counted_at = fields.Datetime(string="Counted", readonly=True)
    fetched_at = fields.Datetime(
        string="Read Again", readonly=True, help="When this day was last asked for again because something was missing."
    )

    _day_unique = models.Constraint("UNIQUE(server_id, day)", "This day is counted already.")

    @api.depends("pbx_rows", "odoo_rows")
    def _compute_missing(self):
        for row in self:
            row.missing = row.pbx_rows - row.odoo_rows

    def action_fetch(self):
        """Ask the agent to read these days from their beginning; rows that are there already do no harm."""
        self.check_access("read")
        self.env["asterisk.server"].check_access("write")
        for row in self.sudo():
            row.server_id._bus_send("asterisk.history", {"do": "day", "day": row.day.isoformat()})
            row.fetched_at = fields.Datetime.now()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._("The PBX is asked for these days again; the figures follow by themselves."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
