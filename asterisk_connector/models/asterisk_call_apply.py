import logging

import psycopg2

from odoo import api, fields, models, tools
from odoo.exceptions import ConcurrencyError

from ..tools import numbers
from ..tools.snapshot import SnapshotError, parse
from ..tools.text import ID_LENGTH, clean
from ..tools.times import moment

_logger = logging.getLogger(__name__)

#: the class of this module's advisory locks in PostgreSQL: any number that others do not use
LOCK = 1634955636
#: facts that a leg of a snapshot and a row have in common
LEG_FACTS = ("channel", "endpoint", "role", "number", "name", "state", "result", "talk_seconds", "cause")
LEG_TIMES = ("started_at", "answered_at", "ended_at")


class AsteriskCall(models.Model):
    """How the agent's snapshots become calls: the highest version is the truth, sending twice does no harm."""

    _inherit = "asterisk.call"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _apply_snapshots(self, server, items, live=None):
        """Take a batch of snapshots, each for itself (docs/contract.md, ``calls``). Needs sudo.

        :param server: the PBX they come from
        :param list items: snapshots as JSON gave them, hostile until checked
        :param live: None, or the linkedids of all calls that live; the others of this PBX have ended unseen
        :return: one ``{"linkedid", "version", "status", "error"?}`` an item, in order
        """
        if not self._alone(server):
            if live is not None:
                # Nothing in the answer could ask for this again: Odoo repeats the whole request.
                raise ConcurrencyError(f"PBX {server.id}: another request is being carried out")
            return [self._answer(item) | {"status": "retry"} for item in items]
        if items and live is None and all(isinstance(item, dict) and item.get("state") != "ended" for item in items):
            # A live snapshot that a crash of the database swallows is followed by the next one: no wait for the disk.
            self.env.cr.execute("SET LOCAL synchronous_commit = off")
        results = [self._apply_item(server, item) for item in items]
        ended = [item.get("linkedid") for item in items if isinstance(item, dict) and item.get("state") == "ended"]
        ended = [clean(linkedid, ID_LENGTH) for linkedid in ended]
        if live is not None:
            ended += self._end_unseen(server, {clean(linkedid, ID_LENGTH) for linkedid in live})
        self.env["asterisk.cdr.pending"]._tell_ended(server, ended)
        return results

    @api.model
    def _alone(self, server):
        """Return whether no other request of this PBX is being carried out; until the end of the transaction none will.

        The agent sends one at a time; two at once are one that it gave up waiting for and its repetition.
        """
        self.env.cr.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, server.id])
        return self.env.cr.fetchone()[0]

    @api.model
    def _answer(self, item):
        """Return the beginning of the answer to an item, whatever it is."""
        known = item if isinstance(item, dict) else {}
        version = known.get("version")
        return {
            "linkedid": clean(known.get("linkedid"), ID_LENGTH),
            "version": version if isinstance(version, int) and not isinstance(version, bool) else 0,
        }

    @api.model
    def _apply_item(self, server, item):
        answer = self._answer(item)
        try:
            snapshot = parse(item)
        except SnapshotError as error:
            return answer | {"status": "refused", "error": {"code": error.code, "message": str(error)}}
        try:
            with self.env.cr.savepoint():
                return answer | {"status": self._apply_snapshot(server, snapshot)}
        except psycopg2.errors.UniqueViolation:
            # Another worker made the same call a moment ago; this transaction cannot see it yet.
            return answer | {"status": "retry"}
        except psycopg2.OperationalError:
            # Conflicts and a lost database concern the whole request: Odoo repeats it, or the agent does.
            raise
        except Exception as error:  # one bad call must not hold up the others; the agent keeps it for a person to see
            _logger.exception("PBX %s: the call %s cannot be stored", server.id, snapshot["linkedid"])
            return answer | {"status": "refused", "error": {"code": "internal", "message": type(error).__name__}}

    @api.model
    def _apply_snapshot(self, server, snapshot):
        """Write one checked snapshot; return ``ok`` or ``stale``."""
        calls = self._locked(server, snapshot["linkedids"])
        call = calls.filtered(lambda c: c.linkedid == snapshot["linkedid"])[:1] or calls[:1]
        if call and call.version >= snapshot["version"]:
            return "stale"
        call = self._store_snapshot(server, snapshot, call, calls - call)
        if call.ended_unseen:
            call.ended_unseen = False  # the agent knows more of it now
        return "ok"

    @api.model
    def _store_snapshot(self, server, snapshot, call, absorbed, quiet=False):
        """Write a checked snapshot and return its call.

        :param call: the call that it is about, locked; empty for a new one
        :param absorbed: calls that turned out to be the same one
        :param bool quiet: it is long ago: nobody is told, and nobody has missed it
        """
        before = call._perspectives()
        was_ended, was_answered = call.state == "ended", bool(call.answered_at)
        # A merged call's own card goes away; its people see the call that lives on.
        gone = [(other, other._perspectives()) for other in absorbed]
        legs = snapshot["legs"]
        known = {}
        values = call._snapshot_values(server, snapshot, known)
        if call:
            call._write_changed(values)
        else:
            call = self.create({"server_id": server.id, "linkedid": snapshot["linkedid"], **values})
        call._apply_legs(server, legs, snapshot["partial"])
        call._absorb(absorbed, snapshot["linkedids"])
        call._apply_people(server, ending=call.state == "ended" and not was_ended and not quiet)
        if snapshot["command"]:
            self.env["asterisk.command"]._link(server, snapshot["command"], call)
        if call.answered_at and not was_answered:
            call._close_missed()
        for other, views in gone:
            other._tell_gone(call, views)
        absorbed.unlink()
        if not quiet:
            call._tell_changes(before, known)
        return call

    @api.model
    def _locked(self, server, linkedids):
        """Return the calls these linkedids belong to, the oldest first, locked until the end of the transaction."""
        self.flush_model(["server_id", "linkedid"])
        self.env["asterisk.call.alias"].flush_model()
        self.env.cr.execute(
            tools.SQL(
                """
            SELECT id FROM asterisk_call
             WHERE server_id = %(server)s AND (linkedid = ANY(%(ids)s) OR id IN (
                   SELECT call_id FROM asterisk_call_alias WHERE server_id = %(server)s AND linkedid = ANY(%(ids)s)))
             ORDER BY started_at, id FOR UPDATE
            """,
                server=server.id,
                ids=linkedids,
            )
        )
        return self.browse(row[0] for row in self.env.cr.fetchall())

    # -- the call ------------------------------------------------------------------------------------------------------

    def _snapshot_values(self, server, snapshot, known):
        """Return the call's values; a partial snapshot does not take away what is known already."""
        values = {key: snapshot[key] for key in ("version", "state", "rang", "transfers")}
        values["source"] = "live"
        values |= {
            key: snapshot[key] or False
            for key in ("direction", "result", "hung_up_by", "answered_by", "did", "queue", "trunk", "recording")
        }
        values |= {key: snapshot[key] for key in ("ring_seconds", "talk_seconds")}
        values |= {key: moment(snapshot[key]) or False for key in LEG_TIMES}
        for side in ("caller", "callee"):
            for fact, value in snapshot[side].items():
                values[f"{side}_{fact}"] = value or False
        if snapshot["partial"] and self:
            values = self._keep_known(values)
        if values["state"] == "ended" and not values["ended_at"]:
            values["ended_at"] = fields.Datetime.now()
        if values["state"] == "ended":
            values["recording"] = False
        talked = values["result"] == "answered" or (not values["result"] and values["answered_at"])
        values["missed"] = bool(
            values["state"] == "ended" and values["direction"] == "incoming" and values["rang"] and not talked
        )
        return values | self._customer_values(server, values, known)

    def _keep_known(self, values):
        """Fill what an agent that came in the middle could not see with what it told before."""
        kept = {key: value if value or key in ("state", "version") else self[key] for key, value in values.items()}
        kept["started_at"] = min(filter(None, (self.started_at, values["started_at"])))
        kept["answered_at"] = self.answered_at or values["answered_at"]
        kept["rang"] = list(dict.fromkeys([*(self.rang or []), *(values["rang"] or [])]))
        kept["direction"] = self.direction or values["direction"]
        kept["ring_seconds"] = self.ring_seconds or values["ring_seconds"]
        if kept["ended_at"] and kept["answered_at"]:
            kept["talk_seconds"] = max(kept["talk_seconds"], (kept["ended_at"] - kept["answered_at"]).total_seconds())
            kept["result"] = "answered"
        return kept

    def _customer_values(self, server, values, known):
        """Return the other party's number, its place and, when only one customer has it, the customer."""
        outgoing = values["direction"] in ("outgoing", "internal")
        raw = values["callee_number" if outgoing else "caller_number"] or ""
        country = server._country_code()
        number = numbers.normalise(raw, country) or ("" if numbers.is_withheld(raw) else numbers.compact(raw))
        if self and (self.number or "") == number:
            return {}
        place = numbers.place(number)
        result = {
            "number": number or False,
            "city": place.city or False,
            "country_id": self.env["res.country"]._asterisk_id(place.region),
        }
        if not self.partner_id and not self.lead_id:
            if number not in known:
                known[number] = self.env["asterisk.match"]._candidates(number, server)
            candidates = known[number]
            if len(candidates) == 1:
                result["partner_id" if candidates[0]._name == "res.partner" else "lead_id"] = candidates[0].id
        return result

    def _write_changed(self, values):
        changed = {name: value for name, value in values.items() if not self._same(name, value)}
        if changed:
            self.write(changed)

    def _same(self, name, value):
        mine = self[name]
        if isinstance(mine, models.BaseModel):
            mine = mine.id
        return (mine or False) == (value or False)

    # -- its legs ------------------------------------------------------------------------------------------------------

    def _apply_legs(self, server, legs, partial):
        """Create, update and take away legs until they are those of the snapshot."""
        devices = server._device_map()
        rows = {row.uniqueid: row for row in self.leg_ids}
        fresh = []
        for leg in legs:
            values = {fact: leg[fact] or False for fact in LEG_FACTS} | {
                at: moment(leg[at]) or False for at in LEG_TIMES
            }
            row = rows.pop(leg["uniqueid"], None)
            if row is None:
                fresh.append(self._leg_values(leg, devices) | {"call_id": self.id})
            else:
                row._write_changed(values, keep_known=partial)
        rest = self.env["asterisk.call.leg"].concat(*rows.values())
        if partial:
            # The agent has looked at all channels that live: these do not any more.
            rest.filtered(lambda row: row.state != "ended").write({"state": "ended", "ended_at": fields.Datetime.now()})
        elif rest:
            rest.unlink()
        self.env["asterisk.call.leg"].create(fresh)

    @api.model
    def _leg_values(self, leg, devices):
        """Return a leg of a snapshot as the values of a new row."""
        owner = devices.get(leg["endpoint"])
        values = {fact: leg[fact] or False for fact in LEG_FACTS} | {at: moment(leg[at]) or False for at in LEG_TIMES}
        return values | {"uniqueid": leg["uniqueid"], "user_id": owner[2] if owner else False}

    def _apply_people(self, server, ending):
        """Note who is concerned, who talked and, when the call is just ending, for whom it is missed."""
        devices = server._device_map()
        endpoints = [*(self.rang or []), self.answered_by, self.caller_endpoint]
        concerned = {devices[endpoint][2] for endpoint in endpoints if endpoint in devices} - {False}
        concerned |= set(self.leg_ids.user_id.ids)
        main = self.caller_endpoint if self.direction != "incoming" else self.answered_by
        values = {"user_id": devices[main][2] if main in devices else False}
        if concerned != set(self.user_ids.ids):
            values["user_ids"] = [fields.Command.set(sorted(concerned))]
        if ending:
            views = self._perspectives()
            missed = sorted(user_id for user_id, view in views.items() if view["outcome"] == "missed")
            if missed:
                values["missed_user_ids"] = [fields.Command.set(missed)]
        self._write_changed({"user_id": values.pop("user_id")})
        if values:
            self.write(values)
