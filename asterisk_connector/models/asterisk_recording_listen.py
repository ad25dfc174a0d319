from odoo import api, fields, models
from odoo.exceptions import UserError


class AsteriskRecordingListen(models.Model):
    """Who heard what: written when somebody listens, never changed, never deleted."""

    _name = "asterisk.recording.listen"
    _description = "Listening to a Recording"
    _order = "id desc"
    _log_access = False
    _rec_name = "recording_id"

    recording_id = fields.Many2one("asterisk.recording", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="recording_id.company_id", store=True, index=True)
    call_id = fields.Many2one(related="recording_id.call_id")
    user_id = fields.Many2one("res.users", required=True, readonly=True, index=True, ondelete="restrict")
    at = fields.Datetime(string="When", required=True, readonly=True, default=lambda self: self.env.cr.now())
    kind = fields.Selection(
        [("opened", "Began to listen"), ("heard", "Heard"), ("downloaded", "Downloaded")], required=True, readonly=True
    )
    from_second = fields.Float(string="From", readonly=True, aggregator=None)
    to_second = fields.Float(string="To", readonly=True, aggregator=None)

    @api.model
    def _note(self, recording, kind, stretches=((0, 0),)):
        """Write down that the user listens.

        :param str kind: opened, heard or downloaded
        :param stretches: pairs of seconds of the recording
        """
        self.sudo().create(
            [
                {
                    "recording_id": recording.id,
                    "user_id": self.env.uid,
                    "kind": kind,
                    "from_second": begin,
                    "to_second": end,
                }
                for begin, end in stretches
            ]
        )

    def write(self, vals):
        """Refuse: a log that can be changed is none. Odoo itself may still compute the company."""
        if set(vals) - {"company_id"}:
            raise UserError(self.env._("The log of listening cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The log of listening cannot be changed."))
