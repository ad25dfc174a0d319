from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import numbers
from ..tools.text import NAME_LENGTH

#: "called lately", "ordered lately"
LATELY_DAYS = 30
ORDER_DAYS = 90
#: of each kind, for all candidates together
MAX_FACTS = 40

# What is needed and no more: these tables have a hundred columns, and somebody's phone is ringing.
FACT_FIELDS = {
    "crm.lead": ["partner_id", "user_id", "team_id", "company_id", "type", "won_status"],
    "asterisk.call": ["partner_id", "started_at", "company_id"],
    "sale.order": ["partner_id", "user_id", "company_id"],
}
PARTNER_FIELDS = [
    "name",
    "complete_name",
    "is_company",
    "company_name",
    "parent_id",
    "function",
    "user_id",
    "category_id",
    "city",
    "country_id",
    "company_id",
    "commercial_partner_id",
    "partner_share",
    "active",
    "type",
]
LEAD_FIELDS = [
    "name",
    "contact_name",
    "partner_name",
    "partner_id",
    "function",
    "user_id",
    "team_id",
    "tag_ids",
    "city",
    "country_id",
    "company_id",
    "type",
    "won_status",
    "active",
]


class Facts:
    """Records that speak for customers, and which of them a user may read."""

    def __init__(self, records):
        self.records = records

    def readable(self, model, user):
        """Return the records of the model that the user may read, with sudo; the access check needs no query."""
        records = self.records.get(model)
        if not records:
            return ()
        return records.with_user(user)._filtered_access("read").sudo()


class AsteriskMatch(models.AbstractModel):
    """Who may be calling: the customers a number belongs to, the likeliest first, each with the reason why."""

    _name = "asterisk.match"
    _description = "Customers of a Number"

    @api.model
    def _candidates(self, number, server):
        """Return the records a number belongs to, as a list. Needs sudo.

        A lead whose contact has the number too is not listed beside it: it is one customer.

        :param number: E.164, or an internal number (then the colleague), or "" when it is withheld
        :param server: the PBX the call is on
        """
        if not number:
            return []
        if numbers.is_internal(number):
            colleague = server._colleague(number)
            return [colleague.partner_id.with_env(self.env)] if colleague else []
        owners = self.env["asterisk.phone.number"].sudo()._owners(number, server.company_id)
        records = [self.env[model].sudo().browse(record_id) for model, record_id in owners]
        self._fetch(records)
        partner_ids = {record.id for record in records if record._name == "res.partner"}
        return [
            record
            for record in records
            if record._name == "res.partner"
            or not (record.partner_id.id in partner_ids or record.won_status != "pending")
        ]

    @api.model
    def _described(self, candidates, user, number="", exclude_call=None, facts=None):
        """Return the candidates that the user may read as ``match`` items, ranked.

        :param candidates: records of ``_candidates``
        :param user: who will read them; the texts are in his language
        :param number: whose place is the customer's where the customer has none
        :param exclude_call: the call that is going on; it is no "called yesterday"
        :param facts: ``_facts`` of the candidates when they were read already
        """
        readable = [record for record in candidates if record.with_user(user).has_access("read")]
        facts = facts or self._facts(readable)
        reasons = self._reasons(readable, user, facts, exclude_call)
        ranked = sorted(readable, key=lambda record: -reasons[record][0])
        return [self._item(record.sudo().with_env(self.env), user, number, reasons[record][1]) for record in ranked]

    @api.model
    def _fetch(self, records):
        """Read the few fields that the popup needs, a query a model."""
        for model, names in (("res.partner", PARTNER_FIELDS), ("crm.lead", LEAD_FIELDS)):
            if ids := [record.id for record in records if record._name == model]:
                found = self.env[model].sudo().browse(ids)
                found.fetch(names)
                found.user_id.fetch(["partner_id"])
                found.user_id.partner_id.fetch(["name"])

    # -- describing ----------------------------------------------------------------------------------------------------

    @api.model
    def _item(self, record, user, number, reason):
        is_partner = record._name == "res.partner"
        partner = record if is_partner else record.partner_id
        owner = record.user_id or (partner.commercial_partner_id.user_id if partner else record.user_id)
        place = self._place(number)
        timezone = self._timezone(record.country_id.code or "", ()) or place["timezone"]
        if is_partner:
            name, company = record.name or record.display_name, "" if record.is_company else record.parent_id.name or ""
            company = company or ("" if record.is_company else record.company_name or "")
            tags = record.category_id
        else:
            name, company = record.contact_name or record.partner_name or record.name, record.partner_name or ""
            company = "" if company == name else company
            tags = record.tag_ids
        return {
            "model": record._name,
            "id": record.id,
            "name": (name or "")[:NAME_LENGTH],
            "company": company[:NAME_LENGTH],
            "function": record.function or "",
            "owner": owner.name or "",
            "owner_is_me": bool(owner) and owner == user,
            "tags": [{"name": tag.name, "color": tag.color} for tag in tags],
            "city": record.city or place["city"],
            "country": record.country_id.name or place["country"],
            "timezone": timezone,
            "avatar_url": f"/web/image/res.partner/{partner.id}/avatar_128" if partner else "",
            "reason": reason,
        }

    @api.model
    def _place(self, number):
        """Return where a number is from as the wire has it, in the env's language."""
        place = numbers.place(number, (self.env.lang or "en")[:2])
        return {"city": place.city, "country": place.country, "timezone": self._timezone(place.region, place.timezones)}

    @api.model
    def _timezone(self, region, zones):
        """Return the one time zone that must be meant, "" when it could be several."""
        of_country = pytz.country_timezones.get(region, ()) if region else ()
        if len(of_country) == 1:
            return of_country[0]
        # Several names for the same hour (Europe/Berlin, Europe/Busingen) are no doubt.
        now = fields.Datetime.now()
        offsets = {pytz.timezone(zone).utcoffset(now) for zone in zones or of_country if zone in pytz.all_timezones_set}
        return (zones or of_country)[0] if len(offsets) == 1 else ""

    # -- ranking -------------------------------------------------------------------------------------------------------

    @api.model
    def _reasons(self, records, user, facts, exclude_call):
        """Return why each record is likely: record → ``(weight, words)``, as far as the user may read the facts."""
        found = {}
        for partner_id, weight, words in [
            *((lead.partner_id.id, 40, self.env._("Open opportunity")) for lead in facts.readable("crm.lead", user)),
            *self._last_calls(facts.readable("asterisk.call", user), user, exclude_call),
            *((order.partner_id.id, 20, self.env._("Ordered lately")) for order in facts.readable("sale.order", user)),
        ]:
            # The first of a kind says it all: three opportunities are not thrice as likely to call.
            found.setdefault(partner_id, {}).setdefault(weight, words)
        reasons = {}
        for record in records:
            own = dict(found.get(record.id, {})) if record._name == "res.partner" else {}
            if record._name == "crm.lead":
                own[40] = self.env._("Open opportunity") if record.type == "opportunity" else self.env._("Lead")
            elif not record.partner_share:
                own[5] = self.env._("Colleague")
            if record.user_id == user:
                own[10] = self.env._("Your customer")
            reasons[record] = (sum(own), own[max(own)] if own else "")
        return reasons

    @api.model
    def _last_calls(self, calls, user, exclude_call):
        """Yield the last call of each contact; the calls come with the latest first."""
        for call in calls:
            if call not in (exclude_call or ()):
                yield call.partner_id.id, 30, self._called_words(call.started_at, user)

    @api.model
    def _called_words(self, last, user):
        zone = self.with_context(tz=user.tz)
        today = fields.Datetime.context_timestamp(zone, fields.Datetime.now()).date()
        days = (today - fields.Datetime.context_timestamp(zone, last).date()).days
        if days <= 0:
            return self.env._("Called today")
        if days == 1:
            return self.env._("Called yesterday")
        return self.env._("Called last week") if days <= 7 else self.env._("Called %s days ago", days)

    @api.model
    def _facts(self, records):
        """Return what speaks for these candidates: read once, whoever looks. Needs sudo.

        :param records: candidates, contacts among them
        """
        partner_ids = [record.id for record in records if record._name == "res.partner"]
        if not partner_ids:
            return Facts({})
        now, mine = fields.Datetime.now(), Domain("partner_id", "in", partner_ids)
        searches = {
            "crm.lead": (mine & Domain("won_status", "=", "pending"), "id desc"),
            "asterisk.call": (
                mine & Domain("started_at", ">", now - timedelta(days=LATELY_DAYS)),
                "started_at desc, id desc",
            ),
            "sale.order": (
                mine & Domain("state", "=", "sale") & Domain("date_order", ">", now - timedelta(days=ORDER_DAYS)),
                "id desc",
            ),
        }
        return Facts(
            {
                model: self.env[model].sudo().search_fetch(domain, FACT_FIELDS[model], order=order, limit=MAX_FACTS)
                for model, (domain, order) in searches.items()
            }
        )
