from unittest.mock import patch

from odoo.tests import tagged

from .common import NUMBER, AsteriskCase


@tagged("post_install", "-at_install")
class TestIndexes(AsteriskCase):
    """The queries that are asked while a phone rings can use the indexes made for them.

    A partial index is used only where PostgreSQL sees that the query asks for no row outside it, and that depends on
    how the ORM writes a condition.
    """

    def plans(self, question):
        """Return the plans of all queries that a question asks, from a planner that shuns reading whole tables."""
        plans, execute = [], type(self.env.cr).execute

        def explained(cursor, query, params=None, **options):
            statement = query.code if hasattr(query, "code") else query
            if statement.lstrip().startswith("SELECT"):
                execute(cursor, "EXPLAIN " + statement, query.params if hasattr(query, "code") else params)
                plans.append("\n".join(row[0] for row in cursor.fetchall()))
            return execute(cursor, query, params, **options)

        self.env.flush_all()
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        with patch.object(type(self.env.cr), "execute", explained):
            question()
        self.env.cr.execute("SET LOCAL enable_seqscan = on")
        return "\n".join(plans)

    def test_whose_number_it_is(self):
        plans = self.plans(lambda: self.env["asterisk.phone.number"]._owners(NUMBER, self.env.company))
        self.assertIn("asterisk_phone_number_number_idx", plans)

    def test_which_calls_of_a_pbx_live(self):
        domain = [("server_id", "=", self.server.id), ("state", "!=", "ended")]
        self.assertIn("asterisk_call_live_idx", self.plans(lambda: self.env["asterisk.call"].search(domain)))

    def test_which_clicks_are_open(self):
        domain = [("server_id", "=", self.server.id), ("state", "in", ("sent", "accepted"))]
        plans = self.plans(lambda: self.env["asterisk.command"].search(domain))
        self.assertIn("asterisk_command_server_open_idx", plans)

    def test_which_rows_of_the_records_are_unknown(self):
        for model in ("asterisk.cdr", "asterisk.cel"):
            plans = self.plans(lambda model=model: self.env[model]._unknown_keys(self.server, ["0" * 32]))
            self.assertIn(f"{self.env[model]._table}_key_unique", plans)
            self.assertIn("SubPlan", plans, "key by key: a join would read the whole table")
