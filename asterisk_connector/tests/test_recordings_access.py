from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import freeze_time, new_test_user, tagged

from .common import AsteriskCase
from .recordings import KEY, RecordingsMixin, told, wav


@tagged("post_install", "-at_install")
class TestRecordingsAccess(RecordingsMixin, AsteriskCase):
    """Who may hear a recording, who heard it, and how it ends. Anna talked, Boris' phone rang."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        user = "asterisk_connector.group_user"
        cls.leader = new_test_user(cls.env, "leader.test", f"{user},asterisk_connector.group_recording_team")
        cls.other_leader = new_test_user(cls.env, "other.test", f"{user},asterisk_connector.group_recording_team")
        cls.auditor = new_test_user(cls.env, "auditor.test", f"{user},asterisk_connector.group_recording_all")
        cls.team = cls.env["crm.team"].create(
            {"name": "Berlin", "user_id": cls.leader.id, "member_ids": [Command.set(cls.anna.ids)]}
        )
        cls.env["crm.team"].create({"name": "Riga", "user_id": cls.other_leader.id})

    def setUp(self):
        super().setUp()
        self.apply(self.snapshot("call_ended"))
        self.recording = self.record()

    def hears(self, user):
        try:
            return bool(self.env["asterisk.recording"].with_user(user).play(self.recording.id)["url"])
        except AccessError:
            return False

    # -- listening -----------------------------------------------------------------------------------------------------

    def test_who_may_listen(self):
        nobody = new_test_user(self.env, "nobody.test", "base.group_user")
        for user, may in (
            (self.anna, True),
            (self.boris, False),
            (self.clara, False),
            (self.leader, True),
            (self.other_leader, False),
            (self.auditor, True),
            (self.elena, False),
            (self.manager, False),
            (nobody, False),
        ):
            self.assertEqual(self.hears(user), may, user.login)
            found = self.env["asterisk.recording"].with_user(user)
            if user != nobody:
                self.assertEqual(bool(found.search([("id", "=", self.recording.id)])), may, user.login)
            attachment = self.recording._attachment().with_user(user)
            self.assertFalse(attachment.has_access("read"), f"{user.login} gets the sound by the player only")

    def test_whose_call_it_became_by_a_transfer_may_listen(self):
        leg = self.call().leg_ids.filtered(lambda leg: leg.user_id == self.boris)
        leg.talk_seconds = 5
        self.assertTrue(self.hears(self.boris))

    def test_who_may_not_listen_sees_that_there_is_one(self):
        (shown,) = self.call().with_user(self.elena).recordings
        self.assertEqual((shown["state"], shown["may_listen"], shown["may_download"]), ("ready", False, False))
        (shown,) = self.call().with_user(self.anna).recordings
        self.assertTrue(shown["may_listen"])

    def test_other_companies_hear_nothing(self):
        riga = self.env["res.company"].create({"name": "Riga SIA"})
        self.auditor.write({"company_ids": [Command.set(riga.ids)], "company_id": riga.id})
        self.assertFalse(self.hears(self.auditor))
        eraser = (
            self.env["asterisk.recording.eraser"]
            .with_user(self.manager)
            .create({"reason": "x", "targets": self.recording.ids})
        )
        self.manager.write({"company_ids": [Command.set(riga.ids)], "company_id": riga.id})
        eraser.with_user(self.manager).action_erase()
        self.assertEqual(self.recording.state, "ready")

    def test_downloading_is_a_right_of_its_own(self):
        recordings = self.env["asterisk.recording"].with_user(self.anna)
        with self.assertRaises(AccessError):
            recordings.download(self.recording.id)
        self.anna.group_ids = [Command.link(self.env.ref("asterisk_connector.group_recording_download").id)]
        self.assertIn("download=1", recordings.download(self.recording.id)["url"])

    def test_nobody_writes_recordings_by_hand(self):
        for user in (self.anna, self.auditor, self.manager):
            for operation in ("write", "create", "unlink"):
                self.assertFalse(self.recording.with_user(user).has_access(operation))

    def test_an_address_is_one_users_and_grows_old(self):
        recording = self.recording.with_user(self.anna)
        with freeze_time("2025-11-24 12:00:00"):
            token = recording._token()
            self.assertTrue(recording._is_token(token))
            self.assertFalse(self.recording.with_user(self.auditor)._is_token(token))
            other = self.record(key="1" * 32).with_user(self.anna)
            self.assertFalse(other._is_token(token))
            until, _dot, signature = token.partition(".")
            for forged in (f"{int(until) + 9}.{signature}", token[:-1], "", ".", f"é.{signature}", "9" * 5000):
                self.assertFalse(recording._is_token(forged), forged[:50])
        with freeze_time("2025-11-24 16:00:01"):
            self.assertFalse(recording._is_token(token))

    # -- the log -------------------------------------------------------------------------------------------------------

    def test_listening_is_logged(self):
        recordings = self.env["asterisk.recording"].with_user(self.anna)
        recordings.play(self.recording.id)
        hostile = [[5, 1], [0, 1e9], ["a", "b"], [True, 2], 7, [float("nan"), 1]]
        self.assertEqual(recordings.heard(self.recording.id, [[0, 1.5], *hostile]), 1)
        log = self.recording.with_user(self.env.ref("base.user_root")).listen_ids.sorted("id")
        self.assertEqual(
            [(row.user_id, row.kind, row.from_second, row.to_second) for row in log],
            [(self.anna, "opened", 0, 0), (self.anna, "heard", 0, 1.5)],
        )
        with self.assertRaises(AccessError):
            recordings.with_user(self.boris).heard(self.recording.id, [[0, 1]])

    def test_the_log_is_for_managers_and_for_ever(self):
        self.hears(self.anna)
        log = self.env["asterisk.recording.listen"].search([("recording_id", "=", self.recording.id)])
        for user, may in ((self.anna, False), (self.elena, False), (self.auditor, False), (self.manager, True)):
            self.assertEqual(log.with_user(user).has_access("read"), may, user.login)
            self.assertFalse(log.with_user(user).has_access("write"))
        for change in (lambda: log.sudo().write({"to_second": 9}), log.sudo().unlink):
            with self.assertRaisesRegex(UserError, "cannot be changed"):
                change()

    def test_a_note_at_a_second_is_in_the_calls_history(self):
        self.env["asterisk.recording"].with_user(self.anna).note(self.recording.id, 42.7, "Asks <b>for</b> a discount")
        message = self.call().message_ids[0]
        self.assertEqual(message.author_id, self.anna.partner_id)
        self.assertIn(f"#asterisk_recording={self.recording.id}&amp;t=42", message.body)
        self.assertIn(">0:42</a> Asks &lt;b&gt;for&lt;/b&gt; a discount", message.body)
        with self.assertRaises(AccessError):
            self.env["asterisk.recording"].with_user(self.boris).note(self.recording.id, 1, "x")

    def test_the_shape_that_a_browser_drew_is_kept_once(self):
        self.recording.peaks = False
        recordings = self.env["asterisk.recording"].with_user(self.anna)
        for wrong in ("x", [1, 2], ["AA=="], ["AA==", "AAA="], ["%", "%"]):
            self.assertFalse(recordings.keep_shape(self.recording.id, wrong), wrong)
        self.assertTrue(recordings.keep_shape(self.recording.id, ["AP8=", "fwA="]))
        recordings.keep_shape(self.recording.id, ["AAA=", "AAA="])
        self.assertEqual(recordings.shape(self.recording.id), ["AP8=", "fwA="])

    # -- the end -------------------------------------------------------------------------------------------------------

    def test_erased_on_request_with_a_reason(self):
        self.forget_bus()
        with self.assertRaises(AccessError):
            self.recording.with_user(self.auditor).action_ask_erase()
        action = self.recording.with_user(self.manager).action_ask_erase()
        eraser = self.env[action["res_model"]].with_user(self.manager).with_context(**action["context"])
        eraser.create({"reason": "She asked for it"}).action_erase()
        recording = self.recording
        self.assertEqual((recording.state, recording.erased_by_id), ("erased", self.manager))
        self.assertEqual(recording.erase_reason, "She asked for it")
        self.assertFalse(recording._attachment())
        self.assertFalse(self.hears(self.anna))
        self.assertEqual(self.status(told(wav())), ["unwanted"])
        (command,) = self.heard(self.server, "asterisk.command")
        self.assertEqual((command["verb"], command["args"]), ("erase", {"key": KEY, "file": recording.file}))
        answer = {"uuid": command["uuid"], "status": "failed", "code": "failed", "message": "Read-only file system"}
        self.env["asterisk.command"].sudo()._apply_results(self.server, [answer])
        self.assertTrue(recording.on_pbx)
        self.assertIn("Read-only file system", recording.problem)
        recording.asked_pbx_at = False
        self.cron()
        again = self.heard(self.server, "asterisk.command")[-1]
        self.assertNotEqual(again["uuid"], command["uuid"])
        self.env["asterisk.command"].sudo()._apply_results(self.server, [{"uuid": again["uuid"], "status": "done"}])
        self.assertEqual((recording.on_pbx, recording.problem), (False, False))

    def test_a_pbx_that_is_away_is_asked_when_it_is_back(self):
        self.server._heartbeat({"connected": False, "reason": "asterisk_down"})
        self.forget_bus()
        self.recording._erase("test")
        self.assertFalse(self.heard(self.server, "asterisk.command"))
        self.connect()
        self.cron()
        self.assertEqual(len(self.heard(self.server, "asterisk.command")), 1)
        self.cron()
        self.assertEqual(len(self.heard(self.server, "asterisk.command")), 1, "it has some hours to answer")

    def test_retention_of_the_company_and_of_a_pbx(self):
        kept = self.record(key="2" * 32)
        kept.with_user(self.env.ref("base.user_admin")).action_keep()
        now = self.env.cr.now()
        fresh = self.record(key="3" * 32, started_at=now.timestamp() - 3600)
        self.cron()
        self.assertEqual(self.recording.state, "ready", "without a retention nothing is erased")
        self.env.company.asterisk_recording_days = 30
        self.server.write({"recording_own_days": True, "recording_days": 0})
        self.cron()
        self.assertEqual(self.recording.state, "ready", "this PBX's recordings are kept")
        self.server.recording_own_days = False
        self.cron()
        self.assertEqual((self.recording.state, kept.state, fresh.state), ("erased", "ready", "ready"))
        self.assertIn("30 days", self.recording.erase_reason)

    def test_keeping_for_ever_is_a_supervisors(self):
        with self.assertRaises(AccessError):
            self.recording.with_user(self.anna).action_keep()
        with self.assertRaises(AccessError):
            self.recording.with_user(self.elena).action_keep()
        self.elena.group_ids = [Command.link(self.env.ref("asterisk_connector.group_recording_all").id)]
        self.recording.with_user(self.elena).action_keep()
        self.assertTrue(self.recording.keep_forever)

    def test_a_deleted_calls_recording_is_erased(self):
        self.call().with_user(self.manager).unlink()
        self.assertEqual((self.recording.state, self.recording.call_id.id), ("erased", False))
        self.assertEqual(self.recording.erased_by_id, self.manager)
        self.cron()
        self.assertFalse(self.recording.call_id)

    def test_a_half_sent_recording_leaves_nothing_behind(self):
        item = told(wav(left=0.2), key="4" * 32)
        self.tell(item)
        self.recordings._take_piece(self.server, item["key"], 0, b"x" * 100)
        half = self.recordings.search([("key", "=", item["key"])])
        half._erase("test")
        self.cron()
        self.assertFalse(half._part().size)

    def test_a_copy_of_the_database_erases_nothing_on_the_pbx(self):
        self.env.flush_all()
        for query in get_neutralization_queries(["asterisk_connector"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.connect()
        self.forget_bus()
        self.recording._erase("test")
        self.cron()
        self.assertFalse(self.heard(self.server, "asterisk.command"))

    # -- pausing -------------------------------------------------------------------------------------------------------

    def test_who_talks_may_pause(self):
        talking = {"linkedid": "live", "linkedids": ["live"]}
        self.apply(self.snapshot("call_talking", **talking))
        calls, call = self.env["asterisk.call"], self.call("live")
        self.forget_bus()
        view = calls.with_user(self.anna).record_pause(call.id, False)
        (command,) = self.heard(self.server, "asterisk.command")
        self.assertEqual((command["verb"], command["args"]), ("record", {"linkedid": "live", "on": False}))
        self.assertEqual((view["verb"], view["state"]), ("record", "sent"))
        failed = {"uuid": view["uuid"], "status": "failed", "code": "gone"}
        self.env["asterisk.command"].sudo()._apply_results(self.server, [failed])
        self.assertIn("Nothing is being recorded", self.heard(self.anna, "asterisk_connector.command")[-1]["message"])
        with self.assertRaisesRegex(UserError, "do not talk"):
            calls.with_user(self.boris).record_pause(call.id, False)
        with self.assertRaises(AccessError):
            calls.with_user(self.clara).record_pause(call.id, False)
