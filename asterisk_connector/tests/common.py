"""The cast of the tests.

Anna, Boris    employees with the phones 101 and 102 in Berlin (the weakest that may see calls)
Clara          employee without a phone
Elena          supervisor
Eva Braun      works at Acme GmbH, +49 30 12345678, an open opportunity of Anna's
"""

import copy
import json
from pathlib import Path

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user
from odoo.tests.common import HttpCase

from odoo.addons.bus.models.bus import channel_with_db, json_dump

CONTRACT = Path(__file__).parents[2] / "tests" / "contract"
NUMBER = "+493012345678"
KEY_LABEL = "test"


def contract(name):
    """Return an example of the wire contract as a fresh object."""
    return json.loads((CONTRACT / f"{name}.json").read_text())


class Cast:
    """Makes the cast; mixed into the classes below."""

    @classmethod
    def make_cast(cls):
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True, no_reset_password=True))
        cls.germany = cls.env.ref("base.de")
        cls.env.company.country_id = cls.germany
        cls.server = cls.env["asterisk.server"].create(
            {
                "name": "Berlin",
                "company_id": cls.env.company.id,
                "country_id": cls.germany.id,
                "line_ids": [Command.create({"value": "030 55570100", "name": "Sales line"})],
            }
        )
        groups = "asterisk_connector.group_user,sales_team.group_sale_salesman"
        cls.anna = new_test_user(cls.env, "anna.test", groups, name="Anna")
        cls.boris = new_test_user(cls.env, "boris.test", groups, name="Boris")
        cls.clara = new_test_user(cls.env, "clara.test", "asterisk_connector.group_user", name="Clara")
        cls.elena = new_test_user(cls.env, "elena.test", "asterisk_connector.group_supervisor", name="Elena")
        cls.manager = new_test_user(cls.env, "manager.test", "asterisk_connector.group_manager", name="Manager")
        cls.phone_anna, cls.phone_boris = cls.env["asterisk.extension"].create(
            [
                {"server_id": cls.server.id, "number": number, "user_id": user.id}
                for number, user in (("101", cls.anna), ("102", cls.boris))
            ]
        )
        cls.acme = cls.env["res.partner"].create(
            {"name": "Acme GmbH", "is_company": True, "country_id": cls.germany.id, "city": "Berlin"}
        )
        cls.eva = cls.env["res.partner"].create(
            {
                "name": "Eva Braun",
                "parent_id": cls.acme.id,
                "function": "Purchasing",
                "phone": "030 12345678",
                "country_id": cls.germany.id,
                "city": "Berlin",
                "user_id": cls.anna.id,
                "category_id": [Command.create({"name": "Gold", "color": 3})],
            }
        )
        cls.lead = cls.env["crm.lead"].create(
            {"name": "Ten printers", "type": "opportunity", "partner_id": cls.eva.id, "user_id": cls.anna.id}
        )
        cls.connect()

    @classmethod
    def connect(cls):
        cls.server._heartbeat({"connected": True, "since": 1764000000.0})

    # -- doing ---------------------------------------------------------------------------------------------------------

    def apply(self, *snapshots, live=None):
        """Take snapshots as the agent's route does; return the statuses."""
        results = self.env["asterisk.call"].sudo()._apply_snapshots(self.server, list(snapshots), live)
        return [result["status"] for result in results]

    def snapshot(self, name="call_ringing", **changes):
        """Return a snapshot of the contract with changed keys; the version counts by itself."""
        snapshot = copy.deepcopy(contract(f"agent/{name}"))
        return snapshot | changes

    def call(self, linkedid="1764000000.10"):
        return self.env["asterisk.call"].search([("linkedid", "=", linkedid)])

    # -- looking -------------------------------------------------------------------------------------------------------

    def forget_bus(self):
        self.env.cr.precommit.run()
        self.env["bus.bus"].sudo().search([]).unlink()

    def heard(self, listener, kind=None):
        """Return the payloads on the bus for a user or a server, oldest first."""
        self.env.cr.precommit.run()
        target = listener.partner_id if listener._name == "res.users" else listener
        channel = json_dump(channel_with_db(self.env.cr.dbname, target))
        rows = self.env["bus.bus"].sudo().search([("channel", "=", channel)], order="id")
        messages = [json.loads(row.message) for row in rows]
        return [message["payload"] for message in messages if kind in (None, message["type"])]

    def view_for(self, user):
        """Return the last call view that a user heard."""
        views = self.heard(user, "asterisk_connector.call")
        return views[-1] if views else None


class AsteriskCase(Cast, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not CONTRACT.is_dir():
            cls.skipTest(cls, f"the contract's examples are only in a checkout: {CONTRACT}")
        cls.make_cast()


class AsteriskHttpCase(Cast, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not CONTRACT.is_dir():
            cls.skipTest(cls, f"the contract's examples are only in a checkout: {CONTRACT}")
        cls.make_cast()
        cls.key = cls.server.action_generate_key()["context"]["default_key"]

    def post(self, flow, body, key=None, raw=None):
        """Post to a flow of the agent's door; return ``(status, answer)``."""
        headers = {"Content-Type": "application/json"}
        if key is not False:
            headers["Authorization"] = f"Bearer {key or self.key}"
        data = raw if raw is not None else json.dumps(body)
        response = self.url_open(f"/asterisk/v1/{flow}", data=data, headers=headers, timeout=30)
        is_json = response.headers.get("Content-Type", "").startswith("application/json")
        return response.status_code, response.json() if is_json else response.text
