from datetime import timedelta

from odoo import api, fields, models

from ..tools.text import MESSAGE_LENGTH, NAME_LENGTH, clean

MAX_PROBLEMS = 100
KEEP_DAYS = 30


class AsteriskHistoryProblem(models.Model):
    """A line of the PBX's records that could not be read: it stopped nothing, and it is not hidden."""

    _name = "asterisk.history.problem"
    _description = "Unreadable Record of a PBX"
    _order = "id desc"
    _rec_name = "why"
    _log_access = False

    server_id = fields.Many2one("asterisk.server", string="PBX", required=True, readonly=True, ondelete="cascade")
    at = fields.Datetime(string="Noticed", readonly=True)
    where = fields.Char(readonly=True, help="The place in the PBX's store.")
    why = fields.Char(string="What Is Wrong", readonly=True)
    text = fields.Char(readonly=True, help="The beginning of what stands there.")

    _where_unique = models.UniqueIndex('(server_id, "where", why)')

    @api.model
    def _note(self, server, problems):
        """Keep what the agent could not read; the same place and reason only once. Needs sudo."""
        rows = {}
        for problem in problems[:MAX_PROBLEMS]:
            if isinstance(problem, dict):
                where, why = clean(problem.get("where"), NAME_LENGTH * 2), clean(problem.get("why"), MESSAGE_LENGTH)
                rows[where, why] = clean(problem.get("text"), MESSAGE_LENGTH)
        for (where, why), text in rows.items():
            self.env.cr.execute(
                'INSERT INTO asterisk_history_problem (server_id, at, "where", why, text) VALUES (%s, %s, %s, %s, %s)'
                " ON CONFLICT DO NOTHING",
                [server.id, fields.Datetime.now(), where, why, text],
            )

    @api.autovacuum
    def _gc_old(self):
        limit = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        self.sudo().search([("at", "<", limit)], limit=10000).unlink()
