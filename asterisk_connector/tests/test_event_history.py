from odoo.tests import tagged

from .event_case import ANSWERED, EventCase
from .recordings import RecordingsMixin, wav
from .records import START, rows_of

OTHER = "1764000020.3"


@tagged("post_install", "-at_install")
class TestEventHistory(RecordingsMixin, EventCase):
    """The PBX's records come later and correct or merge calls: nothing that people made of them goes away."""

    def row(self, key, channel, peer, start, end, linkedid):
        """Return a record of two channels that talked."""
        names, rows = rows_of()
        values = dict(zip(names, rows[0], strict=True)) | {
            "key": key * 32, "channel": channel, "dstchannel": peer, "start": START + start, "answer": START + start,
            "end": START + end, "duration": end - start, "billsec": end - start, "linkedid": linkedid,
            "uniqueid": linkedid,
        }  # fmt: skip
        return [values[name] for name in names]

    def take(self, *rows):
        """Let records come as the agent sends them."""
        names, _rows = rows_of()
        answer = self.server._take_records("asterisk.cdr", {"columns": names, "rows": list(rows)})
        self.assertEqual(answer["imported"], len(rows))

    def made_much_of(self, call, note, key, **sound):
        """Write all about a call that one can, record it, talk and plan about it, listen to it."""
        self.write_all(call, note)
        recording = RecordingsMixin.record(self, wav(**sound), linkedid=call.linkedid, key=key * 32)
        self.assertEqual(recording.call_id, call)
        call.message_post(body=f"About {note}")
        call.with_user(self.anna).activity_schedule("mail.mail_activity_data_call", user_id=self.anna.id, summary=note)
        recording.keep_forever = True
        self.recordings.with_user(self.anna).heard(recording.id, [[0, 1]])
        return recording

    def assert_whole(self, recording, call):
        """Check that a recording belongs to this call, can be heard, and is kept."""
        recording.invalidate_recordset()
        self.assertEqual((recording.call_id, recording.state, recording.keep_forever), (call, "ready", True))
        self.assertEqual(len(recording._attachment().raw), recording.bytes)
        self.assertTrue(self.recordings.with_user(self.anna).play(recording.id)["url"])
        self.assertIn("heard", recording.listen_ids.mapped("kind"))

    def test_a_correction_takes_nothing_away(self):
        recording = self.made_much_of(self.record, "Wants ten printers", "1")
        self.apply(live=[])
        self.assertTrue(self.record.ended_unseen)
        before = self.written(self.record)
        _names, rows = rows_of()
        self.take(*rows)
        self.assertEqual((self.record.source, self.record.ended_unseen), ("both", True), "it was corrected")
        self.assertEqual(self.written(self.record), before)
        self.assertIn("About Wants ten printers", str(self.record.message_ids.mapped("body")))
        self.assertEqual(self.record.activity_ids.mapped("summary"), ["Wants ten printers"])
        self.assert_whole(recording, self.record)
        self.record.with_user(self.manager).action_tell_again()
        self.assertEqual(self.written(self.record), before)
        self.assert_whole(recording, self.record)

    def other_call(self):
        """Return a second call of Anna's, which ended."""
        other = self.snapshot("call_ended", linkedid=OTHER, linkedids=[OTHER], started_at=START + 20)
        for number, leg in enumerate(other["legs"]):
            leg["uniqueid"] = f"{OTHER}{number}"
        self.assertEqual(self.apply(other), ["ok"])
        return self.call(OTHER)

    def tie(self):
        """Let records come that say: these two calls were one."""
        self.take(
            self.row("a", "PJSIP/carrier-0000000a", "PJSIP/101-0000000b", 0, 30, ANSWERED),
            self.row("b", "PJSIP/101-00000003", "PJSIP/102-00000004", 20, 30, OTHER),
            self.row("c", "PJSIP/carrier-0000000a", "PJSIP/102-00000004", 30, 60, ANSWERED),
        )
        calls = self.env["asterisk.call"].search([("server_id", "=", self.server.id)])
        self.assertEqual((len(calls), calls.alias_ids.mapped("linkedid")), (1, [OTHER]))
        return calls

    def test_two_calls_that_the_records_make_one_keep_all_of_both(self):
        self.apply(self.snapshot("call_ended"))
        other = self.other_call()
        first = self.made_much_of(self.record, "Wants ten printers", "1")
        second = self.made_much_of(other, "Told Boris about it", "2", left=0.3)
        self.calls_of(self.anna).set_tag(other.id, self.price.id, True)
        call = self.tie()
        self.assertEqual(call.note, "Wants ten printers\nTold Boris about it")
        self.assertEqual((call.outcome_id, call.tag_ids), (self.interested, self.delivery | self.price))
        self.assertEqual((call.lead_id, len(call.order_ids)), (self.lead, 2))
        self.assertEqual(sorted(call.activity_ids.mapped("summary")), ["Told Boris about it", "Wants ten printers"])
        bodies = str(call.message_ids.mapped("body"))
        self.assertTrue("About Wants ten printers" in bodies and "About Told Boris about it" in bodies, bodies)
        for recording in (first, second):
            self.assert_whole(recording, call)
        self.assertEqual(len(call.with_user(self.anna).recordings), 2)

    def test_a_call_that_was_written_about_and_turns_out_to_be_a_part_of_another(self):
        self.apply(self.snapshot("call_ended"))
        other = self.other_call()
        recording = self.made_much_of(other, "Told Boris about it", "2")
        before = self.written(other)
        call = self.tie()
        self.assertEqual(self.written(call), before)
        self.assert_whole(recording, call)
        late = RecordingsMixin.record(self, wav(left=0.2), linkedid=OTHER, key="3" * 32)
        self.assertEqual(late.call_id, call, "it comes under the linkedid that is gone")
