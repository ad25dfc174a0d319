from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_amount, format_time


class AsteriskPopup(models.AbstractModel):
    """What matters about a customer at the moment the phone rings: one line an item, under the user's own rights."""

    _name = "asterisk.popup"
    _description = "Details of the Popup"

    @api.model
    def _items(self, record, call):
        """Return the lines, the urgent ones first (docs/contract.md, ``popup_details``).

        :param record: a contact or a lead that the user may read
        :param call: the call that is going on
        """
        partner = record if record._name == "res.partner" else record.partner_id
        items = [
            *(self._unpaid_invoices(partner) if partner else []),
            *(self._open_quotations(partner) if partner else []),
            *self._open_opportunities(record, partner),
            *self._last_call(record, partner, call),
            *self._next_activity(record),
        ]
        return items

    @api.model
    def _readable(self, model):
        """Return the model when the user may read it, else None: no right, no line."""
        return self.env[model] if self.env[model].has_access("read") else None

    @api.model
    def _item(self, key, icon, text, hint="", warning=False, action=None):
        return {"key": key, "icon": icon, "text": text, "warning": warning, "hint": hint, "action": action}

    @api.model
    def _list_action(self, name, records):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": records._name,
            "views": [[False, "list"], [False, "form"]],
            "domain": [["id", "in", records.ids]],
        }

    @api.model
    def _unpaid_invoices(self, partner):
        moves = self._readable("account.move")
        if moves is None:
            return []
        invoices = moves.search(
            [
                ("commercial_partner_id", "=", partner.commercial_partner_id.id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
            ],
            order="invoice_date_due",
        )
        if not invoices:
            return []
        amount = self._sum(invoices, "amount_residual")
        today = fields.Date.context_today(self)
        first_due = min(filter(None, invoices.mapped("invoice_date_due")), default=today)
        overdue = (today - first_due).days
        if len(invoices) == 1:
            text = self.env._("1 unpaid invoice, %s", amount)
        else:
            text = self.env._("%(count)s unpaid invoices, %(amount)s", count=len(invoices), amount=amount)
        hint = ""
        if overdue > 0:
            hint = self.env._("overdue 1 day") if overdue == 1 else self.env._("overdue %s days", overdue)
        return [
            self._item(
                "invoices",
                "fa-file-text-o",
                text,
                hint,
                overdue > 0,
                self._list_action(self.env._("Unpaid invoices"), invoices),
            )
        ]

    @api.model
    def _open_quotations(self, partner):
        orders = self._readable("sale.order")
        if orders is None:
            return []
        quotations = orders.search(
            [("partner_id", "child_of", partner.commercial_partner_id.id), ("state", "in", ("draft", "sent"))]
        )
        if not quotations:
            return []
        amount = self._sum(quotations, "amount_total")
        if len(quotations) == 1:
            text = self.env._("1 open quotation, %s", amount)
        else:
            text = self.env._("%(count)s open quotations, %(amount)s", count=len(quotations), amount=amount)
        return [
            self._item(
                "quotations",
                "fa-pencil-square-o",
                text,
                action=self._list_action(self.env._("Open quotations"), quotations),
            )
        ]

    @api.model
    def _open_opportunities(self, record, partner):
        leads = self._readable("crm.lead")
        if leads is None:
            return []
        if partner:
            domain = Domain("partner_id", "child_of", partner.commercial_partner_id.id)
        else:
            domain = Domain("id", "=", record.id)
        found = leads.search(domain & Domain("won_status", "=", "pending"))
        if not found:
            return []
        amount = self._sum(found, "expected_revenue", "company_currency")
        if len(found) == 1:
            text = self.env._("Opportunity: %(name)s, %(amount)s", name=found.name, amount=amount)
        else:
            text = self.env._("%(count)s open opportunities, %(amount)s", count=len(found), amount=amount)
        return [
            self._item(
                "opportunities",
                "fa-star-o",
                text,
                found.stage_id.name if len(found) == 1 else "",
                action=self._list_action(self.env._("Open opportunities"), found),
            )
        ]

    @api.model
    def _last_call(self, record, partner, call):
        calls = self._readable("asterisk.call")
        if calls is None:
            return []
        document = partner or record
        domain = Domain(document._asterisk_call_domain()) & Domain("id", "!=", call.id) & Domain("state", "=", "ended")
        last = calls.search(domain, limit=1)
        if not last:
            return []
        minutes, seconds = divmod(round(last.talk_seconds), 60)
        how = (
            f"{minutes}:{seconds:02d}"
            if last.result == "answered"
            else dict(last._fields["result"]._description_selection(self.env)).get(last.result, "")
        )
        parts = [self._when(last.started_at), last.sudo().user_id.name, how]
        text = self.env._("Last call: %s", ", ".join(part for part in parts if part))
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Call"),
            "res_model": "asterisk.call",
            "res_id": last.id,
            "views": [[False, "form"]],
        }
        return [self._item("last_call", "fa-phone", text, action=action)]

    @api.model
    def _next_activity(self, record):
        activity = record.activity_ids.sorted("date_deadline")[:1]
        if not activity:
            return []
        name = activity.summary or activity.activity_type_id.name or ""
        late = activity.date_deadline < fields.Date.context_today(self)
        return [
            self._item(
                "activity", "fa-clock-o", self.env._("Planned: %s", name), self._when_date(activity.date_deadline), late
            )
        ]

    # -- words ---------------------------------------------------------------------------------------------------------

    @api.model
    def _sum(self, records, field, currency_field="currency_id"):
        """Return the sums by currency, as text."""
        sums = {}
        for record in records:
            currency = record[currency_field] or record.company_id.currency_id
            sums[currency] = sums.get(currency, 0) + record[field]
        return " + ".join(format_amount(self.env, amount, currency) for currency, amount in sums.items())

    @api.model
    def _when(self, moment):
        """Return a past moment as people say it: the time today, else the day."""
        local = fields.Datetime.context_timestamp(self, moment)
        today = fields.Date.context_today(self)
        if local.date() == today:
            return self.env._(
                "today %s", format_time(self.env, moment, tz=self.env.user.tz or "UTC", time_format="short")
            )
        return self._when_date(local.date())

    @api.model
    def _when_date(self, day):
        today = fields.Date.context_today(self)
        words = {
            today: self.env._("today"),
            today - timedelta(days=1): self.env._("yesterday"),
            today + timedelta(days=1): self.env._("tomorrow"),
        }
        return words.get(day) or self.env["ir.qweb.field.date"].value_to_html(day, {})
