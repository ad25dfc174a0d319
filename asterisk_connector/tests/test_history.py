import uuid
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.asterisk_call_history import AsteriskCall as AsteriskCallHistory
from ..models.asterisk_cdr_pending import AsteriskCdrPending
from .common import AsteriskCase, contract
from .records import LINKEDID, START, rows_of


@tagged("post_install", "-at_install")
class TestCallsFromRecords(AsteriskCase):
    """Calls that nobody saw are told from their rows; those that were seen live are corrected."""

    def take(self, rows=None, model="asterisk.cdr", columns=None):
        names, example = rows_of()
        return self.server._take_records(model, {"columns": columns or names, "rows": rows or example})

    def now(self):
        """The example's rows, as if they had happened an hour ago."""
        names, rows = rows_of()
        shift = fields.Datetime.now().timestamp() - 3600 - START
        for row in rows:
            for place, name in enumerate(names):
                if name in ("start", "answer", "end") and row[place]:
                    row[place] += shift
        return rows

    def test_a_call_that_nobody_saw(self):
        self.forget_bus()
        self.take()
        call = self.call()
        self.assertEqual(
            (call.state, call.result, call.direction, call.source, call.talk_seconds, call.ring_seconds),
            ("ended", "answered", "incoming", "cdr", 60.0, 7.0),
        )
        self.assertEqual((call.partner_id, call.user_id), (self.eva, self.anna))
        self.assertEqual(call.user_ids, self.anna | self.boris)
        self.assertEqual(
            call.leg_ids.mapped("channel"), ["PJSIP/carrier-0000000a", "PJSIP/101-0000000b", "PJSIP/102-0000000c"]
        )
        self.assertEqual(len(call.with_user(self.elena).cdr_ids), 2)
        self.assertFalse(self.heard(self.anna, "asterisk_connector.call"), "it is long ago: nobody is told")
        self.assertFalse(self.env["asterisk.cdr.pending"].search([]))

    def test_a_missed_call_of_today_is_missed_one_of_long_ago_is_history(self):
        names, rows = rows_of()
        for place, row in ((0, rows[1]), (1, self.now()[1])):
            row[names.index("key")] = str(place) * 32
            row[names.index("linkedid")] = row[names.index("uniqueid")] = f"{1764000000 + place}.5"
            self.take([row])
        old, fresh = (self.call(f"{1764000000 + place}.5") for place in (0, 1))
        self.assertTrue(old.missed and fresh.missed)
        self.assertEqual((old.missed_user_ids, fresh.missed_user_ids), (self.env["res.users"], self.boris))

    def test_a_call_seen_live_is_confirmed_and_keeps_its_finer_facts(self):
        self.apply(self.snapshot("call_ended"))
        call = self.call()
        before = (call.talk_seconds, call.started_at, call.hung_up_by, call.version)
        call.lead_id = self.lead
        self.take()
        self.assertEqual(call.source, "both")
        self.assertEqual((call.talk_seconds, call.started_at, call.hung_up_by, call.version), before)
        self.assertEqual((call.lead_id, len(call.leg_ids)), (self.lead, 3))

    def test_a_call_whose_end_nobody_saw_is_corrected(self):
        self.apply(self.snapshot("call_talking"))
        self.apply(live=[])
        call = self.call()
        self.assertTrue(call.ended_unseen)
        self.take()
        self.assertEqual((call.ended_unseen, call.source, call.result), (True, "both", "answered"))
        self.assertEqual(call.ended_at.timestamp() - call.started_at.timestamp(), 67)
        self.assertAlmostEqual(call.talk_seconds, 60, delta=1)

    def test_an_unseen_end_is_told_better_with_each_record_that_comes(self):
        self.apply(self.snapshot("call_ringing"))
        self.apply(live=[])
        call = self.call()
        self.assertEqual((call.result, call.hung_up_by), ("no-answer", False))
        began = [("CHAN_START", 0, "PJSIP/carrier-0000000a", LINKEDID, "")]
        self.take_events(START, *began, ("CHAN_START", 0.1, "PJSIP/102-0000000c", "1764000000.12", ""))
        self.take(rows_of()[1][1:])
        self.assertEqual(
            (call.source, call.result, call.hung_up_by), ("both", "no-answer", False), "as far as is known"
        )
        end = '{"hangupcause": %d, "hangupsource": "PJSIP/carrier-0000000a"}'
        self.take_events(
            START,
            ("HANGUP", 6.5, "PJSIP/carrier-0000000a", LINKEDID, end % 127),
            ("HANGUP", 6.6, "PJSIP/102-0000000c", "1764000000.12", end % 26),
            ("LINKEDID_END", 6.7, "PJSIP/102-0000000c", "1764000000.12", ""),
        )
        self.assertEqual((call.result, call.hung_up_by, call.missed), ("cancelled", "caller", True))
        self.assertAlmostEqual(call.ring_seconds, 7, delta=1)
        legs = {leg.channel: (leg.result, leg.cause) for leg in call.leg_ids}
        self.assertEqual(legs["PJSIP/102-0000000c"], ("cancelled", 26))

    def test_the_agents_own_word_of_an_end_counts_again(self):
        self.apply(self.snapshot("call_ringing"))
        self.apply(live=[])
        self.apply(self.snapshot("call_ended", version=1764000000999))
        call = self.call()
        self.assertEqual((call.ended_unseen, call.result), (False, "answered"))

    def test_answered_means_that_two_talked_whatever_was_thought_live(self):
        missed = self.snapshot("call_missed")
        self.apply(missed)
        call = self.call(missed["linkedid"])
        self.assertEqual((call.missed, call.talk_seconds), (True, 0))
        names, rows = rows_of()
        for row in rows:
            row[names.index("linkedid")] = row[names.index("uniqueid")] = call.linkedid
        self.take(rows)
        self.assertEqual(
            (call.result, call.missed, call.talk_seconds, call.user_id), ("answered", False, 60.0, self.anna)
        )

    def test_a_call_that_goes_on_is_left_alone_until_it_ends(self):
        self.apply(self.snapshot("call_talking"))
        self.take()
        call = self.call()
        self.assertEqual((call.state, call.source), ("talking", "live"))
        self.assertTrue(self.env["asterisk.cdr.pending"].search([("linkedid", "=", LINKEDID)]))
        self.apply(self.snapshot("call_ended"))
        self.assertEqual((call.state, call.source), ("ended", "both"))
        self.assertFalse(self.env["asterisk.cdr.pending"].search([]))

    def test_the_agents_late_word_completes_what_only_records_told(self):
        self.take()
        self.assertEqual(self.apply(self.snapshot("call_ended")), ["ok"])
        call = self.call()
        self.assertEqual((call.source, call.hung_up_by), ("both", self.snapshot("call_ended")["hung_up_by"]))
        self.assertEqual(len(call), 1)

    def test_rows_that_come_later_complete_the_call(self):
        names, rows = rows_of()
        self.take([rows[1]])
        self.assertEqual(self.call().result, "cancelled")
        self.take([rows[0]])
        self.assertEqual((self.call().result, self.call().talk_seconds), ("answered", 60.0))

    def test_a_strange_call_does_not_hold_up_the_history_of_the_others(self):
        names, rows = rows_of()
        strange = list(rows[0])
        for name, value in (
            ("key", "e" * 32),
            ("linkedid", "1764000500.1"),
            ("uniqueid", "1764000500.1"),
            ("start", 1764000500.0),
        ):
            strange[names.index(name)] = value
        create = type(self.env["asterisk.call"])._create_history

        def refuse_two(self, server, snapshots):
            if len(snapshots) > 1:
                raise psycopg2.DataError("one of them is strange")
            return create(self, server, snapshots)

        with patch.object(type(self.env["asterisk.call"]), "_create_history", refuse_two):
            self.take([*rows, strange])
        self.assertEqual([self.call(linkedid).result for linkedid in (LINKEDID, "1764000500.1")], ["answered"] * 2)

    def test_two_linkedids_of_an_attended_transfer_are_one_call(self):
        names, rows = rows_of()
        place = {name: number for number, name in enumerate(names)}

        def row(key, channel, peer, start, end, linkedid):
            new = list(rows[0])
            for name, value in (
                ("key", key * 32), ("channel", channel), ("dstchannel", peer), ("start", START + start),
                ("answer", START + start), ("end", START + end), ("linkedid", linkedid), ("uniqueid", linkedid),
            ):  # fmt: skip
                new[place[name]] = value
            return new

        self.take([row("1", "PJSIP/carrier-1", "PJSIP/101-2", 0, 30, "1764000000.1")])
        self.take([row("2", "PJSIP/101-3", "PJSIP/102-4", 20, 30, "1764000020.3")])
        self.assertEqual(len(self.env["asterisk.call"].search([])), 2)
        self.take([row("3", "PJSIP/carrier-1", "PJSIP/102-4", 30, 60, "1764000000.1")])
        call = self.env["asterisk.call"].search([])
        self.assertEqual((len(call), call.linkedid, call.alias_ids.linkedid), (1, "1764000000.1", "1764000020.3"))
        self.assertEqual((call.transfers[0]["kind"], call.transfers[0]["to"]), ("attended", "PJSIP/102"))

    def test_listening_in_is_no_call(self):
        names, rows = rows_of()
        rows[0][names.index("lastapp")] = "ChanSpy"
        self.take([rows[0]])
        self.assertFalse(self.call())
        self.assertFalse(self.env["asterisk.cdr.pending"].search([]))

    def take_events(self, began, *events):
        """Let these events of one call come; without any those of a conversation whose end nobody wrote down.

        :param events: kind, seconds since `began`, channel, its uniqueid, further facts
        """
        events = events or [
            ("CHAN_START", 0, "PJSIP/carrier-1", "5.1", ""), ("CHAN_START", 0.1, "PJSIP/101-2", "5.2", ""),
            ("ANSWER", 5, "PJSIP/101-2", "5.2", ""), ("ANSWER", 5, "PJSIP/carrier-1", "5.1", ""),
            ("BRIDGE_ENTER", 5, "PJSIP/101-2", "5.2", '{"bridge_id": "b"}'),
            ("BRIDGE_ENTER", 5, "PJSIP/carrier-1", "5.1", '{"bridge_id": "b"}'),
            ("DTMF", 25, "PJSIP/carrier-1", "5.1", ""),
        ]  # fmt: skip
        names = contract("agent/cel_rows")["request"]["columns"]
        rows = []
        for kind, at, channel, uniqueid, extra in events:
            values = dict.fromkeys(names, "") | {
                "key": uuid.uuid4().hex, "eventtype": kind, "eventtime": began + at, "channame": channel,
                "extra": extra, "uniqueid": uniqueid, "linkedid": events[0][3], "cid_num": "+493012345678",
                "exten": "+493055570100",
            }  # fmt: skip
            rows.append([values[name] for name in names])
        self.take(rows, "asterisk.cel", names)

    def test_channel_events_alone_tell_a_call_of_a_killed_pbx(self):
        self.take_events(START)
        call = self.call("5.1")
        self.assertEqual((call.result, call.talk_seconds, call.partner_id), ("answered", 20.0, self.eva))

    def test_events_that_are_faster_than_the_first_snapshot_make_no_second_popup(self):
        began = fields.Datetime.now().timestamp() - 26
        self.forget_bus()
        self.take_events(began)
        self.assertFalse(self.call("5.1"), "it goes on, as far as the events tell")
        self.assertFalse(self.heard(self.anna, "asterisk_connector.call"))
        tell = self.env.ref("asterisk_connector.ir_cron_tell")
        with self.enter_registry_test_mode():
            tell.method_direct_trigger()
            self.assertFalse(self.call("5.1"))
            with patch(f"{AsteriskCallHistory.__module__}.SILENT_SECONDS", 0):
                tell.method_direct_trigger()
        self.assertEqual(self.call("5.1").result, "answered")

    @mute_logger("odoo.addons.asterisk_connector.models.asterisk_call_history")
    def test_a_call_that_cannot_be_told_keeps_its_rows_and_its_turn(self):
        def broken(*_args, **_more):
            raise ValueError("a strange call")

        with patch.object(type(self.env["asterisk.call"]), "_store_folded", broken):
            self.assertEqual(self.take(self.now())["imported"], 2)
        self.assertTrue(self.env["asterisk.cdr.pending"].search([("linkedid", "=", LINKEDID)]))
        with self.enter_registry_test_mode():
            self.env.ref("asterisk_connector.ir_cron_tell").method_direct_trigger()
        self.assertEqual(self.call().result, "answered")
        self.assertFalse(self.env["asterisk.cdr.pending"].search([]))

    def test_a_large_import_is_told_by_the_scheduled_action(self):
        names, rows = rows_of()
        many = []
        for number in range(3):
            row = list(rows[0])
            row[names.index("key")] = f"{number:032x}"
            row[names.index("linkedid")] = row[names.index("uniqueid")] = f"{1764000000 + number * 100}.{number}"
            row[names.index("channel")], row[names.index("dstchannel")] = (
                f"PJSIP/carrier-{number}",
                f"PJSIP/101-9{number}",
            )
            many.append(row)
        with patch(f"{AsteriskCdrPending.__module__}.AT_ONCE", 2):
            self.take(many)
        self.assertFalse(self.env["asterisk.call"].search([]))
        with self.enter_registry_test_mode():
            self.env.ref("asterisk_connector.ir_cron_tell").method_direct_trigger()
        self.assertEqual(len(self.env["asterisk.call"].search([])), 3)

    def test_telling_again_never_loses_what_people_wrote(self):
        self.take()
        call = self.call()
        call.write({"partner_id": self.acme.id, "talk_seconds": 1.0})
        call.with_user(self.manager).action_tell_again()
        self.assertEqual((call.talk_seconds, call.partner_id), (60.0, self.acme))
        with self.assertRaises(AccessError):
            call.with_user(self.elena).action_tell_again()
        self.server.with_user(self.manager).action_history_tell_again()
        self.assertFalse(self.env["asterisk.cdr.pending"].search([]), "it is more than a month old")
