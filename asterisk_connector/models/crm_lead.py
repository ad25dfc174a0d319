from odoo import api, fields, models
from odoo.fields import Domain


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["asterisk.phone.mixin", "crm.lead"]

    phone_number_ids = fields.One2many(context={"default_res_model": "crm.lead"})

    def _asterisk_call_domain(self):
        """The calls that were given to the lead; before it has a contact that is all there is."""
        domain = Domain("lead_id", "in", self.ids)
        return domain | Domain("partner_id", "in", self.partner_id.ids) if self.partner_id else domain

    @api.model
    def _asterisk_triggers(self):
        # The phone of a lead follows its contact.
        return super()._asterisk_triggers() | {"partner_id"}
