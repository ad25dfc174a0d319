from odoo.exceptions import ConcurrencyError
from odoo.tests import tagged

from .common import NUMBER, AsteriskCase, contract


@tagged("post_install", "-at_install")
class TestSnapshots(AsteriskCase):
    """The agent's snapshots become calls."""

    def test_a_ringing_call_is_stored_with_its_legs_and_customer(self):
        self.assertEqual(self.apply(self.snapshot()), ["ok"])
        call = self.call()
        self.assertEqual(call.state, "ringing")
        self.assertEqual(call.number, NUMBER)
        self.assertEqual(call.partner_id, self.eva)
        self.assertEqual(call.city, "Berlin")
        self.assertEqual(call.country_id, self.germany)
        self.assertEqual(call.line, "Sales line")
        self.assertEqual(call.user_ids, self.anna | self.boris)
        self.assertEqual(call.leg_ids.mapped("uniqueid"), ["1764000000.10", "1764000000.11", "1764000000.12"])
        self.assertEqual(call.company_id, self.server.company_id)

    def test_the_highest_version_is_the_truth(self):
        self.apply(self.snapshot("call_talking"))
        self.assertEqual(self.apply(self.snapshot("call_ringing")), ["stale"])
        self.assertEqual(self.apply(self.snapshot("call_talking")), ["stale"])
        self.assertEqual(self.call().state, "talking")
        self.assertEqual(self.apply(self.snapshot("call_ended")), ["ok"])
        call = self.call()
        self.assertEqual(call.result, "answered")
        self.assertEqual(call.talk_seconds, 60.5)
        self.assertEqual(call.user_id, self.anna)
        self.assertFalse(call.missed)

    def test_a_bad_item_does_not_harm_its_neighbours(self):
        batch = contract("agent/batch_with_bad_items")
        results = self.env["asterisk.call"].sudo()._apply_snapshots(self.server, batch["request"]["items"])
        self.assertEqual([result["status"] for result in results], batch["statuses"])
        self.assertEqual(self.env["asterisk.call"].search_count([("server_id", "=", self.server.id)]), 1)
        for result in results:
            self.assertEqual(result["status"] == "refused", "error" in result)
        self.assertIn("started_at", results[4]["error"]["message"])

    def test_an_end_of_no_call_is_refused(self):
        self.assertEqual(self.apply({"state": "ended"}, {"state": "ended", "linkedid": ["x"]}), ["refused"] * 2)

    def test_a_fault_inside_one_item_is_undone_alone(self):
        call_class = self.env.registry["asterisk.call"]
        apply_people = call_class._apply_people

        def broken(record, server, ending):
            if record.linkedid == "broken":
                raise ZeroDivisionError
            return apply_people(record, server, ending)

        self.patch(call_class, "_apply_people", broken)
        with self.assertLogs("odoo.addons.asterisk_connector.models.asterisk_call_apply", "ERROR"):
            statuses = self.apply(self.snapshot(linkedid="broken", linkedids=["broken"]), self.snapshot())
        self.assertEqual(statuses, ["refused", "ok"])
        self.assertFalse(self.call("broken"))
        self.assertTrue(self.call())

    def test_a_transfer_is_one_call_with_everybody_in_it(self):
        charlie = self.env["asterisk.extension"].create(
            {"server_id": self.server.id, "number": "103", "user_id": self.clara.id}
        )
        self.assertTrue(charlie.is_default)
        self.apply(self.snapshot("call_transferred"))
        call = self.call("1764000200.30")
        self.assertEqual(call.user_ids, self.anna | self.clara)
        self.assertEqual(call.user_id, self.anna)
        self.assertEqual(call.summary, "Anna 0:46 → Clara 0:55")

    def test_calls_that_merge_become_one(self):
        consult = self.snapshot(
            "call_ringing",
            linkedid="1764000230.34",
            linkedids=["1764000230.34"],
            version=1764000231000,
            direction="internal",
        )
        first = self.snapshot(
            "call_talking", linkedid="1764000200.30", linkedids=["1764000200.30"], version=1764000230000
        )
        self.assertEqual(self.apply(consult, first), ["ok", "ok"])
        consult_id = self.call("1764000230.34").id
        self.forget_bus()
        self.assertEqual(self.apply(self.snapshot("call_transferred")), ["ok"])
        self.assertFalse(self.call("1764000230.34"))
        closed = [view for view in self.heard(self.anna, "asterisk_connector.call") if view["id"] == consult_id]
        self.assertEqual([view["state"] for view in closed], ["ended"], "the merged call's card must go away")
        # A late word under the old id finds the call it went into.
        self.assertEqual(self.apply(consult), ["stale"])
        self.assertFalse(self.call("1764000230.34"))

    def test_a_partial_snapshot_keeps_what_is_known(self):
        self.apply(self.snapshot("call_talking"))
        late = self.snapshot(
            "call_talking",
            version=1764000050000,
            partial=True,
            started_at=1764000040.0,
            did=None,
            rang=[],
            answered_by=None,
            answered_at=None,
            ring_seconds=0,
        )
        late["legs"] = late["legs"][:2]
        self.assertEqual(self.apply(late), ["ok"])
        call = self.call()
        self.assertEqual(call.started_at.timestamp(), 1764000000.0)
        self.assertEqual(call.did, "+493055570100")
        self.assertEqual(call.rang, ["PJSIP/101", "PJSIP/102"])
        self.assertEqual(call.answered_by, "PJSIP/101")
        self.assertEqual(len(call.leg_ids), 3)

    def test_calls_that_ended_unseen_are_closed(self):
        other = self.snapshot(linkedid="1764000001.50", linkedids=["1764000001.50"])
        self.apply(self.snapshot("call_talking"), other)
        self.forget_bus()
        self.apply(live=["1764000001.50"])
        self.assertEqual(self.call("1764000001.50").state, "ringing")
        call = self.call()
        self.assertEqual((call.state, call.result, call.ended_unseen), ("ended", "answered", True))
        self.assertEqual(set(call.leg_ids.mapped("state")), {"ended"})
        self.assertEqual(self.view_for(self.anna)["state"], "ended")

    def test_hostile_text_is_made_harmless(self):
        hostile = self.snapshot()
        hostile["caller"] = {
            "number": "+493012345678\r\nAction: Originate",
            "name": "\x00\u202eEvil\ud800" + "x" * 999,
            "endpoint": None,
        }
        hostile["legs"][0]["name"] = "a\nb"
        self.assertEqual(self.apply(hostile), ["ok"])
        call = self.call()
        self.assertTrue(call.caller_name.startswith("Evilx"))
        self.assertEqual(len(call.caller_name), 80)
        self.assertNotIn("\n", call.caller_number)
        self.assertEqual(call.leg_ids[0].name, "ab")

    def test_a_withheld_number_is_nobody(self):
        for index, word in enumerate(("anonymous", "Unavailable", "", "Private")):
            linkedid = f"hidden.{index}"
            self.env["res.partner"].create({"name": word or "Empty", "phone": word})
            snapshot = self.snapshot(linkedid=linkedid, linkedids=[linkedid])
            snapshot["caller"]["number"] = word
            self.assertEqual(self.apply(snapshot), ["ok"])
            self.assertFalse(self.call(linkedid).number)
            self.assertFalse(self.call(linkedid).partner_id)

    def test_a_quiet_repetition_tells_nobody(self):
        self.apply(self.snapshot())
        self.forget_bus()
        self.apply(self.snapshot(version=1764000000200))
        self.assertEqual(self.heard(self.anna), [])

    def test_a_device_without_a_person_works(self):
        self.phone_anna.user_id = False
        self.apply(self.snapshot("call_ended"))
        call = self.call()
        self.assertEqual(call.user_ids, self.boris)
        self.assertFalse(call.user_id)
        self.assertEqual(self.view_for(self.boris)["outcome"], {"reason": "elsewhere", "who": "Desk phone"})

    def test_a_renamed_colleague_is_called_by_the_new_name(self):
        self.apply(self.snapshot("call_talking"))
        self.anna.partner_id.name = "Anna Berg"
        self.apply(self.snapshot("call_talking", linkedid="later", linkedids=["later"]))
        self.assertEqual(self.view_for(self.boris)["outcome"]["who"], "Anna Berg")

    def test_only_live_batches_skip_the_wait_for_the_disk(self):
        def setting():
            self.env.cr.execute("SHOW synchronous_commit")
            return self.env.cr.fetchone()[0]

        self.env.cr.execute("SET LOCAL synchronous_commit = on")
        self.apply(self.snapshot("call_ended"))
        self.assertEqual(setting(), "on")
        self.apply(self.snapshot(linkedid="other", linkedids=["other"]))
        self.assertEqual(setting(), "off")

    def test_two_requests_of_one_agent_at_once(self):
        self.patch(self.env.registry["asterisk.call"], "_alone", lambda calls, server: False)
        self.assertEqual(self.apply(self.snapshot(), None), ["retry", "retry"])
        with self.assertRaises(ConcurrencyError):
            self.apply(live=[])
        self.assertFalse(self.call())

    def test_a_call_is_found_by_its_number_however_it_is_typed(self):
        self.apply(self.snapshot())
        call = self.call()
        self.assertEqual(call.number, "+493012345678")
        calls = self.env["asterisk.call"]
        self.env.company.country_id = self.env.ref("base.de")
        for typed in ("030 1234 5678", "+49 30 12345678", "0049 30/123", "5678"):
            self.assertIn(call, calls.search([("number_display", "ilike", typed)]), typed)
        self.assertIn(call, calls.search([("number_display", "=", "030 12345678")]))
        for typed in ("5679", "%", "Eva"):
            self.assertNotIn(call, calls.search([("number_display", "ilike", typed)]), typed)
