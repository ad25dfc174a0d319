from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    asterisk_server_count = fields.Integer(compute="_compute_asterisk_counts")
    asterisk_number_count = fields.Integer(compute="_compute_asterisk_counts")
    asterisk_recording_days = fields.Integer(related="company_id.asterisk_recording_days", readonly=False)

    def _compute_asterisk_counts(self):
        self.asterisk_server_count = self.env["asterisk.server"].search_count([])
        self.asterisk_number_count = self.env["asterisk.phone.number"].sudo().search_count([])

    def action_asterisk_rebuild_numbers(self):
        """Compare all customers with the table of phone numbers and repair what differs."""
        self.check_access("write")
        self.env["asterisk.phone.number"]._rebuild()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%s phone numbers are known.", self.env["asterisk.phone.number"].sudo().search_count([])
                ),
            },
        }
