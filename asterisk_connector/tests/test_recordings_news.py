from odoo import Command
from odoo.tests import new_test_user, tagged

from .common import AsteriskCase
from .recordings import KEY, RecordingsMixin, told, wav

NEWS = "asterisk_connector.recordings"


@tagged("post_install", "-at_install")
class TestRecordingsNews(RecordingsMixin, AsteriskCase):
    """Who has a call on the screen hears when its recording comes, fails or is erased; and the notes on it."""

    def setUp(self):
        super().setUp()
        self.apply(self.snapshot("call_ended"))
        self.forget_bus()

    def news(self):
        """Return how often something was said about the call since this was last asked."""
        heard = self.heard(self.call(), NEWS)
        self.assertTrue(all(payload == {"call_id": self.call().id} for payload in heard))
        self.forget_bus()
        return len(heard)

    def channels(self, user, *names):
        """Return what the user's browser may listen to, of calls."""
        added = self.env["ir.websocket"].with_user(user)._recorded_calls(list(names))
        self.assertEqual(added._name, "asterisk.call")
        return added.sudo(False).ids

    # -- news ----------------------------------------------------------------------------------------------------------

    def test_it_comes(self):
        recording = self.record()
        self.assertTrue(self.news())
        recording.peaks = ["AP8=", "fwA="]
        recording.state = recording.state
        self.assertFalse(self.news())

    def test_it_fails_and_waits(self):
        self.tell(told(b"", state="failed", problem="The file is empty.", sha256=""))
        self.assertTrue(self.news())
        self.tell(told(b"", state="failed", problem="The file is empty.", sha256=""))
        self.assertFalse(self.news())

    def test_it_is_erased(self):
        recording = self.record()
        self.news()
        recording._erase("The customer asked for it.")
        self.assertTrue(self.news())

    def test_its_call_comes_after_it(self):
        item = told(wav(), linkedid="late")
        self.tell(item)
        self.recordings._take_piece(self.server, item["key"], 0, wav())
        self.apply(self.snapshot("call_ended", linkedid="late", linkedids=["late"]))
        self.assertEqual(len(self.heard(self.call("late"), NEWS)), 1)

    def test_only_who_may_read_the_call_hears_of_it(self):
        name = f"asterisk_recordings:{self.call().id}"
        everyone = new_test_user(
            self.env, "auditor.test", "asterisk_connector.group_user,asterisk_connector.group_recording_all"
        )
        for user, may in ((self.anna, True), (self.boris, True), (self.clara, False), (everyone, True)):
            self.assertEqual(self.channels(user, name), self.call().ids if may else [], user.name)
        other = self.env["res.company"].create({"name": "Other"})
        everyone.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertFalse(self.channels(everyone, name))
        self.assertFalse(self.channels(new_test_user(self.env, "nobody.test", "base.group_user"), name))

    def test_a_strange_channel_opens_nothing(self):
        for name in ("", "x", "-1", "0", "1.5", "999999999", "9" * 30, "\u0661", "1;2", f"{self.call().id} "):
            self.assertFalse(self.channels(self.anna, f"asterisk_recordings:{name}"), name)

    # -- notes ---------------------------------------------------------------------------------------------------------

    def test_notes_are_marks_until_they_are_deleted(self):
        recording = self.record()
        recordings = self.env["asterisk.recording"].with_user(self.anna)
        self.assertEqual(recordings.notes(recording.id), [])
        recordings.note(recording.id, 42, "Asks <b>for</b> a discount")
        recordings.note(recording.id, 7, "Laughs")
        self.call().message_post(body="Not about a moment")
        texts = [(note["second"], note["text"], note["who"]) for note in recordings.notes(recording.id)]
        self.assertEqual(texts, [(7, "Laughs", self.anna.name), (42, "Asks <b>for</b> a discount", self.anna.name)])
        self.env["mail.message"].search([("body", "ilike", "Laughs")]).unlink()
        self.assertEqual([note["second"] for note in recordings.notes(recording.id)], [42])

    def test_notes_of_another_recording_are_not_its_marks(self):
        recording = self.record()
        other = self.record(key="0" * 32, file="other.wav")
        self.env["asterisk.recording"].with_user(self.anna).note(other.id, 1, "The other one")
        self.assertEqual(self.env["asterisk.recording"].with_user(self.anna).notes(recording.id), [])
        self.assertNotEqual(recording.key, other.key)
        self.assertEqual(recording.key, KEY)

    # -- being recorded ------------------------------------------------------------------------------------------------

    def test_who_talks_sees_that_he_is_recorded(self):
        live = {"linkedid": "live", "linkedids": ["live"]}
        self.apply(self.snapshot("call_talking", **live))
        self.assertEqual(self.view_for(self.anna)["recording"], "on")
        self.assertEqual(self.view_for(self.boris)["recording"], "")
        self.forget_bus()
        paused = live | {"recording": "paused", "version": 1764000008000}
        self.apply(self.snapshot("call_talking", **paused))
        self.assertEqual(self.view_for(self.anna)["recording"], "paused")
        self.assertFalse(self.view_for(self.boris), "whose phone only rang is told nothing")
        self.apply(self.snapshot("call_talking", **live, partial=True, recording=None, version=1764000009000))
        self.assertEqual(self.call("live").recording, "paused", "an agent that was restarted does not know")
        self.apply(self.snapshot("call_ended", **live))
        self.assertFalse(self.call("live").recording)
        self.assertEqual(self.view_for(self.anna)["recording"], "")
