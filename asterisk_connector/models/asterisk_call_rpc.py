import time

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools import numbers
from ..tools.text import NAME_LENGTH, clean

MAX_FOUND = 8
CUSTOMER_FIELDS = {"res.partner": "partner_id", "crm.lead": "lead_id"}


class AsteriskCall(models.Model):
    """What the browser asks about calls (docs/contract.md, section 3). A user asks about calls that concern him."""

    _inherit = "asterisk.call"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def client_state(self):
        """Return all that a browser needs after a start, a reconnect or a nap of its tab."""
        self._check_telephony_user()
        user = self.env.user
        devices = self.env["asterisk.extension"].sudo().search([("user_id", "=", user.id)], order="is_default desc, id")
        servers = devices.server_id.filtered("active")
        if not devices:
            servers = self.env["asterisk.server"].sudo().search([("company_id", "in", user.company_ids.ids)])
        views = [call._view(user) for call in self._live_calls(user)]
        return {
            "now": time.time(),
            "devices": [device._view() for device in devices],
            "servers": [server.with_env(self.env)._server_view() for server in servers],
            "calls": [view for view in views if view and view["state"] != "ended"],
            "missed": self._missed_count(user),
        }

    @api.model
    def popup_details(self, call_id):
        """Return what matters about the customer of a call, under the user's own rights.

        :param int call_id: a call that concerns the user
        """
        call = self._mine(call_id)
        view = call._view(self.env.user)
        customer = view["customer"] if view else None
        details = {"call_id": call.id, "model": False, "id": False, "items": []}
        if not customer:
            return details
        record = self.env[customer["model"]].browse(customer["id"])
        items = self.env["asterisk.popup"]._items(record, call)
        return details | {"model": record._name, "id": record.id, "items": items}

    @api.model
    def choose_match(self, call_id, res_model, res_id):
        """Say who is calling; everybody concerned sees it, and the call keeps it.

        A number that nobody had is added to the contact, so that the next call is recognised.

        :return: the call view
        """
        call = self._mine(call_id)
        if res_model not in CUSTOMER_FIELDS or isinstance(res_id, bool) or not isinstance(res_id, int):
            raise UserError(self.env._("A call belongs to a contact or to a lead."))
        record = self.env[res_model].browse(res_id).exists()
        if not record:
            raise UserError(self.env._("This customer does not exist any more. Choose another one."))
        record.check_access("read")
        before = call._perspectives()
        call.write({field: record.id if model == res_model else False for model, field in CUSTOMER_FIELDS.items()})
        self._remember_number(call, record)
        call._tell_changes(before)
        return call._view(self.env.user)

    @api.model
    def search_customers(self, query):
        """Return up to eight customers whose name or number is like the query ("Belongs to…")."""
        self._check_telephony_user()
        query = clean(query, NAME_LENGTH)
        if len(query) < 2:
            return []
        partners = self.env["res.partner"].search(
            Domain("complete_name", "ilike", query) | Domain("id", "in", self._partners_by_number(query)),
            limit=MAX_FOUND,
        )
        found = list(partners)
        leads = self.env["crm.lead"]
        if leads.has_access("read") and len(found) < MAX_FOUND:
            found += leads.search(
                (
                    Domain("contact_name", "ilike", query)
                    | Domain("partner_name", "ilike", query)
                    | Domain("name", "ilike", query)
                )
                & Domain("partner_id", "=", False)
                & Domain("won_status", "=", "pending"),
                limit=MAX_FOUND - len(found),
            )
        return self.env["asterisk.match"].sudo()._described([record.sudo() for record in found], self.env.user)

    @api.model
    def acknowledge_missed(self, call_ids):
        """Note that the user has seen these missed calls.

        :param list call_ids: ids; others' calls among them are left alone
        :return: how many are still missed
        """
        self._check_telephony_user()
        ids = [call_id for call_id in call_ids or () if isinstance(call_id, int)]
        calls = self.sudo().search([("id", "in", ids), ("missed_user_ids", "in", self.env.uid)])
        calls.write({"missed_user_ids": [(3, self.env.uid)]})
        return self._missed_count(self.env.user)

    # -- helpers -------------------------------------------------------------------------------------------------------

    @api.model
    def _check_telephony_user(self):
        if not self.env.user.has_group("asterisk_connector.group_user"):
            raise AccessError(self.env._("You need the right “Telephony: User” for this. Ask your administrator."))

    @api.model
    def _mine(self, call_id):
        """Return a call that concerns the user, with sudo.

        :raise AccessError: it does not exist or is somebody else's; both look the same
        """
        self._check_telephony_user()
        if isinstance(call_id, bool) or not isinstance(call_id, int):
            raise UserError(self.env._("This is no call."))
        call = self.sudo().search([("id", "=", call_id), ("user_ids", "in", self.env.uid)])
        if not call:
            raise AccessError(self.env._("This call is not there any more, or it is not yours."))
        return call

    @api.model
    def _live_calls(self, user):
        return self.sudo().search([("state", "!=", "ended"), ("user_ids", "in", user.id)], order="started_at, id")

    @api.model
    def _missed_count(self, user):
        return self.sudo().search_count([("missed_user_ids", "in", user.id)])

    @api.model
    def _partners_by_number(self, query):
        """Return the ids of the contacts that have a number with these digits, however they are written."""
        digits = numbers.compact(query).lstrip("+").lstrip("0")
        if len(digits) < 4 or not digits.isdigit():
            return []
        rows = self.env["asterisk.phone.number"].sudo()
        return rows.search([("number", "like", digits), ("res_model", "=", "res.partner")], limit=50).mapped("res_id")

    def _remember_number(self, call, record):
        """Give the contact the number it called from, when it is nobody's yet."""
        rows = self.env["asterisk.phone.number"]
        number = call.number or ""
        if not number.startswith("+") or rows.sudo()._owners(number, call.company_id) or not record.has_access("write"):
            return
        rows.sudo().create(
            {
                "res_model": record._name,
                "res_id": record.id,
                "raw": numbers.display(number),
                "label": self.env._("Caller"),
            }
        )
