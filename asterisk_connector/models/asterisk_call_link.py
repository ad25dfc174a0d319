from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_amount

#: what can be linked: model → (field, amount, its currency)
KINDS = {
    "crm.lead": ("lead_id", "expected_revenue", "company_currency"),
    "sale.order": ("order_ids", "amount_total", "currency_id"),
    "account.move": ("move_ids", "amount_total", "currency_id"),
}
#: so many of a kind are suggested
MAX_SUGGESTED = 4
#: an order is talked about for so long after it was made
ORDER_DAYS = 90


class AsteriskCall(models.Model):
    """Which lead, quotation, order or invoice a call was about, suggested from what is open with the customer."""

    _inherit = "asterisk.call"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def link_document(self, call_id, res_model, res_id, is_on):
        """Link a document to a call or take the link away; returns the event.

        :param str res_model: ``crm.lead``, ``sale.order`` or ``account.move``
        :param int res_id: a document that the user may read
        """
        call = self._writable(call_id)
        if res_model not in KINDS or isinstance(res_id, bool) or not isinstance(res_id, int):
            raise UserError(self.env._("Only leads, quotations, orders and invoices can be linked to a call."))
        document = self.env[res_model].browse(res_id).exists()
        if not document:
            raise UserError(self.env._("This document does not exist any more."))
        document.check_access("read")
        name = KINDS[res_model][0]
        before = call._perspectives()
        if call._fields[name].type == "many2one":
            if is_on or call[name] == document:
                call[name] = document.id if is_on else False
        else:
            command = fields.Command.link if is_on else fields.Command.unlink
            call[name] = [command(document.id)]
        call._tell_changes(before)
        return call._written(self.env)

    def _documents(self):
        """Return the linked documents and what else is open with the customer, as far as the user may read them."""
        self.ensure_one()
        documents = []
        for model, (name, _amount, _currency) in KINDS.items():
            records = self.env[model]
            if not records.has_access("read"):
                continue
            linked = records.browse(self.sudo()[name].ids)._filtered_access("read")
            found = linked | records.search(self._suggestions(model), order="id desc", limit=MAX_SUGGESTED)
            documents += [self._document(record, record in linked) for record in found]
        return documents

    def _suggestions(self, model):
        """Return the domain of what the customer is likely to call about."""
        partner = self.sudo().partner_id.commercial_partner_id
        if not partner:
            return Domain.FALSE
        of_customer = Domain("partner_id", "child_of", partner.id)
        if model == "crm.lead":
            return of_customer & Domain("won_status", "=", "pending")
        if model == "sale.order":
            lately = fields.Datetime.now() - timedelta(days=ORDER_DAYS)
            recent = Domain("state", "=", "sale") & Domain("date_order", ">", lately)
            return of_customer & (recent | Domain("state", "in", ("draft", "sent")))
        return (
            Domain("commercial_partner_id", "=", partner.id)
            & Domain("move_type", "=", "out_invoice")
            & Domain("state", "=", "posted")
            & Domain("payment_state", "in", ("not_paid", "partial"))
        )

    @api.model
    def _document(self, record, is_linked):
        _name, amount, currency = KINDS[record._name]
        money = format_amount(self.env, record[amount], record[currency]) if record[amount] else ""
        return {
            "model": record._name,
            "id": record.id,
            "name": record.display_name,
            "hint": " · ".join(part for part in (self._kind_words(record), money) if part),
            "linked": is_linked,
        }

    @api.model
    def _kind_words(self, record):
        if record._name == "crm.lead":
            return record.stage_id.name or self.env._("Lead")
        state = "state" if record._name == "sale.order" else "payment_state"
        words = dict(record._fields[state]._description_selection(self.env))
        return words.get(record[state], "")
