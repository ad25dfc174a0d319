from odoo import fields, models


class AsteriskCallAlias(models.Model):
    """A linkedid that was merged into a call (attended transfer, parking, conference).

    A late message under the old id finds the call by it instead of raising a ghost.
    """

    _name = "asterisk.call.alias"
    _description = "Merged Linked ID of a Call"
    _rec_name = "linkedid"
    _log_access = False

    server_id = fields.Many2one("asterisk.server", required=True, ondelete="cascade")
    linkedid = fields.Char(string="Linked ID", required=True)
    call_id = fields.Many2one("asterisk.call", required=True, ondelete="cascade", index=True)

    _linkedid_unique = models.Constraint("UNIQUE(server_id, linkedid)", "This linked ID already belongs to a call.")
