import logging
import time

import psycopg2

from odoo import api, fields, models

from ..tools.fold import Event, Row, fold
from ..tools.history_merge import merged
from ..tools.snapshot import SnapshotError, parse

_logger = logging.getLogger(__name__)

#: a call that nobody saw and that ended longer ago is history: no badge counts it as missed
NEWS_SECONDS = 24 * 3600
#: a call that only events tell, without an end, goes on; when they are silent for so long, Asterisk was killed
SILENT_SECONDS = 3600
#: channels of one call appear no further apart than the longest of its parts lasts
TIED_SECONDS = 3600


class AsteriskCall(models.Model):
    """How the PBX's records become calls, and correct those that were seen live.

    What people wrote (customer, notes, links) is never touched. A call that goes on is left alone until it has ended.
    """

    _inherit = "asterisk.call"  # pylint: disable=consider-merging-classes-inherited

    source = fields.Selection(
        [("live", "Seen live"), ("both", "Seen live, confirmed by records"), ("cdr", "From records only")],
        readonly=True,
        default="live",
        help="Where the facts come from: the PBX's events, its call detail records, or both.",
    )
    cdr_ids = fields.Many2many("asterisk.cdr", compute="_compute_cdr_ids", string="Call Detail Records")

    def _compute_cdr_ids(self):
        for call in self:
            linkedids = [call.linkedid, *call.sudo().alias_ids.mapped("linkedid")]
            call.cdr_ids = self.env["asterisk.cdr"].search(
                [("server_id", "=", call.server_id.id), ("linkedid", "in", linkedids)], order="start, sequence, id"
            )

    def action_tell_again(self):
        """Read these calls from the PBX's records again; notes, customers and links stay."""
        self.check_access("write")
        for server in self.server_id:
            mine = self.filtered(lambda call, server=server: call.server_id == server).sudo()
            mine._tell_records(server.sudo(), {*mine.mapped("linkedid"), *mine.alias_ids.mapped("linkedid")})
        return True

    @api.model
    def _tell_records(self, server, linkedids):
        """Tell the calls of these linkedids from their rows. Needs sudo.

        :return: the linkedids that need no further look: told, or known to be no call; of a call that goes on they are
            missing, and its end asks again
        """
        rows, events = self._gather_records(server, linkedids)
        devices = {endpoint: who[1] for endpoint, who in server._device_map().items()}
        told = set(linkedids)
        for call in self._without_new_history(server, fold(map(Row.of, rows), map(Event.of, events), devices)):
            if not self._tell_call(server, call):
                told -= set(call["linkedids"])
        return told

    @api.model
    def _gather_records(self, server, linkedids):
        """Return ``(rows, events)`` of the calls that these linkedids belong to.

        An attended transfer or a pickup ties two linkedids together by a channel that appears under both; in the rows,
        in the events, or under one in the rows and under the other in the events.
        """
        cdr, cel = self.env["asterisk.cdr"], self.env["asterisk.cel"]
        known, fresh, rows, events = set(), set(linkedids), [], []
        # A consultation of a consultation: more than a few rounds are a ring of parked calls, told well enough.
        for _round in range(4):
            if not fresh:
                break
            new_rows, new_events = cdr._rows_of(server, fresh), cel._events_of(server, fresh)
            rows, events, known = [*rows, *new_rows], [*events, *new_events], known | fresh
            names = {name for row in new_rows for name in (row["channel"], row["dstchannel"])}
            names |= {event["channame"] for event in new_events}
            times = [time for row in new_rows for time in (row["start"], row["end"]) if time]
            times += [event["eventtime"] for event in new_events]
            window = (min(times, default=0) - TIED_SECONDS, max(times, default=0) + TIED_SECONDS)
            near = [model._linkedids_near(server, names - {"", None}, *window) for model in (cdr, cel)]
            fresh = set().union(*near) - known
        return rows, events

    @api.model
    def _without_new_history(self, server, calls):
        """Store, all at once, the calls that nobody saw and that are long over; return the others."""
        linkedids = [linkedid for call in calls for linkedid in call["linkedids"]]
        known = {call.linkedid for call in self._locked(server, linkedids)}
        known.update(self.env["asterisk.call.alias"].search([("linkedid", "in", linkedids)]).mapped("linkedid"))
        limit = time.time() - NEWS_SECONDS
        fresh, others = [], []
        for call in calls:
            (others if known & set(call["linkedids"]) or call["ended_at"] > limit else fresh).append(call)
        try:
            with self.env.cr.savepoint():
                self._create_history(server, [parse(merged(call)) for call in fresh])
        except (SnapshotError, psycopg2.errors.UniqueViolation, psycopg2.DataError):
            return calls  # one of them is strange: each for itself
        return others

    @api.model
    def _create_history(self, server, snapshots):
        """Create calls, with their legs and people, of checked snapshots that nobody has to hear of."""
        devices, known = server._device_map(), {}
        users = {endpoint: device[2] for endpoint, device in devices.items() if device[2]}
        values = []
        for snapshot in snapshots:
            caller = snapshot["caller"]["endpoint"]
            main = caller if snapshot["direction"] != "incoming" else snapshot["answered_by"]
            endpoints = [
                *snapshot["rang"],
                snapshot["answered_by"],
                caller,
                *(leg["endpoint"] for leg in snapshot["legs"]),
            ]
            people = sorted({users[endpoint] for endpoint in endpoints if endpoint in users})
            values.append(
                self._snapshot_values(server, snapshot, known)
                | {"server_id": server.id, "linkedid": snapshot["linkedid"], "source": "cdr"}
                | {"user_id": users.get(main, False), "user_ids": [fields.Command.set(people)]}
            )
        calls = self.create(values)
        pairs = list(zip(calls, snapshots, strict=True))
        self.env["asterisk.call.leg"].create(
            [
                self._leg_values(leg, devices) | {"call_id": call.id}
                for call, snapshot in pairs
                for leg in snapshot["legs"]
            ]
        )
        self.env["asterisk.call.alias"].create(
            [
                {"server_id": server.id, "linkedid": linkedid, "call_id": call.id}
                for call, snapshot in pairs
                for linkedid in snapshot["linkedids"][1:]
            ]
        )

    @api.model
    def _tell_call(self, server, folded):
        """Store one folded call; return False when it has to be tried again later."""
        try:
            with self.env.cr.savepoint():
                return self._store_folded(server, folded)
        except psycopg2.errors.UniqueViolation:
            # Another request has just stored this call, which cannot be seen from here.
            if not self.env.context.get("cron_id"):
                self.env.ref("asterisk_connector.ir_cron_tell")._trigger()
            return False
        except psycopg2.OperationalError:
            raise
        except SnapshotError as error:
            _logger.warning("PBX %s: the records of call %s make no call: %s", server.id, folded["linkedids"][0], error)
            return True
        except Exception:  # one strange call must not hold up the history of the others
            _logger.exception("PBX %s: the call %s cannot be told", server.id, folded["linkedids"][0])
            return False

    @api.model
    def _store_folded(self, server, folded):
        calls = self._locked(server, folded["linkedids"])
        if any(call.state != "ended" for call in calls):
            return False
        if not calls and not folded["ended"] and folded["ended_at"] > time.time() - SILENT_SECONDS:
            return False  # it has just begun, and its first snapshot is on its way
        call = calls[:1]
        was_live = call.source in ("live", "both")
        # The version stays: whatever the agent may still have to say of the call is newer.
        told = merged(folded, call._told_live() if was_live else None) | {"version": call.version}
        snapshot = parse(told)
        source = "both" if was_live else "cdr"
        if len(calls) != 1 or not call._says_the_same(snapshot):
            quiet = folded["ended_at"] < time.time() - NEWS_SECONDS
            call = self._store_snapshot(server, snapshot, call, calls - call, quiet)
        if call.source != source:
            call.source = source
        return True

    def _told_live(self):
        """Return what was seen live, in the form that ``merged`` compares."""
        self.ensure_one()
        facts = (
            "state",
            "direction",
            "result",
            "did",
            "queue",
            "trunk",
            "answered_by",
            "hung_up_by",
            "transfers",
            "rang",
        )
        live = {fact: self[fact] or None for fact in facts}
        live |= {fact: self[fact] for fact in ("ring_seconds", "talk_seconds", "started_at", "answered_at", "ended_at")}
        live["unseen_end"] = self.ended_unseen
        for side in ("caller", "callee"):
            live[side] = {fact: self[f"{side}_{fact}"] or "" for fact in ("number", "name", "endpoint")}
        names = (
            "uniqueid",
            "channel",
            "endpoint",
            "role",
            "number",
            "name",
            "state",
            "result",
            "talk_seconds",
            "cause",
        )
        times = ("started_at", "answered_at", "ended_at")
        live["legs"] = [{name: leg[name] or None for name in (*names, *times)} for leg in self.leg_ids.sorted("id")]
        return live

    def _says_the_same(self, snapshot):
        """Return whether the records add nothing to what was seen live."""
        values = self._snapshot_values(self.server_id, snapshot, {})
        values.pop("version", None)
        same_legs = {leg["uniqueid"] for leg in snapshot["legs"]} == set(self.leg_ids.mapped("uniqueid"))
        return same_legs and all(self._same(name, value) for name, value in values.items())
