from odoo import api, fields, models


class AsteriskPhoneMixin(models.AbstractModel):
    """A document with phone numbers: keeps its rows of ``asterisk.phone.number`` and knows its calls."""

    _name = "asterisk.phone.mixin"
    _description = "Document with Phone Numbers"

    phone_number_ids = fields.One2many(
        "asterisk.phone.number", "res_id", string="More Phone Numbers", domain=[("fname", "=", False)], copy=False
    )
    asterisk_call_count = fields.Integer(string="Calls", compute="_compute_asterisk_call_count")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_asterisk_call_count(self):
        """Count the calls that the user may see."""
        calls = self.env["asterisk.call"]
        if not calls.has_access("read"):
            self.asterisk_call_count = 0
            return
        for record in self:
            record.asterisk_call_count = calls.search_count(record._asterisk_call_domain()) if record.ids else 0

    # -- crud ----------------------------------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env["asterisk.phone.number"].sudo()._sync(records)
        return records

    def write(self, vals):
        result = super().write(vals)
        if not self._asterisk_triggers().isdisjoint(vals):
            self.env["asterisk.phone.number"].sudo()._sync(self)
        return result

    def unlink(self):
        rows = self.env["asterisk.phone.number"].sudo().with_context(active_test=False)
        rows = rows.search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        result = super().unlink()
        rows.unlink()
        return result

    # -- actions -------------------------------------------------------------------------------------------------------

    def action_open_calls(self):
        """Open the calls with this customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("asterisk_connector.asterisk_call_action")
        return action | {"domain": self._asterisk_call_domain(), "context": {}, "name": self.env._("Calls")}

    # -- to be extended by the documents -------------------------------------------------------------------------------

    def _asterisk_call_domain(self):
        """Return the domain of the calls with this document."""
        raise NotImplementedError

    @api.model
    def _asterisk_number_fields(self):
        """Return the fields that hold phone numbers."""
        return self._phone_get_number_fields()

    @api.model
    def _asterisk_triggers(self):
        """Return the fields whose change may change the number rows."""
        return {"active", "company_id", "country_id", *self._asterisk_number_fields()}

    def _asterisk_country_code(self):
        """Return the two letters of the country whose national numbers this document holds."""
        self.ensure_one()
        country = self.country_id or self.company_id.country_id or self.env.company.country_id
        return country.code or ""
