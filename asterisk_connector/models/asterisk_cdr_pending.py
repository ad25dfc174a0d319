import logging
import time
from functools import partial

import psycopg2

from odoo import api, fields, models, tools

_logger = logging.getLogger(__name__)

#: so many calls are told within the request that brought their rows; more are left to the scheduled action
AT_ONCE = 200
BATCH = 500
#: seconds after which the scheduled action lets others have their turn
TURN_SECONDS = 60


class AsteriskCdrPending(models.Model):
    """A call whose records are new and not told yet: what is to be done survives every crash."""

    _name = "asterisk.cdr.pending"
    _description = "Call Still to Be Built from Records"
    _log_access = False
    _rec_name = "linkedid"

    server_id = fields.Many2one("asterisk.server", required=True, ondelete="cascade")
    linkedid = fields.Char(string="Linked ID", required=True)

    _linkedid_unique = models.Constraint("UNIQUE(server_id, linkedid)", "This call is waiting already.")

    @api.model
    def _add(self, server, linkedids):
        """Note calls to be told, at once when they are few. Needs sudo."""
        if not linkedids:
            return
        self.env.cr.execute(
            tools.SQL(
                "INSERT INTO asterisk_cdr_pending (server_id, linkedid) SELECT %s, unnest(%s) ON CONFLICT DO NOTHING",
                server.id,
                list(linkedids),
            )
        )
        if len(linkedids) <= AT_ONCE:
            self._tell(server, linkedids)
        else:
            self.env.ref("asterisk_connector.ir_cron_tell")._trigger()

    @api.model
    def _tell(self, server, linkedids):
        """Tell these calls; what fails stays pending, and the records that brought it are stored all the same."""
        with tools.mute_logger("odoo.sql_db"):
            told = self.env["asterisk.call"]._tell_records(server, linkedids)
        self.env.cr.execute(
            "DELETE FROM asterisk_cdr_pending WHERE server_id = %s AND linkedid = ANY(%s)", [server.id, list(told)]
        )

    @api.model
    def _tell_ended(self, server, linkedids):
        """Calls have just ended: tell those whose records were faster. Needs sudo.

        Records that arrive at this very moment find a call that goes on and leave it, and are not seen from here. So
        it is looked once more when the end is committed.
        """
        if not linkedids:
            return
        self.env.cr.postcommit.add(partial(self._tell_left, server.id, list(linkedids)))
        self.env.cr.execute(
            "SELECT DISTINCT linkedid FROM asterisk_cdr WHERE server_id = %s AND linkedid = ANY(%s)",
            [server.id, linkedids],
        )
        if recorded := [row[0] for row in self.env.cr.fetchall()]:
            self._tell(server, recorded)

    def _tell_left(self, server_id, linkedids):
        """Tell those of these calls that other requests have left; in a transaction of its own, after this one."""
        try:
            with self.env.registry.cursor() as cr:
                pending = self.with_env(self.env(cr=cr))
                domain = [("server_id", "=", server_id), ("linkedid", "in", linkedids)]
                if left := pending.search(domain).mapped("linkedid"):
                    pending._tell(pending.env["asterisk.server"].browse(server_id), left)
        except psycopg2.Error as error:
            _logger.info("PBX %s: calls wait for the scheduled action: %s", server_id, error)

    @api.model
    def _cron_tell(self):
        """Tell the calls that wait, batch by batch. Triggered by a large import, and once an hour."""
        began = time.monotonic()
        last = {}
        while batch := self._next_batch(last):
            server_id, linkedids = batch
            self._tell(self.env["asterisk.server"].sudo().browse(server_id), linkedids)
            last[server_id] = linkedids[-1]
            self.env["ir.cron"]._commit_progress(len(linkedids))
            if time.monotonic() - began > TURN_SECONDS:
                self.env.ref("asterisk_connector.ir_cron_tell")._trigger()
                return

    @api.model
    def _next_batch(self, last):
        """Return ``(server id, linkedids)`` of the next calls, none twice in one run; None at the end."""
        self.env.cr.execute("SELECT DISTINCT server_id FROM asterisk_cdr_pending ORDER BY server_id")
        for (server_id,) in self.env.cr.fetchall():
            self.env.cr.execute(
                "SELECT linkedid FROM asterisk_cdr_pending WHERE server_id = %s AND linkedid > %s"
                " ORDER BY linkedid LIMIT %s",
                [server_id, last.get(server_id, ""), BATCH],
            )
            if found := [row[0] for row in self.env.cr.fetchall()]:
                return server_id, found
        return None
