from datetime import timedelta

from odoo import api, fields, models

from ..tools import history

KEEP_DAYS = 30


class AsteriskCel(models.Model):
    """A channel event of the PBX (CEL), kept for a month: it tells what detail records leave open."""

    _name = "asterisk.cel"
    _inherit = ["asterisk.record.mixin"]
    _description = "Channel Event"
    _order = "eventtime, id"
    _rec_name = "eventtype"
    _log_access = False
    _format = history.CEL

    eventtype = fields.Char(string="Event", readonly=True)
    eventtime = fields.Datetime(string="When", readonly=True)
    cid_num = fields.Char(string="Number", readonly=True)
    cid_name = fields.Char(string="Name", readonly=True)
    exten = fields.Char(string="Extension", readonly=True)
    context = fields.Char(readonly=True)
    channame = fields.Char(string="Channel", readonly=True)
    appname = fields.Char(string="Application", readonly=True)
    appdata = fields.Char(string="Its Arguments", readonly=True)
    peer = fields.Char(readonly=True)
    uniqueid = fields.Char(string="Unique ID", readonly=True)
    linkedid = fields.Char(string="Linked ID", readonly=True)
    extra = fields.Char(string="Further Facts", readonly=True)

    _key_unique = models.Constraint("UNIQUE(row_key, server_id)", "This event is already there.")
    _linkedid_idx = models.Index("(linkedid)")
    _eventtime_idx = models.Index("USING brin (eventtime)")

    @api.model
    def _events_of(self, server, linkedids):
        """Return the events of these linkedids, as dictionaries of the contract. Needs sudo."""
        names = list(self._format.columns)
        self.env.cr.execute(
            """
            SELECT extract(epoch FROM eventtime AT TIME ZONE 'UTC')::float8, eventtype, cid_num, cid_name, exten,
                   context, channame, appname, appdata, peer, uniqueid, linkedid, extra
              FROM asterisk_cel WHERE server_id = %s AND linkedid = ANY(%s)
            """,
            [server.id, list(linkedids)],
        )
        return [dict(zip(names, row, strict=True)) for row in self.env.cr.fetchall()]

    @api.model
    def _linkedids_near(self, server, names, begin, end):
        """Return the linkedids under which one of these channels appears within a time; see ``asterisk.cdr``."""
        self.env.cr.execute(
            """
            SELECT DISTINCT linkedid FROM asterisk_cel
             WHERE server_id = %s AND channame = ANY(%s)
               AND eventtime BETWEEN (to_timestamp(%s) AT TIME ZONE 'UTC') AND (to_timestamp(%s) AT TIME ZONE 'UTC')
            """,
            [server.id, list(names), begin, end],
        )
        return {row[0] for row in self.env.cr.fetchall()}

    @api.autovacuum
    def _gc_old(self):
        """Forget what is older than a month."""
        limit = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        self.env.cr.execute("DELETE FROM asterisk_cel WHERE eventtime < %s", [limit])
