from odoo import api, fields, models

from ..tools.text import ID_LENGTH, clean


class AsteriskCommand(models.Model):
    """The two commands about recordings: pause one, erase one."""

    _inherit = "asterisk.command"  # pylint: disable=consider-merging-classes-inherited

    verb = fields.Selection(
        selection_add=[("record", "Pause or resume recording"), ("erase", "Erase a recording")],
        ondelete={"record": "cascade", "erase": "cascade"},
    )

    def _words(self):
        if self.verb == "record" and self.state == "failed" and self.code == "gone":
            return self.env._("Nothing is being recorded in this call.")
        return super()._words()

    @api.model
    def _apply_result(self, server, item):
        answer = super()._apply_result(server, item)
        if answer["status"] == "ok":
            uuid = clean(item.get("uuid"), ID_LENGTH)
            command = self.search([("server_id", "=", server.id), ("uuid", "=", uuid), ("verb", "=", "erase")])
            if command.state in ("done", "failed"):
                key, is_done = command.args["key"], command.state == "done"
                self.env["asterisk.recording"]._pbx_answered(server, key, is_done, command._words())
        return answer
