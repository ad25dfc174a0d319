from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import NUMBER, AsteriskCase


@tagged("post_install", "-at_install")
class TestPhoneNumbers(AsteriskCase):
    """The table of numbers follows the customers."""

    def rows(self, record):
        return (
            self.env["asterisk.phone.number"]
            .with_context(active_test=False)
            .search([("res_model", "=", record._name), ("res_id", "=", record.id)])
        )

    def numbers(self, record):
        return self.rows(record).mapped("number")

    def owners(self, number=NUMBER, company=None):
        return self.env["asterisk.phone.number"]._owners(number, company or self.env.company)

    def test_it_follows_the_field(self):
        self.assertEqual(self.numbers(self.eva), [NUMBER])
        self.eva.phone = "0049 (30) 7654321"
        self.assertEqual(self.numbers(self.eva), ["+49307654321"])
        self.eva.phone = "ask the secretary"
        self.assertFalse(self.rows(self.eva))
        self.eva.phone = "101"
        self.assertFalse(self.rows(self.eva), "an extension is no number of the public network")
        self.eva.phone = False
        self.assertFalse(self.rows(self.eva))

    def test_it_follows_the_country(self):
        self.eva.country_id = self.env.ref("base.at")
        self.assertEqual(self.numbers(self.eva), ["+433012345678"])

    def test_deleted_and_archived_customers_are_not_found(self):
        karl = self.env["res.partner"].create({"name": "Karl", "phone": "+49 30 99887766"})
        karl.phone_number_ids = [Command.create({"raw": "+49 171 2345678"})]
        karl.active = False
        self.assertFalse(self.owners("+493099887766") + self.owners("+491712345678"))
        karl.active = True
        self.assertEqual(self.owners("+493099887766") + self.owners("+491712345678"), [("res.partner", karl.id)] * 2)
        rows = self.rows(karl)
        karl.unlink()
        self.assertFalse(rows.exists())

    def test_any_number_of_numbers_each_with_a_label(self):
        self.eva.phone_number_ids = [
            Command.create({"raw": "0171 2345678", "label": "Mobile"}),
            Command.create({"raw": "+371 67 123 456", "label": "Riga"}),
        ]
        self.assertEqual(self.eva.phone_number_ids.mapped("number"), ["+491712345678", "+37167123456"])
        self.assertEqual(
            self.eva.phone_number_ids.mapped("display_name"), ["+49 171 2345678 (Mobile)", "+371 67 123 456 (Riga)"]
        )
        self.assertEqual(len(self.rows(self.eva)), 3)
        with self.assertRaisesRegex(ValidationError, "hello is not a phone number"):
            self.eva.phone_number_ids = [Command.create({"raw": "hello"})]

    def test_a_merged_contact_keeps_all_numbers(self):
        twin = self.env["res.partner"].create({"name": "Eva Braun", "phone": "+49 30 99887766"})
        twin.phone_number_ids = [Command.create({"raw": "0049 171 2345678", "label": "Mobile"})]
        self.env["base.partner.merge.automatic.wizard"]._merge((twin | self.eva).ids, self.eva)
        self.assertFalse(twin.exists())
        self.assertEqual(sorted(self.numbers(self.eva)), ["+491712345678", NUMBER, "+493099887766"])
        self.assertEqual(self.eva.phone_number_ids.filtered("label").number, "+491712345678")

    def test_a_leads_number_follows_its_contact(self):
        self.assertEqual(self.numbers(self.lead), [NUMBER])
        self.eva.phone = "+49 30 99887766"
        self.assertEqual(self.lead.phone, "+49 30 99887766")
        self.assertEqual(self.numbers(self.lead), ["+493099887766"])
        self.lead.unlink()
        self.assertFalse(self.owners("+493099887766")[1:])

    def test_companies_keep_their_customers_apart(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.assertEqual(
            self.owners(company=other),
            [("res.partner", self.eva.id), ("crm.lead", self.lead.id)][:1]
            + ([] if self.lead.company_id else [("crm.lead", self.lead.id)]),
        )
        self.eva.company_id = other
        self.assertNotIn(("res.partner", self.eva.id), self.owners())
        self.assertIn(("res.partner", self.eva.id), self.owners(company=other))

    def test_the_rebuild_repairs_what_went_past_odoo(self):
        self.env.cr.execute("DELETE FROM asterisk_phone_number")
        self.env.invalidate_all()
        ghost = self.env["asterisk.phone.number"].create(
            {"res_model": "res.partner", "res_id": self.acme.id, "raw": "+49 30 11111111"}
        )
        self.env.cr.execute("UPDATE asterisk_phone_number SET res_id = 999999999 WHERE id = %s", [ghost.id])
        self.env.invalidate_all()
        self.env["asterisk.phone.number"]._rebuild()
        self.assertEqual(self.numbers(self.eva), [NUMBER])
        self.assertFalse(ghost.exists())

    def test_a_batch_costs_few_queries(self):
        values = [{"name": f"P{index}", "phone": f"+49 30 555{index:05d}"} for index in range(200)]
        with self.assertQueryCount(__system__=60):
            self.env["res.partner"].create(values)

    def test_who_may_not_change_the_customer_may_not_change_its_numbers(self):
        rows = self.env["asterisk.phone.number"].with_user(self.clara)
        with self.assertRaises(AccessError):
            rows.create({"res_model": "res.partner", "res_id": self.eva.id, "raw": "+49 30 99887766"})
        editor = new_test_user(self.env, "editor.test", "asterisk_connector.group_user,base.group_partner_manager")
        row = rows.with_user(editor).create(
            {"res_model": "res.partner", "res_id": self.eva.id, "raw": "+49 30 99887766"}
        )
        row.label = "Home"
        with self.assertRaises(AccessError):
            row.write({"res_id": self.acme.id})
        with self.assertRaisesRegex(AccessError, "own field"):
            self.rows(self.eva).filtered("fname").with_user(editor).write({"raw": "+49 30 1"})
        with self.assertRaises(AccessError):
            rows.create({"res_model": "res.users", "res_id": self.anna.id, "raw": "+49 30 99887766"})
        row.with_user(editor).unlink()

    def test_leads_numbers_are_not_for_browsing(self):
        self.assertFalse(
            self.env["asterisk.phone.number"].with_user(self.boris).search([("res_model", "=", "crm.lead")])
        )

    def test_the_calls_of_a_customer_are_counted(self):
        self.apply(self.snapshot("call_ended"))
        self.assertEqual(self.eva.with_user(self.anna).asterisk_call_count, 1)
        self.assertEqual(
            self.acme.with_user(self.anna).asterisk_call_count, 1, "a company's calls are its people's too"
        )
        self.assertEqual(self.eva.with_user(self.clara).asterisk_call_count, 0, "others' calls are not counted")
        action = self.eva.with_user(self.anna).action_open_calls()
        self.assertEqual(self.env["asterisk.call"].search(action["domain"]), self.call())
