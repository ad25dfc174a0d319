from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    asterisk_recording_days = fields.Integer(
        string="Keep Recordings for", help="Days; 0: until somebody erases them. A PBX may have a time of its own."
    )

    _asterisk_recording_days_range = models.Constraint(
        "CHECK(asterisk_recording_days >= 0)", "Days cannot be negative."
    )
