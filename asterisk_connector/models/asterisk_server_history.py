import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from odoo import api, fields, models

from ..tools.text import MESSAGE_LENGTH, NAME_LENGTH, clean
from ..tools.times import moment

MAX_DAYS = 400
MAX_FETCH = 31
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
#: a day that lacked rows and was read again is not asked for by itself more often than that
FETCH_PAUSE = timedelta(hours=20)


class AsteriskServer(models.Model):
    """Where the PBX's history comes from, how far it has been read, and whether anything is missing."""

    _inherit = "asterisk.server"  # pylint: disable=consider-merging-classes-inherited

    history_kind = fields.Selection(
        [
            ("csv", "CSV file"),
            ("sqlite", "SQLite"),
            ("postgresql", "PostgreSQL"),
            ("mysql", "MySQL or MariaDB"),
            ("none", "None configured"),
        ],
        string="Store of Records",
        readonly=True,
        copy=False,
    )
    history_name = fields.Char(string="File or Table", readonly=True, copy=False)
    history_zone = fields.Char(string="Time Zone of the Store", readonly=True, copy=False)
    history_through = fields.Datetime(string="Read Through", readonly=True, copy=False)
    history_behind = fields.Boolean(string="Still Reading", readonly=True, copy=False)
    history_trouble = fields.Char(string="Trouble with the Store", readonly=True, copy=False)
    history_missing = fields.Integer(string="Missing Records", compute="_compute_history_missing")
    history_pending = fields.Integer(string="Calls Still to Be Built", compute="_compute_history_missing")
    history_day_ids = fields.One2many("asterisk.history.day", "server_id", string="Records per Day")
    history_problem_ids = fields.One2many("asterisk.history.problem", "server_id", string="Unreadable Records")

    @api.depends("history_day_ids.missing")
    def _compute_history_missing(self):
        for server in self.sudo():
            server.history_missing = sum(max(0, row.missing) for row in server.history_day_ids)
            waiting = self.env["asterisk.cdr.pending"].sudo()
            server.history_pending = waiting.search_count([("server_id", "in", server.ids)]) if server.ids else 0

    # -- actions -------------------------------------------------------------------------------------------------------

    def action_history_sync(self):
        """Ask the agent to read on and to count the days."""
        self.check_access("write")
        for server in self.sudo():
            for what in ("sync", "audit"):
                server._bus_send("asterisk.history", {"do": what})
        return True

    def action_open_cdr(self):
        """Open this PBX's detail records."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("asterisk_connector.asterisk_cdr_action")
        return action | {"domain": [("server_id", "=", self.id)]}

    def action_history_tell_again(self):
        """Tell all calls of the last 31 days from their records again; what people wrote stays."""
        self.check_access("write")
        pending = self.env["asterisk.cdr.pending"].sudo()
        since = fields.Datetime.now() - timedelta(days=31)
        for server in self.sudo():
            self.env.cr.execute(
                "INSERT INTO asterisk_cdr_pending (server_id, linkedid)"
                " SELECT DISTINCT server_id, linkedid FROM asterisk_cdr WHERE server_id = %s AND start >= %s"
                " ON CONFLICT DO NOTHING",
                [server.id, since],
            )
        pending.invalidate_model()
        self.env.ref("asterisk_connector.ir_cron_tell")._trigger()
        return True

    # -- the agent's flows ---------------------------------------------------------------------------------------------

    def _take_records(self, model, body):
        """Store a portion of rows or answer which are unknown (docs/contract.md, ``cdr``, ``cel``).

        :param model: ``asterisk.cdr`` or ``asterisk.cel``
        :param dict body: checked to hold lists
        """
        self.ensure_one()
        records = self.env[model]
        if "keys" in body:
            return {"unknown": records._unknown_keys(self, [key for key in body["keys"] if isinstance(key, str)])}
        answer, linkedids = records._import_rows(self, body["columns"], body["rows"])
        self.env["asterisk.history.problem"]._note(self, body.get("problems") or [])
        self.env["asterisk.cdr.pending"]._add(self, linkedids)
        return answer

    def _take_history(self, body):
        """Keep how far the agent has read and compare the days (docs/contract.md, ``history``)."""
        self.ensure_one()
        store = body.get("store") if isinstance(body.get("store"), dict) else {}
        kinds = dict(self._fields["history_kind"].selection)
        zone = clean(store.get("zone"), NAME_LENGTH)
        through = body.get("through")
        is_time = isinstance(through, int | float) and not isinstance(through, bool) and 0 <= through <= 4102444800
        self._write_changed(
            {
                "history_kind": store.get("kind") if store.get("kind") in kinds else "none",
                "history_name": clean(store.get("name"), NAME_LENGTH * 2),
                "history_zone": zone,
                "history_through": moment(through) if is_time else self.history_through,
                "history_behind": body.get("behind") is True,
                "history_trouble": clean(body.get("trouble"), MESSAGE_LENGTH) or False,
            }
        )
        days = body.get("days")
        return {"fetch": self._audit(days[:MAX_DAYS], zone) if isinstance(days, list) else []}

    def _audit(self, days, zone):
        """Note the rows per day of both sides; return the days to read again, the latest first."""
        counts = {}
        for entry in days:
            day, rows = (entry.get("day"), entry.get("rows")) if isinstance(entry, dict) else (None, None)
            if isinstance(day, str) and _DAY.fullmatch(day) and isinstance(rows, int) and not isinstance(rows, bool):
                counts[fields.Date.from_string(day)] = min(max(rows, 0), 2**31 - 1)
        if not counts:
            return []
        own = self.env["asterisk.cdr"]._days(self, *_since(min(counts), zone))
        known = {row.day: row for row in self.history_day_ids}
        now, fetch = fields.Datetime.now(), []
        for day, pbx_rows in sorted(counts.items(), reverse=True):
            values = {"pbx_rows": pbx_rows, "odoo_rows": own.get(day, 0), "counted_at": now}
            row = known.get(day)
            asked = row.fetched_at if row else False
            if pbx_rows > values["odoo_rows"] and (not asked or asked < now - FETCH_PAUSE) and len(fetch) < MAX_FETCH:
                fetch.append(day.isoformat())
                values["fetched_at"] = now
            if row:
                row.write(values)
            else:
                self.env["asterisk.history.day"].create({"server_id": self.id, "day": day, **values})
        return fetch

    @api.model
    def _cron_history(self):
        """Ask each agent for the next portion and for an audit: what the bus lost is found again. Runs every hour."""
        for server in self.sudo().search([("connected", "=", True)]):
            for what in ("sync", "audit"):
                server._bus_send("asterisk.history", {"do": what})


def _since(day, zone):
    """Return ``(zone, its midnight of the day in UTC)``; an unknown zone counts as UTC."""
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone, place = "UTC", ZoneInfo("UTC")
    midnight = datetime.combine(day if isinstance(day, date) else date.min, datetime.min.time(), place)
    return zone, midnight.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
