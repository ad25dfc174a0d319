import base64
from pathlib import Path
from unittest.mock import patch

import psycopg2.errors

from odoo.tests import tagged

from odoo.addons.asterisk_connector.models.asterisk_recording_receive import PieceError
from odoo.addons.base.models.ir_attachment import IrAttachment

from .common import AsteriskCase, contract
from .recordings import KEY, LINKEDID, RecordingsMixin, told, wav


@tagged("post_install", "-at_install")
class TestRecordings(RecordingsMixin, AsteriskCase):
    """How recordings come to Odoo."""

    def setUp(self):
        super().setUp()
        self.apply(self.snapshot("call_ended"))
        self.data = wav()

    def send(self, offset, data, key=KEY):
        return self.recordings._take_piece(self.server, key, offset, data)

    def refusal(self, offset, data, key=KEY):
        """Return why a piece is not taken: ``(code, offset)``."""
        with self.assertRaises(PieceError) as caught:
            self.send(offset, data, key)
        return caught.exception.code, caught.exception.offset

    def found(self, key=KEY):
        return self.recordings.search([("server_id", "=", self.server.id), ("key", "=", key)])

    # -- told ----------------------------------------------------------------------------------------------------------

    def test_the_contracts_example(self):
        example = contract("agent/recordings")
        answers = self.tell(*example["request"]["items"])
        self.assertEqual(answers, example["response"]["results"])
        recording = self.found()
        self.assertEqual((recording.state, recording.call_id, recording.channels), ("announced", self.call(), 2))
        failed = self.found("0" * 31 + "1")
        self.assertEqual((failed.state, failed.problem), ("failed", "The file is not audio."))

    def test_told_twice_is_one(self):
        self.assertEqual(self.status(told(self.data), told(self.data)), ["send", "send"])
        self.assertEqual(len(self.found()), 1)

    def test_a_recording_that_waits_is_sent_later(self):
        self.assertEqual(self.status(told(self.data, state="waiting", problem="opusenc is missing.")), ["noted"])
        self.assertEqual(self.found().problem, "opusenc is missing.")
        self.assertEqual(self.status(told(self.data)), ["send"])
        self.assertFalse(self.found().problem)

    def test_without_room_it_waits(self):
        with self.full_disk():
            self.assertEqual(self.status(told(self.data)), ["wait"])
        self.assertEqual(self.status(told(self.data)), ["send"])

    # -- which are wanted ----------------------------------------------------------------------------------------------

    def test_policy_none_wants_nothing(self):
        self.server.recording_policy = "none"
        self.assertEqual(self.status(told(self.data)), ["unwanted"])
        self.assertFalse(self.found())

    def test_policy_answered_asks_the_call(self):
        self.server.recording_policy = "answered"
        self.apply(self.snapshot("call_missed"))
        now = self.env.cr.now().timestamp()
        missed = told(self.data, linkedid="1764000100.20", key="1" * 32)
        unknown = told(self.data, linkedid="nobody's", key="2" * 32, started_at=now)
        self.assertEqual(self.status(told(self.data), missed, unknown), ["send", "unwanted", "wait"])
        self.assertEqual(self.status(unknown | {"started_at": now - 8 * 86400}), ["send"], "its call will not come")

    def test_policy_chosen_asks_who_took_part(self):
        self.server.write({"recording_policy": "chosen", "recording_extension_ids": self.phone_boris.ids})
        hello = self.server._recording_settings()
        self.assertEqual((hello["policy"], hello["endpoints"]), ("chosen", ["PJSIP/102"]))
        self.assertEqual(self.status(told(self.data)), ["send"], "his phone rang")
        self.server.recording_extension_ids = self.env["asterisk.extension"].create(
            {"server_id": self.server.id, "number": "103"}
        )
        self.assertEqual(self.status(told(self.data)), ["unwanted"])
        self.assertFalse(self.found(), "what had been told of it is forgotten")

    def test_a_changed_choice_asks_for_another_hello(self):
        before = self.server._config_version()
        self.forget_bus()
        self.server.recording_format = "wav"
        self.assertNotEqual(self.server._config_version(), before)
        self.assertTrue(self.heard(self.server, "asterisk.config"))

    def test_what_would_be_erased_at_once_does_not_come(self):
        self.env.company.asterisk_recording_days = 30
        self.assertEqual(self.status(told(self.data)), ["unwanted"], "it is of 2025")

    # -- its bytes -----------------------------------------------------------------------------------------------------

    def test_it_comes_in_pieces(self):
        self.tell(told(self.data))
        self.assertEqual(self.send(0, self.data[:1000]), {"offset": 1000, "status": "send"})
        recording = self.found()
        self.assertEqual((recording.state, len(recording._attachment())), ("uploading", 0), "nothing is audible yet")
        self.assertEqual(self.tell(told(self.data))[0], {"key": KEY, "status": "send", "offset": 1000})
        self.assertEqual(self.send(1000, self.data[1000:]), {"offset": len(self.data), "status": "have"})
        self.assertEqual(recording.state, "ready")
        self.assertTrue(recording._part().size, "as after a kill between the commit and what follows it")
        self.assertEqual(self.status(told(self.data)), ["have"])
        self.assertFalse(recording._part().size, "nothing of the sound lies beside the filestore")
        self.assertEqual(self.send(0, b"again"), {"offset": len(self.data), "status": "have"})

    def test_the_file_is_where_odoo_would_have_put_it(self):
        recording = self.record(self.data)
        attachment = recording._attachment()
        self.assertEqual(attachment.raw, self.data)
        self.assertEqual(attachment.checksum, attachment._compute_checksum(self.data))
        self.assertEqual(attachment.store_fname, attachment._get_path(self.data, attachment.checksum)[0])
        self.assertEqual((attachment.file_size, attachment.mimetype), (len(self.data), "audio/wav"))

    def test_a_whole_file_is_never_in_memory(self):
        self.tell(told(self.data))
        with (
            patch.object(Path, "read_bytes", side_effect=AssertionError),
            patch.object(IrAttachment, "_compute_checksum", side_effect=AssertionError),
        ):
            self.assertEqual(self.send(0, self.data)["status"], "have")

    def test_two_recordings_of_the_same_sound_share_the_file(self):
        first, second = self.record(self.data), self.record(self.data, key="3" * 32)
        self.assertEqual(first._attachment().store_fname, second._attachment().store_fname)
        first._erase("test")
        self.assertEqual(second._attachment().raw, self.data)

    def test_where_odoo_keeps_attachments_in_the_database(self):
        self.env["ir.config_parameter"].set_param("ir_attachment.location", "db")
        attachment = self.record(self.data)._attachment()
        self.assertEqual((attachment.store_fname, attachment.raw), (False, self.data))

    def test_a_wrong_offset_says_where_to_go_on(self):
        self.tell(told(self.data))
        self.send(0, self.data[:1000])
        self.assertEqual(self.refusal(0, self.data[:1000]), ("offset", 1000), "sent twice")
        self.assertEqual(self.refusal(2000, self.data[2000:]), ("offset", 1000), "a hole")
        self.assertEqual(self.send(1000, self.data[1000:])["status"], "have")

    def test_other_bytes_than_told_begin_again(self):
        self.tell(told(self.data))
        self.assertEqual(self.refusal(0, b"x" * len(self.data)), ("checksum", None))
        self.assertEqual(self.tell(told(self.data))[0]["offset"], 0)
        self.assertEqual(self.refusal(0, self.data + b"x"), ("checksum", None))
        self.assertEqual(self.send(0, self.data)["status"], "have")

    def test_converted_anew_it_begins_again(self):
        self.tell(told(self.data))
        self.send(0, self.data[:1000])
        other = wav(left=0.1)
        self.assertEqual(self.tell(told(other))[0]["offset"], 0)
        self.assertEqual(self.send(0, other)["status"], "have")

    def test_a_full_disk_keeps_what_is_there(self):
        self.tell(told(self.data))
        self.send(0, self.data[:1000])
        with self.full_disk():
            self.assertEqual(self.refusal(1000, self.data[1000:]), ("disk_full", None))
        with patch("os.link", side_effect=OSError(28, "no space")), patch("os.replace", side_effect=OSError(28, "no")):
            self.assertEqual(self.refusal(1000, self.data[1000:]), ("disk_full", None))
        self.assertFalse(self.found()._attachment(), "nothing audible is promised")
        self.assertEqual(self.send(len(self.data), b"")["status"], "have", "the last step is made again")

    def test_what_nobody_told_is_unknown(self):
        self.assertEqual(self.refusal(0, self.data, "4" * 32), ("unknown", None))
        self.tell(told(self.data, state="failed", problem="no"))
        self.assertEqual(self.refusal(0, self.data), ("unknown", None))

    def test_two_writers(self):
        self.tell(told(self.data))
        locked = psycopg2.errors.LockNotAvailable()
        with patch.object(type(self.recordings), "_locked", side_effect=locked):
            self.assertEqual(self.refusal(0, self.data), ("busy", None))
            self.assertEqual(self.status(told(self.data)), ["wait"])

    def test_the_shape_of_a_wav(self):
        left, right = (base64.b64decode(text) for text in self.record(wav(left=1.0, right=0.5), peaks=None).peaks)
        self.assertEqual(len(left), len(right))
        self.assertEqual((max(left), max(right)), (255, 127))

    # -- its call ------------------------------------------------------------------------------------------------------

    def test_a_recording_that_comes_before_its_call(self):
        recording = self.record(linkedid="early", key="5" * 32)
        self.assertFalse(recording.call_id)
        ended = self.snapshot("call_ended", linkedid="early", linkedids=["early"])
        self.apply(ended)
        self.assertEqual(recording.call_id, self.call("early"))

    def test_a_recording_whose_call_was_made_at_the_same_moment_is_linked_later(self):
        recording = self.record()
        recording.call_id = False
        self.cron()
        self.assertEqual(recording.call_id, self.call())

    def test_calls_that_merge_keep_their_recordings(self):
        self.apply(self.snapshot("call_ended", linkedid="other", linkedids=["other"]))
        recording, early = self.record(linkedid="other", key="6" * 32), self.record(linkedid="late", key="7" * 32)
        self.assertEqual(recording.call_id, self.call("other"))
        ids = [LINKEDID, "other", "late"]
        self.apply(self.snapshot("call_ended", linkedids=ids, version=1900000000000))
        self.assertFalse(self.call("other"))
        self.assertEqual((recording + early).call_id, self.call())
        self.assertEqual({recording.state, early.state}, {"ready"})
        under_alias = self.record(linkedid="late", key="8" * 32)
        self.assertEqual(under_alias.call_id, self.call())
