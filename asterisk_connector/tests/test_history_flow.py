import gzip
import json

from odoo.tests import tagged

from .common import AsteriskHttpCase, contract
from .records import rows_of


@tagged("post_install", "-at_install")
class TestHistoryFlow(AsteriskHttpCase):
    """The agent's door for records, and the audit of the days."""

    def test_rows_and_probe(self):
        for name in ("cdr_rows", "cdr_probe", "cel_rows"):
            example = contract(f"agent/{name}")
            flow = name.partition("_")[0]
            status, answer = self.post(flow, example["request"])
            self.assertEqual((status, answer.keys()), (200, example["response"].keys()), answer)
            self.assertEqual(answer, example["response"])

    def test_a_packed_body(self):
        packed = gzip.compress(json.dumps(contract("agent/cdr_rows")["request"]).encode())
        headers = {
            "Authorization": f"Bearer {self.key}",
            "Content-Encoding": "gzip",
            "Content-Type": "application/json",
        }
        response = self.url_open("/asterisk/v1/cdr", data=packed, headers=headers, timeout=30)
        self.assertEqual((response.status_code, response.json()["imported"]), (200, 2))
        bomb = gzip.compress(b" " * (17 * 1024 * 1024))
        self.assertEqual(self.url_open("/asterisk/v1/cdr", data=bomb, headers=headers, timeout=30).status_code, 413)
        self.assertEqual(self.url_open("/asterisk/v1/cdr", data=b"no gzip", headers=headers).status_code, 400)

    def test_wrong_envelopes(self):
        for body in (
            {}, {"columns": "x", "rows": []}, {"columns": [1], "rows": []}, {"columns": [], "rows": {}}, {"keys": "x"},
            {"columns": [], "rows": [[]] * 10001}, {"columns": [], "rows": [], "problems": {"where": "x"}},
        ):  # fmt: skip
            status, answer = self.post("cdr", body)
            self.assertEqual((status, answer["error"]["code"]), (400, "bad_request"), body)

    def test_the_days_are_compared_and_a_gap_is_asked_for_once(self):
        self.server._take_records("asterisk.cdr", dict(zip(("columns", "rows"), rows_of(), strict=True)))
        self.env.flush_all()
        request = contract("agent/history")["request"]
        request["days"] = [
            {"day": "2025-11-24", "rows": 2},
            {"day": "2025-11-23", "rows": 118},
            {"day": "x", "rows": 1},
            5,
        ]
        status, answer = self.post("history", request)
        self.assertEqual((status, answer), (200, {"fetch": ["2025-11-23"]}))
        self.server.invalidate_recordset()
        self.assertEqual(
            [(row.pbx_rows, row.odoo_rows, row.missing) for row in self.server.history_day_ids],
            [(2, 2, 0), (118, 0, 118)],
        )
        self.assertEqual((self.server.history_kind, self.server.history_missing), ("csv", 118))
        self.assertEqual(self.post("history", request)[1], {"fetch": []}, "it was asked for a moment ago")
        self.forget_bus()
        self.server.history_day_ids[1].with_user(self.manager).action_fetch()
        self.assertEqual(self.heard(self.server, "asterisk.history"), [{"do": "day", "day": "2025-11-23"}])

    def test_trouble_is_shown(self):
        request = contract("agent/history")["request"] | {
            "trouble": "the table cdr is locked",
            "store": {"kind": "oracle"},
        }
        self.post("history", request)
        self.server.invalidate_recordset()
        self.assertEqual((self.server.history_trouble, self.server.history_kind), ("the table cdr is locked", "none"))

    def test_the_scheduled_action_asks_every_connected_pbx(self):
        self.forget_bus()
        self.env["asterisk.server"]._cron_history()
        self.assertEqual(self.heard(self.server, "asterisk.history"), [{"do": "sync"}, {"do": "audit"}])
