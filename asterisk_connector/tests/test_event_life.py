import re
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .event_case import ANSWERED, EventCase


@tagged("post_install", "-at_install")
class TestEventLife(EventCase):
    """The PBX takes nothing of it away, merged calls keep it, and the chatter is for people."""

    # -- what the PBX says later ---------------------------------------------------------------------------------------

    def test_later_snapshots_leave_it_alone(self):
        self.write_all(self.record)
        before = self.written(self.record)
        self.apply(self.snapshot("call_ended"))
        self.assertEqual((self.record.state, self.written(self.record)), ("ended", before))

    def merged(self, other):
        """Let the call turn out to be one with another; return the one that is left."""
        both = self.snapshot("call_ended", linkedids=[ANSWERED, other.linkedid])
        self.assertEqual(self.apply(both), ["ok"])
        return self.call(ANSWERED)

    def consultation(self):
        """Return another call of Anna's, a part of the first one as will turn out."""
        other = self.snapshot("call_talking", linkedid="5.1", linkedids=["5.1"], started_at=1764000020.0)
        for leg in other["legs"]:
            leg["uniqueid"] = f"5.{leg['uniqueid']}"
        self.apply(other)
        return self.call("5.1")

    def test_a_call_that_is_merged_takes_all_of_it_along(self):
        other = self.consultation()
        self.write_all(other)
        other.message_post(body="A word in the chatter")
        other.with_user(self.anna).activity_schedule("mail.mail_activity_data_call", user_id=self.anna.id)
        before = self.written(other)
        call = self.merged(other)
        self.assertFalse(other.exists())
        self.assertEqual(self.written(call), before)
        self.assertIn("A word in the chatter", str(call.message_ids.mapped("body")))
        self.assertEqual(call.activity_ids.user_id, self.anna)

    def test_where_both_were_written_about_both_is_kept(self):
        other = self.consultation()
        self.write_all(other, "Told Boris about it")
        calls = self.calls_of(self.anna)
        calls.save_note(self.record.id, "Wants ink", "")
        calls.choose_outcome(self.record.id, self.wrong.id)
        calls.set_tag(self.record.id, self.price.id, True)
        call = self.merged(other)
        self.assertEqual(call.note, "Wants ink\nTold Boris about it")
        self.assertEqual((call.outcome_id, call.tag_ids), (self.wrong, self.delivery | self.price))
        self.assertIn("Interested", str(call.message_ids.mapped("body")), "the other outcome is told")

    def test_what_is_typed_while_the_call_is_merged_away_finds_it(self):
        other = self.consultation()
        self.calls_of(self.anna).save_note(self.record.id, "Wants ink", "")
        gone = other.id
        call = self.merged(other)
        event = self.calls_of(self.anna).save_note(gone, "Told Boris", "", "5.1")
        self.assertEqual((event["call_id"], call.note), (call.id, "Wants ink\nTold Boris"))
        with self.assertRaises(AccessError):
            self.calls_of(self.clara).save_note(gone, "Not mine", "", "5.1")

    # -- chatter and settings ------------------------------------------------------------------------------------------

    def test_a_call_makes_no_noise_in_the_chatter(self):
        self.apply(self.snapshot("call_ended"))
        self.assertFalse(self.record.message_ids | self.env["mail.message"].search([("model", "=", "asterisk.call")]))
        self.assertFalse(self.record.message_follower_ids)
        self.assertFalse(self.env["mail.activity"].search([("res_model", "=", "asterisk.call")]))

    def test_while_a_phone_rings_nothing_of_it_is_read_or_made(self):
        statements, execute = [], type(self.env.cr).execute

        def noted(cursor, query, params=None, **options):
            statements.append(query.code if hasattr(query, "code") else query)
            return execute(cursor, query, params, **options)

        server = self.server.with_env(self.env(su=True, context={}))
        ringing = self.snapshot(linkedid="6.1", linkedids=["6.1"])
        self.env.flush_all()
        self.env.invalidate_all()
        with patch.object(type(self.env.cr), "execute", noted):
            server.env["asterisk.call"]._apply_snapshots(server, [ringing])
            self.env.flush_all()
        self.assertTrue(self.call("6.1"))
        extra = [line for line in statements if re.search(r"\bmail_\w+|\boutcome\b|call_tag|\"note\" FROM", line)]
        self.assertFalse(extra)

    def test_one_talks_and_plans_about_a_call_that_one_sees(self):
        mine = self.record.with_user(self.anna)
        mine.message_post(body="She sounded happy")
        planned = mine.activity_schedule("mail.mail_activity_data_call", user_id=self.boris.id)
        self.assertEqual((planned.user_id, planned.res_id), (self.boris, self.record.id))
        self.assertIn(self.boris.partner_id, self.record.message_follower_ids.partner_id)
        with self.assertRaises(AccessError):
            self.record.with_user(self.clara).message_post(body="Not mine")
        with self.assertRaises(AccessError):
            mine.message_subscribe(self.eva.ids)

    def test_the_setting_is_everybodys_own(self):
        self.assertFalse(self.calls_of(self.anna).event(self.record.id)["opens_on_answer"])
        self.anna.with_user(self.anna).asterisk_open_call = "answer"
        self.assertTrue(self.calls_of(self.anna).event(self.record.id)["opens_on_answer"])
        with self.assertRaises(AccessError):
            self.anna.with_user(self.boris).asterisk_open_call = "never"

    def test_only_a_manager_configures_and_a_used_outcome_stays(self):
        for model in ("asterisk.call.outcome", "asterisk.call.tag"):
            for user, may in ((self.anna, False), (self.elena, False), (self.manager, True)):
                for operation in ("write", "create", "unlink"):
                    self.assertEqual(self.env[model].with_user(user).has_access(operation), may)
        self.calls_of(self.anna).choose_outcome(self.record.id, self.interested.id)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.interested.unlink()
        self.interested.active = False
        event = self.calls_of(self.anna).event(self.record.id)
        self.assertIn("Interested", [outcome["name"] for outcome in event["outcomes"]], "it was chosen")

    def test_calls_without_a_note_are_found(self):
        self.apply(self.snapshot("call_ended"))
        search = self.env.ref("asterisk_connector.asterisk_call_view_search")
        self.assertIn("no_note", search.arch)
        without = [("note", "=", False), ("result", "=", "answered"), ("direction", "!=", "internal")]
        self.assertIn(self.record, self.env["asterisk.call"].search(without))
        self.calls_of(self.anna).save_note(self.record.id, "Wants ink", "")
        self.assertNotIn(self.record, self.env["asterisk.call"].search(without))

    def test_the_form_opens_for_who_may_only_look(self):
        for user in (self.anna, self.elena, self.manager):
            with self.subTest(user.name):
                views = self.env["asterisk.call"].with_user(user).get_views([(False, "form"), (False, "list")])
                self.assertIn("asterisk_call_event", views["views"]["form"]["arch"])
        with Form(self.env["asterisk.call.outcome"].with_user(self.manager)) as form:
            form.name = "Sold"
        self.assertEqual(form.record.name, "Sold")
