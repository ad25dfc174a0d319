from odoo import api, fields, models

from ..tools.times import moment


class AsteriskCall(models.Model):
    """What one call does to others: calls that merge, calls that ended unseen, missed calls that are settled."""

    _inherit = "asterisk.call"  # pylint: disable=consider-merging-classes-inherited

    def _absorb(self, others, linkedids):
        """Take over what hangs on calls that turned out to be this one, and remember their ids."""
        for other in others:
            other.command_ids.call_id = self
            other.alias_ids.call_id = self
            if not self.partner_id and not self.lead_id:
                self.write({"partner_id": other.partner_id.id, "lead_id": other.lead_id.id})
        known = {self.linkedid, *self.alias_ids.mapped("linkedid")}
        # The rows that still have these ids go away in this very transaction; an id may be in both tables for a moment.
        self.env["asterisk.call.alias"].create(
            [
                {"server_id": self.server_id.id, "linkedid": linkedid, "call_id": self.id}
                for linkedid in linkedids
                if linkedid not in known
            ]
        )

    @api.model
    def _end_unseen(self, server, live):
        """Close the calls that ended while the agent was not looking; return their linkedids."""
        ended = []
        for call in self.search([("server_id", "=", server.id), ("state", "!=", "ended")]):
            linkedids = {call.linkedid, *call.alias_ids.mapped("linkedid")}
            if live & linkedids:
                continue
            ended += linkedids
            before = call._perspectives()
            # The last news is the last that is sure; the CDR will tell the rest.
            last_news = max(filter(None, (moment(call.version / 1000), call.answered_at, call.started_at)))
            last_news = min(last_news, fields.Datetime.now())
            talked = (last_news - call.answered_at).total_seconds() if call.answered_at else 0
            call.leg_ids.filtered(lambda leg: leg.state != "ended").write({"state": "ended", "ended_at": last_news})
            call.write(
                {
                    "state": "ended",
                    "ended_at": last_news,
                    "ended_unseen": True,
                    "result": "answered" if call.answered_at else "no-answer",
                    "talk_seconds": max(call.talk_seconds, talked),
                    "missed": bool(call.direction == "incoming" and call.rang and not call.answered_at),
                }
            )
            call._apply_people(server, ending=True)
            call._tell_changes(before)
        return ended

    def _close_missed(self):
        """A customer somebody has talked to is not missed any more."""
        if not self.number or self.direction == "internal":
            return
        self.search(
            [
                ("number", "=", self.number),
                ("company_id", "=", self.company_id.id),
                ("missed", "=", True),
                ("missed_user_ids", "!=", False),
                ("started_at", "<=", self.answered_at),
            ]
        ).missed_user_ids = False
