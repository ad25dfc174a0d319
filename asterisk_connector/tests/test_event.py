from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import NUMBER, contract
from .event_case import EventCase


@tagged("post_install", "-at_install")
class TestEvent(EventCase):
    """What people write about a call: who may, who is told, and what is suggested."""

    # -- writing -------------------------------------------------------------------------------------------------------

    def test_the_event_is_as_the_contract_has_it(self):
        self.calls_of(self.anna).save_note(self.record.id, "Wants ten printers", "")
        event = self.calls_of(self.anna).event(self.record.id)
        example = contract("client/event")
        self.assertEqual(event.keys(), example.keys())
        self.assertEqual(event["view"].keys(), example["view"].keys())
        for name in ("outcomes", "documents"):
            self.assertEqual(event[name][0].keys(), example[name][0].keys())
        self.assertEqual((event["note"], event["outcome"], event["may_write"]), ("Wants ten printers", False, True))
        self.assertEqual([outcome["name"] for outcome in event["outcomes"]][:2], ["Interested", "Call back"])

    def test_one_writes_about_the_own_call(self):
        self.write_all(self.record)
        written = ("Wants ten printers", self.interested, self.delivery, self.lead, self.order)
        self.assertEqual(self.written(self.record), written)
        self.assertEqual(self.record.partner_id, self.eva, "a linked lead is no other customer")
        calls = self.calls_of(self.anna)
        calls.choose_outcome(self.record.id, False)
        calls.set_tag(self.record.id, self.delivery.id, False)
        calls.link_document(self.record.id, "sale.order", self.order.id, False)
        calls.link_document(self.record.id, "crm.lead", self.lead.id, False)
        calls.save_note(self.record.id, "  ", "Wants ten printers")
        self.assertFalse(any(self.written(self.record)))
        self.assertFalse(self.record.note, "a blank note is none")

    def test_those_who_talk_and_those_who_write_are_told(self):
        self.forget_bus()
        self.calls_of(self.boris).save_note(self.record.id, "Wants ink", "")
        for user in (self.anna, self.boris):
            (told,) = self.heard(user, "asterisk_connector.event")
            self.assertEqual((told["call_id"], told["note"]), (self.record.id, "Wants ink"))
        self.assertEqual(self.record.writer_ids, self.boris)
        self.assertFalse(self.heard(self.clara) + self.heard(self.elena))
        self.forget_bus()
        self.calls_of(self.anna).save_note(self.record.id, "Wants ink", "Wants ink")
        self.assertFalse(self.heard(self.boris), "nothing new")

    def test_whose_phone_only_rang_is_not_told_of_every_word(self):
        self.forget_bus()
        self.calls_of(self.anna).save_note(self.record.id, "Wants ink", "")
        self.assertTrue(self.heard(self.anna, "asterisk_connector.event"))
        self.assertFalse(self.heard(self.boris, "asterisk_connector.event"))

    def test_two_who_write_at_once_lose_nothing(self):
        self.calls_of(self.anna).save_note(self.record.id, "Wants ink", "")
        event = self.calls_of(self.boris).save_note(self.record.id, "Call back on Friday", "")
        self.assertEqual(event["note"], "Wants ink\nCall back on Friday")
        event = self.calls_of(self.anna).save_note(self.record.id, "Wants ink and paper", "Wants ink")
        self.assertEqual(event["note"], "Wants ink and paper\nCall back on Friday")
        event = self.calls_of(self.anna).save_note(self.record.id, "Wants ink and paper", "Wants ink")
        self.assertEqual(event["note"].count("paper"), 1, "sent twice, kept once")

    def test_a_note_has_an_end(self):
        with self.assertRaisesRegex(UserError, "too long"):
            self.calls_of(self.anna).save_note(self.record.id, "x" * 100_001, "")
        self.calls_of(self.anna).save_note(self.record.id, 'a\x00\ud800<img src=x>"', None)
        self.assertEqual(self.record.note, 'a<img src=x>"')
        self.assertEqual(self.record.note_preview, 'a<img src=x>"')

    # -- rights --------------------------------------------------------------------------------------------------------

    def test_nobody_writes_about_anothers_call(self):
        tries = {
            "save_note": ("My words", ""),
            "choose_outcome": (self.interested.id,),
            "set_tag": (self.delivery.id, True),
            "link_document": ("crm.lead", self.lead.id, True),
        }
        nobody = new_test_user(self.env, "nobody3.test", "base.group_user")
        for user in (self.clara, self.elena, nobody):
            for method, args in tries.items():
                with self.assertRaises(AccessError, msg=f"{user.name} {method}"):
                    getattr(self.calls_of(user), method)(self.record.id, *args)
        self.assertFalse(any(self.written(self.record)))

    def test_the_own_call_is_still_not_written_directly(self):
        for values in ({"note": "x"}, {"outcome_id": self.interested.id}, {"talk_seconds": 9}):
            with self.assertRaises(AccessError):
                self.record.with_user(self.anna).write(values)

    def test_a_supervisor_reads_a_manager_writes(self):
        self.write_all(self.record)
        event = self.calls_of(self.elena).event(self.record.id)
        self.assertEqual((event["note"], event["may_write"]), ("Wants ten printers", False))
        self.assertIsNone(event["view"], "the call is not hers")
        with self.assertRaises(AccessError):
            self.calls_of(self.clara).event(self.record.id)
        event = self.calls_of(self.manager).save_note(self.record.id, "Checked", "Wants ten printers")
        self.assertEqual((event["note"], self.record.writer_ids), ("Checked", self.anna | self.manager))

    def test_strange_questions_are_refused(self):
        calls = self.calls_of(self.anna)
        for call_id in (0, 99999999, "1", None, True, [self.record.id]):
            with self.assertRaises(UserError, msg=repr(call_id)):
                calls.save_note(call_id, "x", "")
            with self.assertRaises(UserError, msg=repr(call_id)):
                calls.event(call_id)
        for model, record_id in (("res.users", 1), ("crm.lead", True), ("crm.lead", 99999999), (None, None)):
            with self.assertRaises(UserError):
                calls.link_document(self.record.id, model, record_id, True)
        for nothing in (99999999, "1", [1], None, True):
            calls.choose_outcome(self.record.id, nothing)
            calls.set_tag(self.record.id, nothing, True)
        self.assertFalse(self.record.outcome_id or self.record.tag_ids)

    def test_a_document_that_one_may_not_see_is_neither_linked_nor_shown(self):
        invoice = self.env["account.move"].create({"move_type": "out_invoice", "partner_id": self.eva.id})
        with self.assertRaises(AccessError):
            self.calls_of(self.clara).with_user(self.clara).env["account.move"].browse(invoice.id).check_access("read")
        self.record.move_ids = invoice
        self.record.user_ids += self.clara
        shown = [document["model"] for document in self.calls_of(self.clara).event(self.record.id)["documents"]]
        self.assertNotIn("account.move", shown)
        with self.assertRaises(AccessError):
            self.calls_of(self.clara).link_document(self.record.id, "account.move", invoice.id, True)

    # -- documents -----------------------------------------------------------------------------------------------------

    def test_what_is_open_with_the_customer_is_suggested(self):
        quotation, cancelled = self.env["sale.order"].create(
            [{"partner_id": partner.id, "user_id": self.anna.id} for partner in (self.acme, self.eva)]
        )
        cancelled.state = "cancel"
        documents = self.calls_of(self.anna).event(self.record.id)["documents"]
        found = {(document["model"], document["id"]) for document in documents}
        self.assertEqual(found, {("crm.lead", self.lead.id), ("sale.order", quotation.id)})
        self.assertFalse([document for document in documents if document["linked"]])
        self.assertTrue(next(document for document in documents if document["model"] == "sale.order")["hint"])
        event = self.calls_of(self.anna).link_document(self.record.id, "sale.order", cancelled.id, True)
        linked = [document["id"] for document in event["documents"] if document["linked"]]
        self.assertEqual(linked, [cancelled.id], "what was linked is shown whatever became of it")

    def test_the_name_that_the_line_gave_is_offered_for_a_new_contact(self):
        self.assertEqual(self.calls_of(self.anna).event(self.record.id)["caller_name"], "")
        self.record.caller_name = "HANS NEU"
        self.assertEqual(self.calls_of(self.anna).event(self.record.id)["caller_name"], "HANS NEU")
        self.record.caller_name = NUMBER
        self.assertEqual(self.calls_of(self.anna).event(self.record.id)["caller_name"], "")
