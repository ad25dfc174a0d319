from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import ormcache

from ..tools import patterns


class AsteriskServer(models.Model):
    """One PBX and the agent that runs beside it.

    The agent speaks through its technical user's API key and hears on this record's own bus channel.
    """

    _name = "asterisk.server"
    _inherit = ["bus.listener.mixin"]
    _description = "PBX Server"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, help="What people call this PBX, for instance the town it stands in.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    country_id = fields.Many2one(
        "res.country",
        string="Numbering Country",
        compute="_compute_country_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Numbers without a country code, as callers and customers write them, are read as this country's.",
    )
    agent_user_id = fields.Many2one(
        "res.users",
        string="Technical User",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The user whose API key the agent of this PBX shows. Created with the first key.",
    )

    dial_context = fields.Char(
        required=True, default="odoo-dial", help="The dialplan context in which the customer's number is dialled."
    )
    dial_format = fields.Selection(
        [
            ("e164", "+49 30 … (E.164)"),
            ("plain", "49 30 … (without the plus)"),
            ("international", "00 49 30 … (international prefix)"),
            ("national", "0 30 … (national within the country)"),
        ],
        required=True,
        default="e164",
        help="How the carrier of this PBX wants numbers to be dialled.",
    )
    dial_prefix = fields.Char(help="Digits before every outside number, for instance 9 or 0 for an outside line.")
    dial_allowed = fields.Text(
        string="Numbers That May Be Dialled",
        required=True,
        default="+*",
        help="One pattern a line. +49* allows numbers that begin with +49; x is any one digit; a leading ! forbids, "
        "for instance !+4990*; * at the end means whatever follows. Colleagues' extensions are always allowed.",
    )
    ring_seconds = fields.Integer(
        string="Ring the Employee for",
        required=True,
        default=25,
        help="Seconds that the employee's own phone rings at click to call before the attempt is given up.",
    )
    line_ids = fields.One2many("asterisk.line", "server_id", string="Lines")
    extension_ids = fields.One2many("asterisk.extension", "server_id", string="Devices")
    extension_count = fields.Integer(compute="_compute_extension_count")
    stamp = fields.Integer(string="Version", readonly=True, copy=False)

    connected = fields.Boolean(
        readonly=True, copy=False, help="The agent is logged in to this Asterisk and takes commands."
    )
    connected_since = fields.Datetime(string="Since", readonly=True, copy=False)
    reason = fields.Selection(
        [
            ("never", "Not paired yet"),
            ("agent_silent", "The agent has not reported"),
            ("asterisk_down", "Asterisk does not answer"),
            ("ami_refused", "Asterisk refuses the agent's login"),
            ("ami_silent", "Asterisk stopped talking to the agent"),
            ("stopping", "The agent was stopped"),
            ("no_commands", "The agent cannot open Odoo's WebSocket, run “pbx-agent doctor”"),
        ],
        string="Why Not Connected",
        readonly=True,
        copy=False,
        default="never",
    )
    last_seen = fields.Datetime(string="Last Heartbeat", readonly=True, copy=False)
    agent_version = fields.Char(readonly=True, copy=False)
    agent_host = fields.Char(string="Agent's Host", readonly=True, copy=False)
    agent_started_at = fields.Datetime(string="Agent Started", readonly=True, copy=False)
    asterisk_version = fields.Char(readonly=True, copy=False)
    event_lag_ms = fields.Integer(string="Event Lag (ms)", readonly=True, copy=False)
    spool = fields.Integer(string="Waiting to Be Sent", readonly=True, copy=False)
    dead_letters = fields.Integer(readonly=True, copy=False, help="Messages that Odoo refused; the agent keeps them.")
    state = fields.Selection(
        [("connected", "Connected"), ("disconnected", "Not connected"), ("never", "Not paired")],
        compute="_compute_state",
    )
    status_message = fields.Char(compute="_compute_state")

    _agent_user_unique = models.Constraint("UNIQUE(agent_user_id)", "Every PBX has a technical user of its own.")
    _ring_seconds_range = models.Constraint(
        "CHECK(ring_seconds BETWEEN 5 AND 120)", "Ring the employee's phone between 5 and 120 seconds."
    )

    # -- computes ------------------------------------------------------------------------------------------------------

    @api.depends("company_id")
    def _compute_country_id(self):
        for server in self:
            server.country_id = server.country_id or server.company_id.country_id

    @api.depends("extension_ids")
    def _compute_extension_count(self):
        counts = dict(
            self.env["asterisk.extension"]._read_group([("server_id", "in", self.ids)], ["server_id"], ["__count"])
        )
        for server in self:
            server.extension_count = counts.get(server, 0)

    @api.depends("connected", "reason", "last_seen", "connected_since")
    def _compute_state(self):
        for server in self:
            view = server._server_view()
            server.status_message = view["message"]
            if view["connected"]:
                server.state = "connected"
            else:
                server.state = "disconnected" if server.last_seen else "never"

    # -- constraints ---------------------------------------------------------------------------------------------------

    @api.constrains("dial_allowed")
    def _check_dial_allowed(self):
        for server in self:
            if wrong := patterns.invalid_patterns(server.dial_allowed):
                raise ValidationError(
                    self.env._(
                        "%(patterns)s: not a pattern. Use digits, +, x for any digit, * at the end for what follows "
                        "and a leading ! to forbid, for instance: +49*, 1xx, !+4990*",
                        patterns=", ".join(wrong),
                    )
                )

    @api.constrains("dial_context", "dial_prefix")
    def _check_dialplan_words(self):
        """These go into AMI actions: nothing but plain words may."""
        for server in self:
            context, prefix = server.dial_context or "", server.dial_prefix or ""
            if not context.replace("-", "").replace("_", "").isalnum() or not context.isascii() or len(context) > 79:
                raise ValidationError(self.env._("The dialplan context may hold letters, digits, - and _ only."))
            if prefix and not (prefix.isascii() and set(prefix) <= set("0123456789*#")):
                raise ValidationError(self.env._("The prefix may hold digits, * and # only."))

    # -- crud ----------------------------------------------------------------------------------------------------------

    def write(self, vals):
        result = super().write(vals)
        if {"name", "active", "company_id"} & set(vals):
            self._config_changed()
        if "active" in vals:
            # An archived PBX must not let anybody in.
            self.sudo().agent_user_id.active = vals["active"]
        if "company_id" in vals:
            for server in self.sudo().filtered("agent_user_id"):
                server.agent_user_id.write(
                    {"company_ids": [Command.set(server.company_id.ids)], "company_id": server.company_id.id}
                )
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_calls(self):
        if self.env["asterisk.call"].sudo().search_count([("server_id", "in", self.ids)], limit=1):
            raise UserError(self.env._("This PBX has calls. Archive it instead, its history stays readable."))

    def unlink(self):
        agents = self.sudo().agent_user_id
        result = super().unlink()
        agents.active = False
        return result

    # -- actions -------------------------------------------------------------------------------------------------------

    def action_generate_key(self):
        """Make a new API key for the agent, take back the old ones and show the new one this once.

        :return: the action that shows it; the key is stored as a hash only and cannot be read again
        """
        self.ensure_one()
        self.check_access("write")
        self._ensure_agent_user()
        agent = self.sudo().agent_user_id
        keys = self.env["res.users.apikeys"].sudo()
        keys.search([("user_id", "=", agent.id)]).unlink()
        # Global scope is what bearer authentication asks for; the user's group is what limits the key.
        key = keys.with_user(agent).sudo()._generate("rpc", self.env._("Agent of %s", self.name), None)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Key of the Agent"),
            "res_model": "asterisk.server.key",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_server_id": self.id, "default_key": key},
        }

    def action_open_extensions(self):
        """Open the devices of this PBX."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("asterisk_connector.asterisk_extension_action")
        return action | {"domain": [("server_id", "=", self.id)], "context": {"default_server_id": self.id}}

    # -- business ------------------------------------------------------------------------------------------------------

    def _ensure_agent_user(self):
        """Create the technical user of this PBX's agent unless there is one."""
        self.ensure_one()
        if self.sudo().agent_user_id:
            # A neutralized copy puts it to sleep; asking for a key wakes it.
            self.sudo().agent_user_id.active = True
            return
        self.sudo().agent_user_id = (
            self.env["res.users"]
            .sudo()
            .with_context(no_reset_password=True)
            .create(
                {
                    "name": self.env._("PBX agent %s", self.name),
                    "login": f"pbx-agent-{self.id}",
                    "company_id": self.company_id.id,
                    "company_ids": [Command.set(self.company_id.ids)],
                    "group_ids": [Command.set(self.env.ref("asterisk_connector.group_agent").ids)],
                }
            )
        )

    @ormcache("self.id", "self.sudo().stamp")
    def _device_map(self):
        """Return who is who on this PBX: endpoint → ``(extension id, extension, user id, name)``.

        Cached in every worker. A request that still sees the devices of before a change caches them under the old
        stamp, where nobody looks any more.
        """
        devices = self.env["asterisk.extension"].sudo().search([("server_id", "=", self.id)])
        return {
            device.endpoint: (
                device.id,
                device.number,
                device.user_id.id,
                device.user_id.name or device.name or device.number,
            )
            for device in devices
        }

    @ormcache("self.id", "self.env.lang")
    def _line_names(self):
        """Return what people call the lines: ``(kind, value)`` → name. Cached like the devices."""
        lines = self.env["asterisk.line"].sudo().search([("server_id", "=", self.id)])
        return {(line.kind, line.value): line.name for line in lines}

    def _country_code(self):
        """Return the two letters of the country whose numbers are written without a country code, "" for none."""
        return self.env["res.country"]._asterisk_code(self.country_id.id)

    def _colleague(self, number):
        """Return the user of an internal number (an empty recordset when nobody has it)."""
        user_id = next((who[2] for who in self._device_map().values() if who[1] == number and who[2]), False)
        return self.env["res.users"].sudo().browse(user_id)
