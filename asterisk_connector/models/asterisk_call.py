from odoo import api, fields, models
from odoo.fields import Domain

from ..fields import BigInteger
from ..tools import numbers


class AsteriskCall(models.Model):
    """One call, whatever happened in it: ring group, queue, transfers, several phones.

    The agent's snapshots write it (``asterisk_call_apply``), each employee sees an own view of it
    (``asterisk_call_view``), the browser asks through ``asterisk_call_rpc``. What people write about it is
    ``asterisk_call_event``.
    """

    _name = "asterisk.call"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Call"
    _order = "started_at desc, id desc"
    _rec_name = "number"
    # Nobody may write calls, but who sees one may talk about it.
    _mail_post_access = "read"

    server_id = fields.Many2one("asterisk.server", string="PBX", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one(
        related="server_id.company_id", store=True, index=True, precompute=True, string="Company"
    )
    linkedid = fields.Char(string="Linked ID", required=True, readonly=True)
    version = BigInteger(readonly=True, help="The agent's clock in milliseconds; the highest is the truth.")
    state = fields.Selection(
        [("ringing", "Ringing"), ("talking", "Talking"), ("held", "On hold"), ("ended", "Ended")], readonly=True
    )
    direction = fields.Selection(
        [("incoming", "Incoming"), ("outgoing", "Outgoing"), ("internal", "Internal")], readonly=True
    )
    result = fields.Selection(
        [
            ("answered", "Answered"),
            ("no-answer", "No answer"),
            ("busy", "Busy"),
            ("cancelled", "Cancelled"),
            ("rejected", "Declined"),
            ("failed", "Failed"),
            ("voicemail", "Voicemail"),
            ("ivr", "Menu only"),
        ],
        readonly=True,
        help="Answered means that two people talked; a menu or a mailbox that picks up is no answer.",
    )
    recording = fields.Selection(
        [("on", "Being recorded"), ("paused", "Paused")], string="Recording Now", readonly=True, copy=False
    )
    missed = fields.Boolean(
        readonly=True, help="Somebody called from outside, phones of the company rang and nobody talked to the caller."
    )
    ended_unseen = fields.Boolean(
        readonly=True,
        help="The agent was not connected when this call ended: its end is told by the PBX's records and, until they"
        " come, the last that was seen.",
    )

    started_at = fields.Datetime(string="When", readonly=True)
    answered_at = fields.Datetime(string="Answered", readonly=True)
    ended_at = fields.Datetime(string="Ended", readonly=True)
    ring_seconds = fields.Float(string="Rang for", readonly=True, aggregator="avg")
    talk_seconds = fields.Float(string="Duration", readonly=True, aggregator="sum")

    number = fields.Char(
        readonly=True,
        index="trigram",
        help="The other party's number, in E.164 where it is one of the public network; empty: withheld.",
    )
    number_display = fields.Char(
        string="Phone Number", compute="_compute_number_display", search="_search_number_display"
    )
    caller_number = fields.Char(readonly=True)
    caller_name = fields.Char(readonly=True)
    caller_endpoint = fields.Char(string="Caller's Device", readonly=True)
    callee_number = fields.Char(string="Dialled Number", readonly=True)
    callee_name = fields.Char(readonly=True)
    callee_endpoint = fields.Char(string="Dialled Device", readonly=True)
    did = fields.Char(string="Called Number (DID)", readonly=True)
    queue = fields.Char(readonly=True)
    trunk = fields.Char(readonly=True)
    line = fields.Char(compute="_compute_line", help="Our line that was called.")
    city = fields.Char(readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    rang = fields.Json(string="Devices That Rang", readonly=True)
    answered_by = fields.Char(string="Answering Device", readonly=True)
    hung_up_by = fields.Selection(
        [("caller", "Caller"), ("callee", "Called party"), ("pbx", "PBX")], string="Ended By", readonly=True
    )
    transfers = fields.Json(readonly=True)
    summary = fields.Char(string="What Happened", compute="_compute_summary")

    partner_id = fields.Many2one("res.partner", string="Customer", index="btree_not_null", ondelete="set null")
    lead_id = fields.Many2one("crm.lead", string="Lead or Opportunity", index="btree_not_null", ondelete="set null")
    user_id = fields.Many2one(
        "res.users",
        string="Employee",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Who talked (or called).",
    )
    user_ids = fields.Many2many(
        "res.users",
        "asterisk_call_user_rel",
        "call_id",
        "user_id",
        string="Everybody Concerned",
        readonly=True,
        help="All whose phone rang or talked; they see the call.",
    )
    missed_user_ids = fields.Many2many(
        "res.users",
        "asterisk_call_missed_rel",
        "call_id",
        "user_id",
        string="Still Missed By",
        readonly=True,
        help="For whom the call is missed and neither looked at nor called back.",
    )
    leg_ids = fields.One2many("asterisk.call.leg", "call_id", string="Legs", readonly=True)
    alias_ids = fields.One2many("asterisk.call.alias", "call_id", string="Merged Linked IDs", readonly=True)
    command_ids = fields.One2many("asterisk.command", "call_id", string="Commands", readonly=True)

    _linkedid_unique = models.Constraint("UNIQUE(server_id, linkedid)", "This call is already there.")
    _started_idx = models.Index("(started_at DESC, id DESC)")
    _number_idx = models.Index("(number, started_at) WHERE number IS NOT NULL")
    # As the ORM writes it, else PostgreSQL does not see that it may use it.
    _live_idx = models.Index("(server_id) WHERE state != 'ended' OR state IS NULL")

    # -- computes ------------------------------------------------------------------------------------------------------

    @api.depends("number")
    def _compute_number_display(self):
        for call in self:
            call.number_display = numbers.display(call.number) if call.number else self.env._("Withheld")

    def _search_number_display(self, operator, value):
        """Find a number, or a part of one, however people write it."""
        if operator not in ("ilike", "in"):
            return NotImplemented
        country = self.env.company.country_id.code or ""
        typed = [value] if operator == "ilike" else value
        parts = set().union(*(numbers.parts_of(str(text or ""), country) for text in typed))
        return Domain.OR(Domain("number", "ilike", part) for part in sorted(parts))

    @api.depends("did", "queue", "trunk", "server_id")
    def _compute_line(self):
        for call in self:
            call.line = call._line_label()

    @api.depends("leg_ids", "leg_ids.state")
    def _compute_summary(self):
        """Tell the call as a small story: rang Anna 8 s → Boris 4:12 → Clara 0:40."""
        for call in self:
            steps = [leg._step() for leg in call.leg_ids.sorted("id") if leg.role != "caller"]
            call.summary = " → ".join(step for step in steps if step)

    @api.depends("number", "partner_id", "lead_id", "direction", "started_at")
    def _compute_display_name(self):
        for call in self:
            call.display_name = call.sudo().partner_id.name or call.sudo().lead_id.name or call.number_display

    # -- crud ----------------------------------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """A call is made while a phone rings: nobody follows it by itself, nothing of it is logged or tracked."""
        return super(AsteriskCall, self.with_context(tracking_disable=True)).create(vals_list).with_env(self.env)

    def write(self, vals):
        return super(AsteriskCall, self.with_context(tracking_disable=True)).write(vals)

    # -- actions -------------------------------------------------------------------------------------------------------

    def action_open_customer(self):
        """Open the customer's form."""
        self.ensure_one()
        document = self.partner_id or self.lead_id
        return document.get_formview_action() if document else False

    # -- business ------------------------------------------------------------------------------------------------------

    def _line_label(self):
        self.ensure_one()
        server = self.server_id.sudo().with_env(self.env(su=True))
        if self.direction == "internal":
            return self.queue or ""
        return self.env["asterisk.line"]._label(server, self.did, self.queue, self.trunk)
