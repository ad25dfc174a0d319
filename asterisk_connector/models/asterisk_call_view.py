import time

from odoo import models

from ..tools import numbers
from ..tools.perspective import perspective
from ..tools.times import epoch

#: how many customers are offered to choose from
MAX_MATCHES = 5


class AsteriskCall(models.Model):
    """How each employee sees a call, and who is told when that changes (docs/contract.md, "Call view")."""

    _inherit = "asterisk.call"  # pylint: disable=consider-merging-classes-inherited

    def _perspectives(self):
        """Return what each concerned employee sees, without the words: user id → perspective. Nothing for no call."""
        if not self:
            return {}
        self.ensure_one()
        call = {
            "state": self.state,
            "result": self.result or "",
            "answered_at": self.answered_at or None,
            "answered_by": self.answered_by or "",
            "recording": self.recording or "",
            "ended_at": self.ended_at or None,
        }
        legs = [
            {
                "user_id": leg.user_id.id,
                "role": leg.role,
                "state": leg.state,
                "result": leg.result or "",
                "started_at": leg.started_at or self.started_at,
                "answered_at": leg.answered_at or None,
                "ended_at": leg.ended_at or None,
                "talk_seconds": leg.talk_seconds,
            }
            for leg in self.leg_ids
        ]
        shared = {
            "number": self.number,
            "customer": (self.partner_id.id, self.lead_id.id),
            "line": (self.did, self.queue),
        }
        user_ids = {leg["user_id"] for leg in legs} - {False}
        return {user_id: perspective(call, legs, user_id) | shared for user_id in user_ids}

    def _tell_changes(self, before, known=None):
        """Send the call's view to those for whom it is not what it was.

        :param before: ``_perspectives()`` from before the change
        :param known: candidates by number as far as they were looked up already
        """
        self.ensure_one()
        after = self._perspectives()
        changed = [user_id for user_id, seen in after.items() if before.get(user_id) != seen]
        known = dict(known or {})
        users = self.env["res.users"].sudo().browse(changed)
        # Two tables with very many columns of which the popup needs these.
        users.fetch(["active", "partner_id"])
        users.partner_id.fetch(["name", "lang", "tz"])
        for user in users:
            if user.active:
                user._bus_send("asterisk_connector.call", self._view(user, after[user.id], known))
        for user_id in before.keys() - after.keys():
            if before[user_id]["state"] != "ended":
                self._tell_closed(user_id, before[user_id])

    def _tell_gone(self, heir, before):
        """Close the card of a call that was merged into another (``heir``) whose own view follows."""
        for user_id, seen in before.items():
            if seen["state"] != "ended":
                self._tell_closed(user_id, seen, version=heir.version)

    def _tell_closed(self, user_id, seen, version=None):
        closed = seen | {"state": "ended", "outcome": "ended", "can_hang_up": False, "recording": ""}
        closed["since"] = self.env.cr.now()
        user = self.env["res.users"].sudo().browse(user_id)
        view = self._view(user, closed)
        view["version"] = version or view["version"]
        user._bus_send("asterisk_connector.call", view)

    def _view(self, user, seen=None, known=None):
        """Return the call as the browser of this user gets it, in the user's language.

        :param user: whose view
        :param seen: the user's perspective when it is known already
        :param known: a dictionary that keeps what is the same for the next user
        :return: the call view, or None when the call does not concern the user
        """
        self.ensure_one()
        seen = seen or self._perspectives().get(user.id)
        if not seen:
            return None
        call = self.sudo().with_context(lang=user.lang, tz=user.tz)
        number, place = call._party_of(seen)
        matches, customer = call._customers_for(user, number, {} if known is None else known)
        return {
            "id": call.id,
            "linkedid": call.linkedid,
            "version": call.version,
            "server_id": call.server_id.id,
            "ts": time.time(),
            "state": seen["state"],
            "direction": call.direction,
            "since": epoch(seen["since"]),
            "line": call.line,
            "number": number,
            "number_display": numbers.display(number),
            "place": place,
            "customer": customer,
            "matches": matches,
            "outcome": {"reason": seen["outcome"], "who": call._who(seen["who"])} if seen["outcome"] else None,
            "talk_seconds": seen["talk_seconds"],
            "can_hang_up": seen["can_hang_up"],
            "recording": seen["recording"],
            "command": call._command_uuid(user) if seen["side"] == "caller" else "",
        }

    def _party_of(self, seen):
        """Return the number of the other party and its place: between colleagues it depends on who looks."""
        number = self.number or ""
        if self.direction == "internal" and seen["side"] != "caller":
            number = numbers.compact(self.caller_number or "")
        return number, self.env["asterisk.match"]._place(number)

    def _customers_for(self, user, number, known):
        """Return ``(matches, customer)`` as far as the user may read them.

        The customer is the chosen one, else the only one; several stay a choice.
        """
        match = self.env["asterisk.match"]
        chosen = self.partner_id or self.lead_id
        if self.direction == "internal" and number != self.number:
            chosen = self.env["res.partner"]
        if number not in known:
            known[number] = match._candidates(number, self.server_id)
        candidates = list(known[number])
        if chosen and chosen not in candidates:
            candidates.insert(0, chosen)
        key = ("facts", *candidates)
        if key not in known:
            known[key] = match._facts(candidates)
        matches = match._described(candidates, user, number, exclude_call=self, facts=known[key])
        by_key = {(item["model"], item["id"]): item for item in matches}
        customer = by_key.get((chosen._name, chosen.id)) if chosen else None
        if not chosen and len(matches) == 1:
            customer = matches[0]
        return matches[:MAX_MATCHES], customer

    def _who(self, endpoint):
        """Return the name of the person at a device."""
        device = self.server_id._device_map().get(endpoint)
        return device[3] if device else ""

    def _command_uuid(self, user):
        command = self.command_ids.filtered(lambda c: c.user_id == user and c.verb == "originate")[:1]
        return command.uuid or ""
