from odoo import api, fields, models

from ..tools.notes import both
from ..tools.text import clean

#: so much of a note is told where there is room for its mark only
PREVIEW_LENGTH = 200
#: outcomes and tags that are offered; nobody finds anything among more
MAX_OFFERED = 100


class AsteriskCall(models.Model):
    """What people write about a call: note, outcome, tags, linked documents.

    The PBX never touches it, and a call that turns out to be part of another one takes all of it along.
    """

    _inherit = "asterisk.call"  # pylint: disable=consider-merging-classes-inherited

    # Not read along while a phone rings.
    note = fields.Text(readonly=True, prefetch=False)
    note_preview = fields.Char(string="Noted", compute="_compute_note_preview")
    outcome_id = fields.Many2one("asterisk.call.outcome", readonly=True, index="btree_not_null", ondelete="restrict")
    outcome_color = fields.Integer(related="outcome_id.color", string="Colour of the Outcome")
    tag_ids = fields.Many2many("asterisk.call.tag", string="Tags", readonly=True)
    order_ids = fields.Many2many("sale.order", string="Quotations and Orders", readonly=True)
    move_ids = fields.Many2many("account.move", string="Invoices", readonly=True)
    writer_ids = fields.Many2many(
        "res.users", "asterisk_call_writer_rel", "call_id", "user_id", string="Written About By", readonly=True
    )

    # -- computes ------------------------------------------------------------------------------------------------------

    @api.depends("note")
    def _compute_note_preview(self):
        for call in self:
            call.note_preview = clean(" ".join((call.note or "").split()), PREVIEW_LENGTH)

    # -- what the browser asks -----------------------------------------------------------------------------------------

    @api.model
    def event(self, call_id):
        """Return what people wrote about a call, and what may be written (docs/contract.md, "Event").

        :param int call_id: a call that the user may read
        :raise AccessError: he may not, or it does not exist any more
        """
        return self._readable(call_id)._event_view()

    @api.model
    def choose_outcome(self, call_id, outcome_id):
        """Say what came of a call; False: nothing is said any more. Returns the event."""
        call = self._writable(call_id)
        call.outcome_id = self._existing("asterisk.call.outcome", outcome_id)
        return call._written(self.env)

    @api.model
    def set_tag(self, call_id, tag_id, is_on):
        """Give a call a tag or take it away; returns the event."""
        call = self._writable(call_id)
        tag = self._existing("asterisk.call.tag", tag_id)
        call.tag_ids = call.tag_ids | tag if is_on else call.tag_ids - tag
        return call._written(self.env)

    # -- rights --------------------------------------------------------------------------------------------------------

    @api.model
    def _readable(self, call_id):
        """Return a call that the user may read by his rights, or because it is his in whichever company."""
        self._check_telephony_user()
        if isinstance(call_id, int) and not isinstance(call_id, bool):
            call = self.browse(call_id).exists()
            if call and call.has_access("read"):
                return call
        return self._mine(call_id).with_env(self.env)

    @api.model
    def _writable(self, call_id, linkedid=""):
        """Return a call that the user may write about, with sudo: his own, or any that he may write at all.

        :param linkedid: of the call that it was when the user saw it; by it a call is found that was merged since
        :raise AccessError: it does not exist or is somebody else's; both look the same
        """
        self._check_telephony_user()
        if isinstance(call_id, int) and not isinstance(call_id, bool):
            call = self.browse(call_id).exists()
            if call and call.has_access("write"):
                return call.sudo()
            if not call and linkedid:
                aliases = self.env["asterisk.call.alias"].sudo()
                mine = [("linkedid", "=", linkedid), ("call_id.user_ids", "in", self.env.uid)]
                call_id = aliases.search(mine, limit=1).call_id.id or call_id
        return self._mine(call_id)

    @api.model
    def _existing(self, model, record_id):
        """Return the record, or none when there is none, or when that is no id."""
        is_id = isinstance(record_id, int) and not isinstance(record_id, bool)
        return self.env[model].sudo().browse(record_id if is_id else ()).exists()

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """Who may talk about a call may plan an activity for a colleague, and that makes the colleague a follower."""
        partners = self.env["res.partner"].sudo().browse(partner_ids or ())
        if self.has_access(self._mail_post_access) and not any(partners.mapped("partner_share")):
            self = self.sudo()
        return super().message_subscribe(partner_ids, subtype_ids)

    # -- views ---------------------------------------------------------------------------------------------------------

    def _event_view(self):
        """Return the event as the user of the environment gets it."""
        call = self.sudo()
        return call._event_facts() | {
            "may_write": self.env.user in call.user_ids or self.has_access("write"),
            "caller_name": call._other_name(),
            "view": call._view(self.env.user),
            "opens_on_answer": self.env.user.asterisk_open_call == "answer",
            "outcomes": self._choices("asterisk.call.outcome", call.outcome_id),
            "all_tags": self._choices("asterisk.call.tag", call.tag_ids),
            "documents": self._documents(),
        }

    def _event_facts(self):
        """Return what is the same for everybody who is told."""
        self.ensure_one()
        return {
            "call_id": self.id,
            "note": self.note or "",
            "outcome": self.outcome_id.id,
            "tags": self.tag_ids.ids,
            "links": [self.partner_id.id, self.lead_id.id, *self.order_ids.ids, *self.move_ids.ids],
        }

    @api.model
    def _choices(self, model, chosen):
        """Return what is offered, in its order, and what was chosen although it is not offered any more."""
        offered = self.env[model].sudo().search([], limit=MAX_OFFERED)
        records = (offered | chosen.with_env(offered.env)).sorted()
        return [{"id": record.id, "name": record.name, "color": record.color} for record in records]

    def _other_name(self):
        """Return the name that the line gave for the other party, where it is more than a number."""
        side = "callee" if self.direction == "outgoing" else "caller"
        name = self[f"{side}_name"] or ""
        return name if any(character.isalpha() for character in name) else ""

    def _written(self, env):
        """Tell what was written, and return the event for the one who wrote it (``env``)."""
        self._tell_event(env.user)
        return self.with_env(env)._event_view()

    def _tell_event(self, writer):
        """Tell those who talked and those who write; return the facts.

        Not everybody whose phone rang: while somebody types it is told every second.
        """
        self.writer_ids |= writer.with_env(self.env)
        facts = self._event_facts()
        talked = self.leg_ids.filtered(lambda leg: leg.answered_at).user_id
        for user in (self.writer_ids | self.user_id | talked).filtered("active"):
            user._bus_send("asterisk_connector.event", facts)
        return facts

    # -- merging -------------------------------------------------------------------------------------------------------

    def _absorb(self, others, linkedids):
        for other in others:
            self._take_over_event(other)
        return super()._absorb(others, linkedids)

    def _take_over_event(self, other):
        """Take over what people wrote about a call that turned out to be this one."""
        earlier, later = (self + other).sorted("started_at")
        values = {"note": both(earlier.note or "", later.note or "")}
        if self.outcome_id and other.outcome_id and self.outcome_id != other.outcome_id:
            self._message_log(body=self.env._("Outcome of the other part of this call: %s", other.outcome_id.name))
        values["outcome_id"] = (self.outcome_id or other.outcome_id).id
        values["lead_id"] = self.partner_id and (self.lead_id or other.lead_id).id
        for name in ("tag_ids", "order_ids", "move_ids", "writer_ids"):
            values[name] = [fields.Command.link(record.id) for record in other[name] - self[name]]
        self.write({name: value for name, value in values.items() if value})
        self._take_over_thread(other)

    def _take_over_thread(self, other):
        for model, path in (("mail.message", "model"), ("mail.activity", "res_model"), ("ir.attachment", "res_model")):
            mine = [(path, "=", self._name), ("res_id", "=", other.id)]
            rows = self.env[model].sudo().with_context(active_test=False).search(mine)
            if rows:
                rows.write({"res_id": self.id})
        followers = other.message_follower_ids.partner_id
        if followers:
            self._message_subscribe(followers.ids)
