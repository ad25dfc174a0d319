"""What a person does, from the ringing phone to the call's record: the browser, Odoo and its bus are real."""

import time
from contextlib import contextmanager
from unittest.mock import patch

from odoo import api
from odoo.tests import new_test_user, tagged

from .common import AsteriskHttpCase, contract


def moved(value, seconds):
    """Return a snapshot with all its times moved: the contract's examples happened long ago."""
    if isinstance(value, list):
        return [moved(item, seconds) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: item + seconds if key.endswith("_at") and item else moved(item, seconds) for key, item in value.items()
    }


@tagged("post_install", "-at_install", "asterisk_js")
class TestTours(AsteriskHttpCase):
    """Walked by the weakest user who has to succeed: a telephone and no other right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.walker = new_test_user(cls.env, "walker.test", "asterisk_connector.group_user", name="Walker")
        cls.phone_anna.user_id = cls.walker

    @contextmanager
    def stage(self):
        """Let the tour say when the PBX speaks: `asterisk.call.rehearse(name)` takes that snapshot of the contract."""

        @api.model
        def rehearse(calls, name):
            example = contract(f"agent/{name}")
            # The call as it would be if this had just happened.
            happened = example["ended_at"] or example["answered_at"] or example["started_at"]
            snapshot = moved(example, time.time() - happened)
            results = calls.sudo()._apply_snapshots(self.server.with_env(calls.sudo().env), [snapshot], None)
            return [result["status"] for result in results]

        with patch.object(self.registry["asterisk.call"], "rehearse", rehearse, create=True):
            yield

    def test_incoming_call(self):
        with self.stage():
            self.start_tour("/odoo", "asterisk_connector.incoming_call", login=self.walker.login)
        self.env.invalidate_all()
        call = self.call()
        self.assertEqual((call.state, call.result), ("ended", "answered"))
        self.assertEqual((call.partner_id, call.user_id), (self.eva, self.walker))

    def test_click_in_a_form_dials_once(self):
        self.forget_bus()
        address = f"/odoo/res.partner/{self.eva.id}"
        self.start_tour(address, "asterisk_connector.phone_click", login=self.walker.login)
        self.env.invalidate_all()
        command = self.env["asterisk.command"].search([("user_id", "=", self.walker.id)])
        self.assertEqual(len(command), 1)
        self.assertEqual((command.verb, command.number), ("originate", "+493012345678"))
        (pushed,) = self.heard(self.server, "asterisk.command")
        self.assertEqual((pushed["uuid"], pushed["args"]["endpoint"]), (command.uuid, "PJSIP/101"))
