from odoo import fields, models


class AsteriskCallTag(models.Model):
    """What a call was about; a call may have several."""

    _name = "asterisk.call.tag"
    _description = "Tag of a Call"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer(string="Colour")
    active = fields.Boolean(default=True)

    _name_unique = models.Constraint("UNIQUE(name)", "This tag is already there.")
