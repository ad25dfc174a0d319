import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError


class AsteriskCall(models.Model):
    """A call and what was recorded of it."""

    _inherit = "asterisk.call"  # pylint: disable=consider-merging-classes-inherited

    recording_ids = fields.One2many("asterisk.recording", "call_id", string="Recordings", readonly=True)
    # What a player shows, also of recordings that the user may not hear.
    recordings = fields.Json(string="Recording", compute="_compute_recordings")

    @api.depends("recording_ids.state", "recording_ids.keep_forever")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_recordings(self):
        found = self.env["asterisk.recording"].sudo().search([("call_id", "in", self.ids)], order="started_at, id")
        views = {view["id"]: view for view in found.with_env(self.env)._player_view()}
        for call in self:
            call.recordings = [views[row.id] for row in found if row.call_id.id == call.id] or False

    # -- crud ----------------------------------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        calls = super().create(vals_list)
        # A call that rings has no recording yet; nothing is looked up on the way to the popup.
        if ended := calls.filtered(lambda call: call.state == "ended"):
            self.env["asterisk.recording"].sudo()._adopt(ended)
        return calls

    def unlink(self):
        self.sudo().recording_ids.with_user(self.env.user)._erase(self.env._("The call was deleted."))
        return super().unlink()

    # -- business ------------------------------------------------------------------------------------------------------

    def _absorb(self, others, linkedids):
        """Take over the recordings too."""
        if others:
            others.recording_ids.call_id = self
        result = super()._absorb(others, linkedids)
        if len(linkedids) > 1:
            self.env["asterisk.recording"].sudo()._adopt(self)
        return result

    def _tell_recordings(self):
        """Tell those who have these calls on the screen (``ir.websocket``) that there is news of their recordings."""
        for call in self.exists():
            self.env["bus.bus"]._sendone(call, "asterisk_connector.recordings", {"call_id": call.id})

    def _policy_facts(self):
        """Return what a policy asks of a call (``tools/recordings``)."""
        self.ensure_one()
        return {
            "ended": self.state == "ended",
            "answered": bool(self.answered_at) or self.result == "answered",
            "endpoints": {*self.leg_ids.mapped("endpoint"), *(self.rang or []), self.answered_by} - {False, None},
            "queue": self.queue or "",
        }

    @api.model
    def record_pause(self, call_id, on):
        """Let the recording of the call in which the user talks go on, or pause it (silence is recorded then).

        :param int call_id: a call in which the user talks
        :param bool on: False pauses
        :return: the command view
        """
        call = self._mine(call_id)
        talking = call.leg_ids.filtered(lambda leg: leg.user_id == self.env.user and leg.state in ("talking", "held"))
        if not talking:
            raise UserError(self.env._("You do not talk in this call."))
        command = self.env["asterisk.command"]._send(
            {
                "uuid": str(uuid.uuid4()),
                "server_id": call.server_id.id,
                "user_id": self.env.uid,
                "verb": "record",
                "args": {"linkedid": call.linkedid, "on": bool(on)},
                "number": call.number,
                "call_id": call.id,
            }
        )
        return command._view()
