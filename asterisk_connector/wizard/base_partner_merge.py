from odoo import api, models


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_reference_fields(self, src_partners, dst_partner):
        """The merged contact goes on being recognised by every number that one of them had."""
        result = super()._update_reference_fields(src_partners, dst_partner)
        rows = self.env["asterisk.phone.number"].sudo().with_context(active_test=False)
        of_partners = rows.search(
            [("res_model", "=", "res.partner"), ("res_id", "in", (src_partners | dst_partner).ids)]
        )
        known = set(of_partners.filtered(lambda row: row.res_id == dst_partner.id).mapped("number"))
        for row in of_partners.filtered(lambda row: row.res_id in src_partners.ids and row.number not in known):
            known.add(row.number)
            rows.create(
                {
                    "res_model": "res.partner",
                    "res_id": dst_partner.id,
                    "raw": row.raw if not row.fname else row.number,
                    "label": row.label,
                }
            )
        return result
