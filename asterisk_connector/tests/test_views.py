import json

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import NUMBER, AsteriskCase, contract

#: what differs from one database and moment to the next
ACCIDENTAL = ("id", "server_id", "ts")


@tagged("post_install", "-at_install")
class TestViews(AsteriskCase):
    """What each employee sees of a call."""

    def like(self, view, example):
        """Compare a view with an example of the contract, but for ids and the clock."""
        view, example = json.loads(json.dumps(view)), contract(f"client/{example}")
        self.assertEqual(view.keys(), example.keys())
        self.assertAlmostEqual(view.pop("since"), example.pop("since"), delta=0.1)
        for side in (view, example):
            for key in ACCIDENTAL:
                side.pop(key)
            for match in [*side["matches"], *filter(None, [side["customer"]])]:
                match.pop("id")
                match["avatar_url"] = match["avatar_url"].split("/")[3] if match["avatar_url"] else ""
        self.assertEqual(view, example)

    def test_everybody_whose_phone_rings_sees_it(self):
        self.apply(self.snapshot())
        self.like(self.view_for(self.anna), "call_view_ringing")
        boris = self.view_for(self.boris)
        self.assertEqual((boris["state"], boris["customer"]["owner_is_me"]), ("ringing", False))
        self.assertFalse(self.heard(self.clara, "asterisk_connector.call"))

    def test_who_answered_talks_the_others_are_told_who(self):
        self.apply(self.snapshot())
        self.apply(self.snapshot("call_talking"))
        self.like(self.view_for(self.anna), "call_view_talking")
        boris = self.view_for(self.boris)
        self.assertEqual((boris["state"], boris["outcome"]), ("ended", {"reason": "elsewhere", "who": "Anna"}))
        example = contract("client/call_view_elsewhere")
        self.assertAlmostEqual(boris["since"], example["since"], delta=0.1)

    def test_the_end(self):
        self.apply(self.snapshot("call_talking"))
        self.forget_bus()
        self.apply(self.snapshot("call_ended"))
        self.like(self.view_for(self.anna), "call_view_ended")
        self.assertFalse(self.heard(self.boris), "nothing new for who was told before")

    def test_a_missed_call_is_counted_until_it_is_seen_or_called_back(self):
        missed = self.snapshot("call_missed")
        self.apply(missed)
        view = self.view_for(self.anna)
        self.assertEqual((view["state"], view["outcome"]), ("ended", {"reason": "missed", "who": ""}))
        call = self.call("1764000100.20")
        self.assertTrue(call.missed)
        calls = self.env["asterisk.call"].with_user(self.anna)
        self.assertEqual(calls.client_state()["missed"], 1)
        self.assertEqual(calls.with_user(self.boris).acknowledge_missed([call.id]), 0)
        self.assertEqual(calls.client_state()["missed"], 1, "somebody else's acknowledging changes nothing for me")
        self.assertEqual(calls.acknowledge_missed([call.id, 999999999]), 0)
        self.assertEqual(calls.client_state()["missed"], 0)

    def test_talking_to_the_caller_closes_the_missed_call(self):
        self.apply(self.snapshot("call_missed"))
        back = self.snapshot(
            "call_talking",
            linkedid="back",
            linkedids=["back"],
            direction="outgoing",
            started_at=1764000200.0,
            answered_at=1764000204.0,
            version=1764000204000,
        )
        back["caller"], back["callee"] = back["callee"], back["caller"]
        self.apply(back)
        self.assertEqual(self.env["asterisk.call"].with_user(self.anna).client_state()["missed"], 0)

    def test_a_busy_phone_missed_a_call_a_declining_person_did_not(self):
        for result, reason in (("busy", "missed"), ("rejected", "rejected"), ("no-answer", "missed")):
            missed = self.snapshot("call_missed", linkedid=result, linkedids=[result])
            missed["legs"][1]["result"] = result
            self.apply(missed)
            self.assertEqual(self.view_for(self.anna)["outcome"]["reason"], reason)

    def test_several_customers_are_a_choice_and_the_choice_stays(self):
        karl = self.env["res.partner"].create(
            {"name": "Karl Weber", "parent_id": self.acme.id, "phone": NUMBER, "function": "Accounting"}
        )
        self.apply(self.snapshot())
        view = self.view_for(self.anna)
        self.assertIsNone(view["customer"])
        self.assertEqual([match["name"] for match in view["matches"]], ["Eva Braun", "Karl Weber"])
        self.assertEqual(view["matches"][0]["reason"], "Open opportunity")
        self.assertFalse(self.call().partner_id, "never the first match silently")
        self.forget_bus()
        chosen = self.env["asterisk.call"].with_user(self.anna).choose_match(view["id"], "res.partner", karl.id)
        self.assertEqual(chosen["customer"]["name"], "Karl Weber")
        self.assertEqual(self.view_for(self.boris)["customer"]["name"], "Karl Weber", "the others see it too")
        self.apply(self.snapshot("call_talking"))
        self.assertEqual(self.view_for(self.anna)["customer"]["name"], "Karl Weber")

    def test_a_company_and_its_contact_with_one_number_are_both_shown(self):
        self.acme.phone = NUMBER
        self.apply(self.snapshot())
        self.assertEqual(
            {(match["name"], match["company"]) for match in self.view_for(self.anna)["matches"]},
            {("Acme GmbH", ""), ("Eva Braun", "Acme GmbH")},
        )

    def test_an_unknown_number_says_where_it_is_from(self):
        unknown = self.snapshot(linkedid="1764000000.90", linkedids=["1764000000.90"])
        unknown["caller"]["number"] = "+37167000000"
        self.apply(unknown)
        self.like(self.view_for(self.anna), "call_view_unknown")

    def test_a_withheld_number_shows_nothing(self):
        hidden = self.snapshot(linkedid="1764000000.91", linkedids=["1764000000.91"])
        hidden["caller"]["number"] = "anonymous"
        self.apply(hidden)
        self.like(self.view_for(self.anna), "call_view_withheld")

    def test_telling_who_an_unknown_caller_is_teaches_the_number(self):
        unknown = self.snapshot()
        unknown["caller"]["number"] = "+37167000000"
        self.apply(unknown)
        self.anna.group_ids = [Command.link(self.env.ref("base.group_partner_manager").id)]
        self.env["asterisk.call"].with_user(self.anna).choose_match(self.call().id, "res.partner", self.eva.id)
        self.assertEqual(self.eva.phone_number_ids.number, "+37167000000")

    def test_a_colleague_is_known_by_his_extension(self):
        internal = self.snapshot(direction="internal", did=None, trunk=None)
        internal["caller"] = {"number": "101", "name": "", "endpoint": "PJSIP/101"}
        internal["callee"] = {"number": "102", "name": "", "endpoint": None}
        internal["legs"] = internal["legs"][1:]
        internal["legs"][0] |= {"role": "caller", "state": "dialing"}
        self.apply(internal)
        self.assertEqual(self.view_for(self.anna)["customer"]["name"], "Boris")
        self.assertEqual(self.view_for(self.anna)["state"], "dialing")
        boris = self.view_for(self.boris)
        self.assertEqual((boris["customer"]["name"], boris["number"]), ("Anna", "101"))

    def test_a_lead_that_the_user_may_not_read_is_not_shown(self):
        self.eva.phone = False
        self.lead.write({"partner_id": False, "contact_name": "Secret", "phone": NUMBER})
        self.apply(self.snapshot())
        self.assertEqual(self.view_for(self.anna)["customer"]["name"], "Secret")
        self.assertEqual((self.view_for(self.boris)["customer"], self.view_for(self.boris)["matches"]), (None, []))

    def test_the_words_are_in_the_users_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.anna.lang = "fr_FR"
        self.apply(self.snapshot())
        self.assertEqual(self.view_for(self.anna)["place"]["country"], "Allemagne")

    def test_a_reload_brings_the_calls_back(self):
        self.apply(self.snapshot())
        state = self.env["asterisk.call"].with_user(self.anna).client_state()
        example = contract("client/client_state")
        self.assertEqual(state.keys(), example.keys())
        self.assertEqual(state["devices"][0].keys(), example["devices"][0].keys())
        self.assertEqual(state["servers"][0].keys(), example["servers"][0].keys())
        self.like(state["calls"][0], "call_view_ringing")
        self.apply(self.snapshot("call_talking"))
        self.assertFalse(self.env["asterisk.call"].with_user(self.boris).client_state()["calls"])

    def test_nobody_acts_on_others_calls(self):
        self.apply(self.snapshot())
        calls = self.env["asterisk.call"].with_user(self.clara)
        call_id = self.call().id
        for act in (
            lambda: calls.popup_details(call_id),
            lambda: calls.choose_match(call_id, "res.partner", self.eva.id),
            lambda: self.env["asterisk.command"].with_user(self.clara).hang_up(call_id),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_the_popup_tells_what_matters(self):
        self.env["sale.order"].create(
            {
                "partner_id": self.eva.id,
                "user_id": self.anna.id,
                "order_line": [
                    Command.create({"name": "Printer", "product_uom_qty": 1, "price_unit": 8600, "tax_ids": False})
                ],
            }
        )
        self.apply(self.snapshot("call_ended", linkedid="before", linkedids=["before"]))
        self.apply(self.snapshot())
        details = self.env["asterisk.call"].with_user(self.anna).popup_details(self.call().id)
        example = contract("client/popup_details")
        self.assertEqual(details.keys(), example.keys())
        self.assertEqual((details["model"], details["id"]), ("res.partner", self.eva.id))
        items = {item["key"]: item for item in details["items"]}
        for item in details["items"]:
            self.assertEqual(item.keys(), example["items"][0].keys())
        self.assertEqual(items.keys(), {"quotations", "opportunities", "last_call"})
        self.assertIn("8,600", items["quotations"]["text"])
        self.assertIn("Ten printers", items["opportunities"]["text"])
        self.assertTrue(items["last_call"]["text"].endswith("Anna, 1:00"), items["last_call"]["text"])

    def test_the_popup_tells_only_what_the_user_may_read(self):
        self.phone_boris.user_id = self.clara
        self.apply(self.snapshot())
        details = self.env["asterisk.call"].with_user(self.clara).popup_details(self.call().id)
        self.assertEqual([item["key"] for item in details["items"]], [])

    def test_searching_a_customer(self):
        calls = self.env["asterisk.call"].with_user(self.anna)
        found = calls.search_customers("Eva Br")
        self.assertEqual(found[0].keys(), contract("client/call_view_ringing")["customer"].keys())
        self.assertEqual([match["name"] for match in found], ["Eva Braun"])
        self.assertEqual([match["name"] for match in calls.search_customers("030 123456")], ["Eva Braun"])
        self.assertEqual(calls.search_customers("x"), [])
        self.assertEqual(calls.search_customers("98765432"), [])

    def test_a_forgotten_call_is_no_last_call_of_its_own(self):
        self.apply(self.snapshot(started_at=fields.Datetime.now().timestamp()))
        self.lead.active = False
        view = self.env["asterisk.call"].with_user(self.anna).client_state()["calls"][0]
        self.assertEqual(view["customer"]["reason"], "Your customer")
