from odoo.tests import TransactionCase, tagged

from ..demo import people
from ..demo.company import load


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo company can be built and is what it promises."""

    def test_the_company_is_built_once(self):
        self.env["asterisk.server"].search([("name", "=", "Berlin")]).name = "Elsewhere"
        server = load(self.env)
        devices = server.extension_ids
        self.assertEqual(devices.mapped("number"), ["101", "102", "103", "104", "105", "105"])
        self.assertEqual(devices.filtered(lambda d: d.number == "105" and d.is_default).endpoint, "PJSIP/105")
        names = [name for row in people.COMPANIES for name in (row[0], *(contact[0] for contact in row[6]))]
        partners = self.env["res.partner"].search([("name", "in", names + [row[0] for row in people.PEOPLE])])
        self.assertGreaterEqual(len(partners), 30)
        rows = self.env["asterisk.phone.number"].search(
            [("res_model", "=", "res.partner"), ("res_id", "in", partners.ids)]
        )
        self.assertGreaterEqual(len(rows), 33, "each has a number that the library takes, some have several")
        overdue = self.env["account.move"].search([("partner_id.name", "=", "Acme GmbH"), ("state", "=", "posted")])
        self.assertEqual(overdue.mapped("payment_state"), ["not_paid", "not_paid"])
        self.assertEqual(load(self.env), server)
        self.assertEqual(self.env["res.users"].search_count([("login", "=", "anna")]), 1)
