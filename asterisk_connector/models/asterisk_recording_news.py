from odoo import api, models

#: what a change of is worth telling; how loud it is and how far its upload has come is not
TOLD = ("state", "problem", "call_id", "keep_forever")


class AsteriskRecording(models.Model):
    """Whoever has a call's recordings on the screen hears when there is something new about them.

    Only that there is: the browser then asks under its user's own rights. Who may listen to the channel of a call,
    ``ir.websocket`` says.
    """

    _inherit = "asterisk.recording"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        recordings = super().create(vals_list)
        recordings.sudo().call_id._tell_recordings()
        return recordings

    def write(self, vals):
        if not vals.keys() & set(TOLD):
            return super().write(vals)
        before = {recording: recording._told_facts() for recording in self}
        left = self.sudo().call_id
        result = super().write(vals)
        changed = self.filtered(lambda recording: recording._told_facts() != before[recording])
        if changed:
            (left | changed.sudo().call_id)._tell_recordings()
        return result

    def _told_facts(self):
        return [self[name] for name in TOLD]

    def unlink(self):
        calls = self.sudo().call_id
        result = super().unlink()
        calls._tell_recordings()
        return result
