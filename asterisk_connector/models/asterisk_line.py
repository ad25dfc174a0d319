from odoo import api, fields, models

from ..tools import numbers


class AsteriskLine(models.Model):
    """What people call a way into the company: "Sales line" for a number, a queue or a trunk."""

    _name = "asterisk.line"
    _description = "Telephone Line"
    _order = "server_id, kind, value"

    server_id = fields.Many2one("asterisk.server", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="server_id.company_id")
    name = fields.Char(required=True, translate=True, help="Shown in the popup: which of our lines was called.")
    kind = fields.Selection([("did", "Number"), ("queue", "Queue"), ("trunk", "Trunk")], required=True, default="did")
    value = fields.Char(
        string="On the PBX",
        required=True,
        help="The number that was dialled, the queue's name or the trunk's endpoint.",
    )

    _value_unique = models.Constraint("UNIQUE(server_id, kind, value)", "This line already has a name.")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._normalise(vals, self.env["asterisk.server"].browse(vals.get("server_id")))
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        if "value" not in vals:
            return super().write(vals)
        for line in self:
            line_vals = {"kind": line.kind, **vals}
            self._normalise(line_vals, line.server_id)
            super(AsteriskLine, line).write(line_vals)
        return True

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def update_field_translations(self, field_name, translations, source_lang=""):
        self.env.registry.clear_cache()
        return super().update_field_translations(field_name, translations, source_lang=source_lang)

    @api.model
    def _normalise(self, vals, server):
        """Numbers are compared in E.164, however the carrier or the admin writes them."""
        if vals.get("value") and vals.get("kind", "did") == "did":
            vals["value"] = self._did_key(vals["value"], server)

    @api.model
    def _did_key(self, did, server):
        return numbers.normalise(did, server._country_code()) or numbers.compact(did)

    @api.model
    def _label(self, server, did, queue, trunk):
        """Return the name of the line a call came in on: of its number, else its queue, else its trunk.

        A number or queue without a name is shown as it is; the trunk only by a name that an admin gave.
        """
        did_key = self._did_key(did, server) if did else ""
        keys = {("did", did_key): did, ("queue", queue): queue, ("trunk", trunk): trunk}
        names = server._line_names()
        named = next((names[key] for key in keys if key[1] and key in names), "")
        return named or queue or (numbers.display(did_key) if did_key else "")
