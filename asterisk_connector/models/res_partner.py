from odoo import api, fields, models
from odoo.fields import Domain

#: the contact's tab shows so many calls; the button above it opens all
MAX_CALLS = 80


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["asterisk.phone.mixin", "res.partner"]

    phone_number_ids = fields.One2many(context={"default_res_model": "res.partner"})

    asterisk_call_ids = fields.Many2many("asterisk.call", string="Latest Calls", compute="_compute_asterisk_call_ids")

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_asterisk_call_ids(self):
        """Find the latest calls with the contact and its people, whatever numbers they used, that the user may see."""
        calls = self.env["asterisk.call"]
        may_read = calls.has_access("read")
        for partner in self:
            domain = Domain("partner_id", "child_of", partner.ids)
            partner.asterisk_call_ids = calls.search(domain, limit=MAX_CALLS) if may_read and partner.ids else False

    def _asterisk_call_domain(self):
        """A company's calls are those with its people too."""
        return Domain("partner_id", "child_of", self.ids) if self.is_company else Domain("partner_id", "in", self.ids)

    def write(self, vals):
        result = super().write(vals)
        if "name" in vals and not all(self.mapped("partner_share")):
            # A colleague's name is cached with his devices.
            self.env.registry.clear_cache()
        if "phone" in vals:
            # Odoo copies a contact's phone into its leads by computing it, which no write of the lead sees.
            leads = self.env["crm.lead"].sudo().with_context(active_test=False)
            self.env["asterisk.phone.number"].sudo()._sync(leads.search([("partner_id", "in", self.ids)]))
        return result
