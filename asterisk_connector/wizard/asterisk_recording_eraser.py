from odoo import fields, models


class AsteriskRecordingEraser(models.TransientModel):
    """Asks for the reason before recordings are erased."""

    _name = "asterisk.recording.eraser"
    _description = "Erase Recordings"

    # Not a relation: a manager may erase what he may not read.
    targets = fields.Json(readonly=True, help="The ids of the recordings.")
    reason = fields.Char(required=True, help="It is kept with your name and the time; the sound is not.")

    def action_erase(self):
        """Erase them."""
        self.ensure_one()
        recordings = self.env["asterisk.recording"]
        recordings._check_manager()
        ids = [target for target in self.targets or [] if isinstance(target, int)]
        # A manager need not be one of those who may listen: within the own companies everything may be erased.
        allowed = recordings.sudo().browse(ids).exists().filtered(lambda one: one.company_id in self.env.companies)
        allowed.with_user(self.env.user)._erase(self.reason)
        return {"type": "ir.actions.act_window_close", "infos": {"erased": allowed.ids}}
