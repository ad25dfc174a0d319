import random
import time
from unittest.mock import patch

import psycopg2.errors

from odoo.exceptions import ConcurrencyError
from odoo.http import SessionExpiredException
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..controllers import agent
from .common import AsteriskHttpCase, contract


class Conflict(psycopg2.errors.SerializationFailure):
    """As PostgreSQL raises it."""

    pgcode = "40001"


class Deadlock(psycopg2.errors.DeadlockDetected):
    """As PostgreSQL raises it."""

    pgcode = "40P01"


@tagged("post_install", "-at_install")
class TestControllers(AsteriskHttpCase):
    """The agent's door, with a real API key over HTTP."""

    def test_hello(self):
        status, answer = self.post("hello", contract("agent/hello")["request"])
        self.assertEqual(status, 200, answer)
        example = contract("agent/hello")["response"]
        self.assertEqual(answer.keys(), example.keys())
        self.assertEqual(answer["server"], {"id": self.server.id, "name": "Berlin"})
        self.assertEqual(
            answer["devices"],
            [{"endpoint": "PJSIP/101", "extension": "101"}, {"endpoint": "PJSIP/102", "extension": "102"}],
        )
        self.assertAlmostEqual(answer["time"], time.time(), delta=60)
        self.server.invalidate_recordset()
        self.assertEqual((self.server.agent_host, self.server.asterisk_version), ("pbx.example", "22.10.1"))

    def test_a_doctors_hello_leaves_no_trace(self):
        self.post("hello", contract("agent/hello")["request"])
        self.forget_bus()
        self.server.invalidate_recordset()
        names = ["last_seen", "agent_version", "agent_host", "agent_started_at", "asterisk_version", "write_date"]
        before = self.server.read(names)
        example = contract("agent/hello_probe")
        other = {"version": "9", "host": "elsewhere.example", "started_at": 1.0}
        status, answer = self.post("hello", example["request"] | {"agent": other})
        self.assertEqual((status, answer.keys()), (200, example["response"].keys()))
        self.assertEqual(answer["agent"].keys(), example["response"]["agent"].keys())
        self.assertEqual(answer["agent"]["host"], "pbx.example")
        self.server.invalidate_recordset()
        self.assertEqual(self.server.read(names), before)
        sent = example["notification"]
        self.assertEqual(self.heard(self.server, sent["type"]), [sent["payload"]])

    def test_a_changed_configuration_asks_for_another_hello(self):
        before = self.post("status", contract("agent/status")["request"])[1]["config_version"]
        self.forget_bus()
        self.phone_boris.number = "202"
        after = self.post("status", contract("agent/status")["request"])[1]["config_version"]
        self.assertNotEqual(before, after)
        self.assertEqual(self.heard(self.server, "asterisk.config")[-1], {"config_version": after})

    def test_status(self):
        self.forget_bus()
        example = contract("agent/status")
        status, answer = self.post("status", example["request"])
        self.assertEqual((status, answer.keys()), (200, example["response"].keys()))
        self.server.invalidate_recordset()
        self.assertEqual(
            (self.server.connected, self.server.reason, self.server.spool, self.server.event_lag_ms),
            (False, "asterisk_down", 3, 12),
        )
        (told,) = self.heard(self.anna, "asterisk_connector.server")
        self.assertIn("Asterisk does not answer", told["message"])
        self.assertEqual(self.heard(self.boris, "asterisk_connector.server")[0]["connected"], False)

    def test_an_agent_that_no_command_can_reach(self):
        request = contract("agent/status")["request"]
        self.post("status", request | {"connected": True, "reason": ""})
        self.forget_bus()
        self.post("status", request | {"reason": "no_commands"})
        (told,) = self.heard(self.anna, "asterisk_connector.server")
        self.assertRegex(
            told["message"], r"The PBX Berlin is not connected \(.+\)\. The agent cannot open Odoo's WebSocket"
        )

    def test_calls(self):
        batch = contract("agent/batch_with_bad_items")
        status, answer = self.post("calls", batch["request"])
        self.assertEqual((status, [result["status"] for result in answer["results"]]), (200, batch["statuses"]))
        self.assertEqual(self.call().state, "ringing")
        status, answer = self.post("calls", {"items": [], "live": []})
        self.assertEqual((status, answer), (200, {"results": []}))
        self.call().invalidate_recordset()
        self.assertEqual(self.call().state, "ended")

    def test_commands_and_results(self):
        view = self.env["asterisk.command"].with_user(self.anna).click_to_call("030 12345678")
        self.env.flush_all()
        status, answer = self.post("commands", {})
        self.assertEqual((status, [item["uuid"] for item in answer["items"]]), (200, [view["uuid"]]))
        result = contract("agent/result_failed") | {"uuid": view["uuid"]}
        self.assertEqual(
            self.post("results", {"items": [result, {"uuid": "nobody's", "status": "done"}]}),
            (200, {"results": [{"uuid": view["uuid"], "status": "ok"}, {"uuid": "nobody's", "status": "unknown"}]}),
        )
        self.assertFalse(self.post("commands", {})[1]["items"])

    def test_wrong_envelopes(self):
        for flow, raw in (
            ("calls", b"{"),
            ("calls", b"[]"),
            ("calls", b"\xff"),
            ("calls", b'{"items": {}}'),
            ("calls", b"[" * 50000),
            ("calls", b'{"items": [], "live": "x"}'),
            ("results", b'{"items": null}'),
            ("status", b'{"connected": 1}'),
            ("hello", b'{"contract": 1, "agent": []  , "asterisk": "x"}'),
        ):
            status, answer = self.post(flow, None, raw=raw)
            self.assertEqual((status, answer["error"]["code"]), (400, "bad_request"), raw[:50])
        status, answer = self.post("calls", {"items": [None] * 201})
        self.assertEqual((status, answer["error"]["code"]), (400, "bad_request"))

    @mute_logger("odoo.sql_db")
    def test_a_conflict_with_a_person_is_begun_again_at_once(self):
        calls = type(self.env["asterisk.call"])
        apply_item, failed = calls._apply_item, []

        def conflict_once(self, server, item):
            if not failed:
                failed.append(item)
                raise psycopg2.errors.SerializationFailure("somebody chose the customer meanwhile")
            return apply_item(self, server, item)

        self.patch(calls, "_apply_item", conflict_once)
        began = time.monotonic()
        status, answer = self.post("calls", {"items": [contract("agent/call_ringing")]})
        self.assertEqual((status, answer["results"][0]["status"]), (200, "ok"))
        self.assertLess(time.monotonic() - began, 1.0)
        self.assertEqual(len(self.call()), 1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_what_odoo_begins_again_later_still_has_its_body(self):
        self.patch(random, "uniform", lambda *_limits: 0.0)  # how long Odoo waits
        calls = type(self.env["asterisk.call"])
        apply_snapshots = calls._apply_snapshots
        for failures in ([Conflict()] * agent.IMMEDIATE_TRIES, [Deadlock()], [ConcurrencyError("two at once")]):

            def conflict(*args, failures=failures):
                if failures:
                    raise failures.pop()
                return apply_snapshots(*args)

            with patch.object(calls, "_apply_snapshots", conflict):
                status, answer = self.post("calls", {"items": [contract("agent/call_ringing")]})
            self.assertEqual((status, failures), (200, []), answer)
        self.assertEqual(len(self.call()), 1)

    def test_another_contract(self):
        status, answer = self.post("hello", contract("agent/hello")["request"] | {"contract": 2})
        self.assertEqual((status, answer["error"]["code"]), (409, "contract"))

    def test_too_much(self):
        status, answer = self.post("calls", None, raw=b'{"items": ["' + b"x" * (2 * 1024 * 1024) + b'"]}')
        self.assertEqual((status, answer["error"]["code"]), (413, "too_large"))

    @mute_logger("odoo.http")
    def test_without_a_key_or_with_a_wrong_one(self):
        for key in (False, "0" * 40):
            self.assertEqual(self.post("hello", contract("agent/hello")["request"], key=key)[0], 401)

    def test_a_users_key_is_no_agents(self):
        for user in (self.anna, self.manager):
            key = self.env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", "test", None)
            status, answer = self.post("calls", {"items": []}, key=key)
            self.assertEqual((status, answer["error"]["code"]), (403, "forbidden"))

    @mute_logger("odoo.http")
    def test_a_new_key_takes_back_the_old_one(self):
        self.server.action_generate_key()
        self.assertEqual(self.post("hello", contract("agent/hello")["request"])[0], 401)

    @mute_logger("odoo.http")
    def test_an_archived_pbx_lets_nobody_in(self):
        self.server.active = False
        self.assertIn(self.post("hello", contract("agent/hello")["request"])[0], (401, 403))

    @mute_logger("odoo.http")
    def test_an_agent_may_nothing_else(self):
        agent = self.server.agent_user_id
        for model in ("res.partner", "asterisk.call", "asterisk.server", "asterisk.extension", "asterisk.phone.number"):
            self.assertFalse(self.env[model].with_user(agent).has_access("read"), model)
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        response = self.url_open("/json/2/res.partner/search", data=b'{"domain": []}', headers=headers)
        self.assertEqual(response.status_code, 403)

    def test_a_ticket_opens_the_own_channel_only(self):
        websocket = self.env["ir.websocket"].with_user(self.env.ref("base.public_user"))
        ticket = self.server._ticket(time.time() + 60)
        self.assertEqual(websocket._build_bus_channel_list([f"asterisk_agent:{ticket}"]), [self.server])

    def test_forged_and_expired_tickets(self):
        other = self.env["asterisk.server"].create({"name": "Riga"})
        other._ensure_agent_user()
        ticket = self.server._ticket(time.time() + 60)
        _server_id, expires_at, signature = ticket.split(".")
        for wrong in (
            self.server._ticket(time.time() - 1),
            f"{other.id}.{expires_at}.{signature}",
            f"{self.server.id}.{int(expires_at) + 999}.{signature}",
            ticket[:-1],
            ticket + "0",
            "",
            ".",
            "..",
            "1.2.3",
            "é.1.é",
            f"{self.server.id}.{expires_at}.é",
            "9" * 5000,
        ):
            self.assertFalse(self.env["asterisk.server"]._from_ticket(wrong), wrong[:80])
            with self.assertRaises(SessionExpiredException):
                self.env["ir.websocket"]._build_bus_channel_list([f"asterisk_agent:{wrong}"])
        self.server.active = False
        self.assertFalse(self.env["asterisk.server"]._from_ticket(ticket))
