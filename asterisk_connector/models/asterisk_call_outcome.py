from odoo import fields, models


class AsteriskCallOutcome(models.Model):
    """What came of a call, in the company's own words: one click for who talked, a figure for who counts."""

    _name = "asterisk.call.outcome"
    _description = "Outcome of a Call"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer(string="Colour")
    active = fields.Boolean(default=True, help="An archived outcome stays with its calls and is not offered any more.")

    _name_unique = models.Constraint("UNIQUE(name)", "This outcome is already there.")
