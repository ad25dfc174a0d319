from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    asterisk_extension_ids = fields.One2many("asterisk.extension", "user_id", string="Telephones")
    asterisk_open_call = fields.Selection(
        [("never", "Never"), ("answer", "When I answer")],
        string="Open the Call's Document",
        default="never",
        required=True,
        help="Where note and outcome are written. It never opens while you type something or have a dialog before you.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["asterisk_extension_ids", "asterisk_open_call"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + ["asterisk_open_call"]
