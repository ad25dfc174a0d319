from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import AsteriskCase, contract
from .records import START, rows_of


@tagged("post_install", "-at_install")
class TestRecords(AsteriskCase):
    """The PBX's rows: copied as they are, each once."""

    def setUp(self):
        super().setUp()
        self.cdr = self.env["asterisk.cdr"].sudo()

    def take(self, columns, rows, **more):
        return self.server._take_records("asterisk.cdr", {"columns": columns, "rows": rows, **more})

    def test_every_column_arrives(self):
        columns, rows = rows_of()
        self.assertEqual(self.take(columns, rows), {"imported": 2, "known": 0, "refused": []})
        row = self.cdr.search([("sequence", "=", 12)])
        for name, value in zip(columns, rows[0], strict=True):
            if name == "key":
                self.assertEqual(row.row_key, value)
            elif name in ("start", "answer", "end"):
                self.assertEqual(row[name], fields.Datetime.to_datetime("1970-01-01") + timedelta(seconds=value))
            else:
                self.assertEqual(row[name], value, name)
        other = self.cdr.search([("sequence", "=", 13)])
        self.assertEqual((other.answer, other.extra, other.dstchannel), (False, False, "PJSIP/102-0000000c"))

    def test_the_same_portion_twice_is_there_once(self):
        columns, rows = rows_of()
        self.take(columns, rows)
        self.assertEqual(self.take(columns, rows), {"imported": 0, "known": 2, "refused": []})
        half_known = [rows[0], [*["a" * 32], *rows[1][1:]]]
        self.assertEqual(self.take(columns, half_known)["imported"], 1)
        self.assertEqual(self.cdr.search_count([("server_id", "=", self.server.id)]), 3)

    def test_two_pbxs_keep_their_rows_apart(self):
        columns, rows = rows_of()
        self.take(columns, rows)
        riga = self.env["asterisk.server"].create({"name": "Riga"})
        self.assertEqual(riga._take_records("asterisk.cdr", {"columns": columns, "rows": rows})["imported"], 2)

    def test_a_bad_row_harms_no_other(self):
        columns, good = rows_of()
        place = {name: number for number, name in enumerate(columns)}

        def wrong(**changes):
            row = list(good[0])
            for name, value in changes.items():
                row[place[name]] = value
            return row

        cases = [
            (None, "bad_row"), ([], "bad_row"), ({"key": 1}, "bad_row"), (good[0][:-1], "bad_row"),
            (wrong(key="short"), "bad_key"), (wrong(key=None), "bad_key"), (wrong(key="A" * 32), "bad_key"),
            (wrong(start="yesterday"), "bad_value"), (wrong(start=True), "bad_value"), (wrong(end=-1), "bad_value"),
            (wrong(start=1e300), "bad_value"), (wrong(duration=float("nan")), "bad_value"),
            (wrong(sequence=1.5), "bad_value"), (wrong(sequence=2**60), "bad_value"), (wrong(extra=[]), "bad_value"),
            (wrong(start=None, uniqueid=""), "no_time"),
        ]  # fmt: skip
        answer = self.take(columns, [case for case, _code in cases] + good)
        self.assertEqual([refusal["code"] for refusal in answer["refused"]], [code for _case, code in cases])
        self.assertEqual([refusal["row"] for refusal in answer["refused"]], list(range(len(cases))))
        self.assertEqual(answer["imported"], 2)

    def test_hostile_text_is_stored_harmlessly(self):
        columns, rows = rows_of()
        rows[0][columns.index("clid")] = '"><img src=x>\t\\N\r\n\\. \x00\ud800 Иванов 🎉' + "x" * 1000
        rows[0][columns.index("extra")] = {"a\tb": "c\nd\\", "n": 5}
        self.assertEqual(self.take(columns, rows)["imported"], 2)
        row = self.cdr.search([("sequence", "=", 12)])
        self.assertTrue(row.clid.startswith('"><img src=x>\\N\\.  Иванов 🎉xxx'), row.clid)
        self.assertEqual((len(row.clid), row.extra), (255, {"ab": "cd\\", "n": "5"}))

    def test_a_row_without_start_takes_it_from_the_uniqueid(self):
        columns, rows = rows_of()
        rows[0][columns.index("start")] = None
        self.take(columns, rows)
        self.assertEqual(self.cdr.search([("sequence", "=", 12)]).start.timestamp(), START - 0, "naive UTC")

    def test_columns_may_come_in_any_order_and_number(self):
        answer = self.take(["uniqueid", "nobody_knows_it", "key", "start"], [["1764000000.77", "x", "b" * 32, START]])
        self.assertEqual(answer, {"imported": 1, "known": 0, "refused": []})
        self.assertEqual(self.cdr.search([("uniqueid", "=", "1764000000.77")]).src, "")

    def test_unknown_keys_are_told(self):
        columns, rows = rows_of()
        self.take(columns, rows)
        keys = ["c" * 32, rows[1][0], "d" * 32, None]
        self.assertEqual(self.server._take_records("asterisk.cdr", {"keys": keys}), {"unknown": [0, 2]})

    def test_what_the_agent_could_not_read_is_shown_once(self):
        columns, rows = rows_of()
        problems = contract("agent/cdr_rows")["request"]["problems"]
        for _twice in range(2):
            self.take(columns, rows, problems=[*problems, "rubbish", {}])
        self.assertIn("Master.csv:1207", self.server.history_problem_ids.mapped("where"))
        self.assertEqual(len(self.server.history_problem_ids), 2)

    def test_nobody_changes_a_record(self):
        columns, rows = rows_of()
        self.take(columns, rows)
        row = self.cdr.search([], limit=1)
        for user, may_read in ((self.anna, False), (self.elena, True), (self.manager, True)):
            self.assertEqual(row.with_user(user).has_access("read"), may_read)
            for operation in ("write", "create", "unlink"):
                self.assertFalse(row.with_user(user).has_access(operation), f"{user.login} {operation}")
