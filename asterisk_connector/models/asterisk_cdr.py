from odoo import api, fields, models, tools

from ..fields import BigInteger
from ..tools import history


class AsteriskCdr(models.Model):
    """A row of the PBX's call detail records, copied as it is. What the rows mean is told by ``asterisk.call``."""

    _name = "asterisk.cdr"
    _inherit = ["asterisk.record.mixin"]
    _description = "Call Detail Record"
    _order = "start desc, id desc"
    _rec_name = "uniqueid"
    _log_access = False
    _format = history.CDR

    start = fields.Datetime(readonly=True)
    answer = fields.Datetime(readonly=True)
    end = fields.Datetime(readonly=True)
    clid = fields.Char(string="Caller ID", readonly=True)
    src = fields.Char(string="Source", readonly=True)
    dst = fields.Char(string="Destination", readonly=True)
    dcontext = fields.Char(string="Context", readonly=True)
    channel = fields.Char(readonly=True)
    dstchannel = fields.Char(string="Destination Channel", readonly=True)
    lastapp = fields.Char(string="Last Application", readonly=True)
    lastdata = fields.Char(string="Its Arguments", readonly=True)
    duration = fields.Float(readonly=True, aggregator="sum")
    billsec = fields.Float(string="Billed", readonly=True, aggregator="sum")
    disposition = fields.Char(readonly=True)
    amaflags = fields.Char(string="AMA Flags", readonly=True)
    accountcode = fields.Char(string="Account Code", readonly=True)
    peeraccount = fields.Char(string="Peer Account", readonly=True)
    userfield = fields.Char(string="User Field", readonly=True)
    uniqueid = fields.Char(string="Unique ID", readonly=True)
    linkedid = fields.Char(string="Linked ID", readonly=True)
    sequence = BigInteger(readonly=True, aggregator=None)
    did = fields.Char(string="DID", readonly=True)
    recordingfile = fields.Char(string="Recording", readonly=True)
    extra = fields.Json(string="Further Columns", readonly=True)

    _key_unique = models.Constraint("UNIQUE(row_key, server_id)", "This record is already there.")
    _start_idx = models.Index("(server_id, start DESC)")
    _linkedid_idx = models.Index("(linkedid)")

    @api.model
    def _rows_of(self, server, linkedids):
        """Return the rows of these linkedids, as dictionaries of the contract with their ids. Needs sudo."""
        return self._select(server, tools.SQL("linkedid = ANY(%s)", list(linkedids)))

    @api.model
    def _linkedids_near(self, server, names, begin, end):
        """Return the linkedids under which one of these channels appears within a time. Needs sudo.

        :param names: names of channels, which Asterisk uses again after a restart: so the time
        :param begin: seconds since the epoch, as ``end``
        """
        self.env.cr.execute(
            """
            SELECT DISTINCT linkedid FROM asterisk_cdr
             WHERE server_id = %(server)s AND (channel = ANY(%(names)s) OR dstchannel = ANY(%(names)s))
               AND start BETWEEN (to_timestamp(%(begin)s) AT TIME ZONE 'UTC')
                             AND (to_timestamp(%(end)s) AT TIME ZONE 'UTC')
            """,
            {"server": server.id, "names": list(names), "begin": begin, "end": end},
        )
        return {row[0] for row in self.env.cr.fetchall()}

    @api.model
    def _select(self, server, condition):
        names = ["id", *self._format.columns]
        parts = []
        for name in names:
            column = tools.SQL.identifier(name)
            kind = self._format.columns.get(name, (None,))[0]
            epoch = tools.SQL("extract(epoch FROM %s AT TIME ZONE 'UTC')::float8", column)
            parts.append(epoch if kind is history.TIME else column)
        self.env.cr.execute(
            tools.SQL(
                "SELECT %s FROM asterisk_cdr WHERE server_id = %s AND %s",
                tools.SQL(", ").join(parts),
                server.id,
                condition,
            )
        )
        return [dict(zip(names, row, strict=True)) for row in self.env.cr.fetchall()]

    @api.model
    def _days(self, server, zone, since):
        """Return how many rows each day of ``zone`` has: date → count.

        :param zone: IANA name
        :param since: datetime, UTC
        """
        self.env.cr.execute(
            """
            SELECT (start AT TIME ZONE 'UTC' AT TIME ZONE %s)::date AS day, count(*)
              FROM asterisk_cdr WHERE server_id = %s AND start >= %s GROUP BY day
            """,
            [zone, server.id, since],
        )
        return dict(self.env.cr.fetchall())
