from odoo import api, fields, models

from ..tools import numbers


class AsteriskCallLeg(models.Model):
    """One channel of a call: somebody's phone that rang or talked, or the line to the customer."""

    _name = "asterisk.call.leg"
    _description = "Leg of a Call"
    _order = "call_id, started_at, id"
    _rec_name = "uniqueid"
    _log_access = False

    call_id = fields.Many2one("asterisk.call", required=True, readonly=True, ondelete="cascade")
    uniqueid = fields.Char(string="Unique ID", required=True, readonly=True)
    channel = fields.Char(readonly=True)
    endpoint = fields.Char(string="Device", readonly=True)
    role = fields.Selection([("caller", "Caller"), ("callee", "Called"), ("other", "Joined")], readonly=True)
    number = fields.Char(readonly=True)
    name = fields.Char(readonly=True)
    state = fields.Selection(
        [
            ("dialing", "Calling"),
            ("ringing", "Ringing"),
            ("talking", "Talking"),
            ("held", "On hold"),
            ("ended", "Ended"),
        ],
        readonly=True,
    )
    result = fields.Selection(
        [
            ("answered", "Answered"),
            ("busy", "Busy"),
            ("no-answer", "No answer"),
            ("cancelled", "Cancelled"),
            ("rejected", "Declined"),
            ("failed", "Failed"),
            ("elsewhere", "Answered elsewhere"),
        ],
        readonly=True,
    )
    started_at = fields.Datetime(string="Started", readonly=True)
    answered_at = fields.Datetime(string="Answered", readonly=True)
    ended_at = fields.Datetime(string="Ended", readonly=True)
    talk_seconds = fields.Float(string="Talked", readonly=True)
    ring_seconds = fields.Float(string="Rang", compute="_compute_ring_seconds")
    cause = fields.Integer(string="Hangup Cause", readonly=True, help="The cause by Q.850.")
    user_id = fields.Many2one(
        "res.users", string="Employee", readonly=True, ondelete="set null", index="btree_not_null"
    )
    who = fields.Char(compute="_compute_who")

    _uniqueid_unique = models.Constraint("UNIQUE(call_id, uniqueid)", "This leg is already there.")

    @api.depends("started_at", "answered_at", "ended_at")
    def _compute_ring_seconds(self):
        for leg in self:
            until = leg.answered_at or leg.ended_at
            leg.ring_seconds = max(0, (until - leg.started_at).total_seconds()) if until and leg.started_at else 0

    @api.depends("user_id", "number", "endpoint", "call_id.partner_id")
    def _compute_who(self):
        for leg in self:
            call = leg.call_id.sudo()
            customer = not leg.endpoint and call.partner_id.name
            leg.who = (
                leg.sudo().user_id.name or customer or leg.name or numbers.display(leg.number or "") or leg.endpoint
            )

    def _write_changed(self, values, keep_known):
        """Write what differs; with ``keep_known`` an empty value does not take away a known one."""
        self.ensure_one()
        changed = {
            name: value
            for name, value in values.items()
            if (self[name] or False) != value and (value or not keep_known)
        }
        if changed:
            self.write(changed)

    def _step(self):
        """Return this leg as one step of the call's story ("" when it tells nothing)."""
        self.ensure_one()
        if self.answered_at and self.result in (False, "answered"):
            minutes, seconds = divmod(int(self.talk_seconds), 60)
            return f"{self.who} {minutes}:{seconds:02d}"
        if self.state == "ended":
            return self.env._("%(who)s rang %(seconds)s s", who=self.who, seconds=round(self.ring_seconds))
        return self.who or ""
