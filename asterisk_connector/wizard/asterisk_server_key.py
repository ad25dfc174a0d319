from odoo import api, fields, models


class AsteriskServerKey(models.TransientModel):
    """Shows an agent's new API key this once, with the command that pairs the PBX.

    Never saved: the key lives in the browser's form only.
    """

    _name = "asterisk.server.key"
    _description = "Key of a PBX Agent"

    server_id = fields.Many2one("asterisk.server", readonly=True)
    key = fields.Char(string="API Key", store=False)
    command = fields.Char(string="On the PBX", compute="_compute_command")

    @api.depends("server_id")
    def _compute_command(self):
        url = self.env["ir.config_parameter"].sudo().get_param("web.base.url")
        for wizard in self:
            wizard.command = f"pbx-agent setup --odoo {url} --database {self.env.cr.dbname}"
