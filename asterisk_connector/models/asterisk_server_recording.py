import zlib

from odoo import fields, models


class AsteriskServer(models.Model):
    """Which recordings of a PBX come to Odoo, how, and how long they are kept."""

    _inherit = "asterisk.server"  # pylint: disable=consider-merging-classes-inherited

    recording_policy = fields.Selection(
        [
            ("all", "All recordings"),
            ("answered", "Of calls in which people talked"),
            ("chosen", "Of chosen devices and queues"),
            ("none", "None"),
        ],
        string="Take into Odoo",
        required=True,
        default="all",
        help="Whether a call is recorded at all is said by the PBX's dialplan; here is chosen what Odoo takes of it.",
    )
    recording_extension_ids = fields.Many2many(
        "asterisk.extension", string="Chosen Devices", domain="[('server_id', '=', id)]"
    )
    recording_queue_ids = fields.Many2many(
        "asterisk.line", string="Chosen Queues", domain="[('server_id', '=', id), ('kind', '=', 'queue')]"
    )
    recording_format = fields.Selection(
        [
            ("opus", "Opus (15 MB an hour)"),
            ("mp3", "MP3 (30 MB an hour)"),
            ("wav", "WAV (115 MB an hour)"),
            ("keep", "As it is"),
        ],
        string="Send As",
        required=True,
        default="opus",
        help="The agent converts before it sends, where the encoder is installed beside it; otherwise it sends WAV.",
    )
    recording_parallel = fields.Integer(
        string="Uploads at Once", required=True, default=2, help="More are faster on a fast line, and take it up."
    )
    recording_own_days = fields.Boolean(
        string="Own Retention", help="This PBX's recordings are kept for another time than the company's."
    )
    recording_days = fields.Integer(string="Keep Recordings for", help="Days; 0: until somebody erases them.")
    recording_trouble_count = fields.Integer(
        string="Recordings in Trouble",
        compute="_compute_recording_trouble_count",
        groups="asterisk_connector.group_manager",
    )

    _recording_parallel_range = models.Constraint(
        "CHECK(recording_parallel BETWEEN 1 AND 8)", "Between 1 and 8 uploads may run at once."
    )
    _recording_days_range = models.Constraint("CHECK(recording_days >= 0)", "Days cannot be negative.")

    def _compute_recording_trouble_count(self):
        domain = [("server_id", "in", self.ids), ("state", "in", ("failed", "waiting"))]
        counts = dict(self.env["asterisk.recording"].sudo()._read_group(domain, ["server_id"], ["__count"]))
        for server in self:
            server.recording_trouble_count = counts.get(server.sudo(), 0)

    # -- crud ----------------------------------------------------------------------------------------------------------

    def write(self, vals):
        result = super().write(vals)
        if {name for name in vals if name.startswith("recording_")} - {"recording_own_days", "recording_days"}:
            self._config_changed()
        return result

    # -- actions -------------------------------------------------------------------------------------------------------

    def action_open_recording_trouble(self):
        """Open the recordings that could not be sent."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("asterisk_connector.asterisk_recording_action")
        domain = [("server_id", "=", self.id), ("state", "in", ("failed", "waiting"))]
        return action | {"domain": domain, "context": {}, "name": self.env._("Recordings in Trouble")}

    # -- the agent's flows ---------------------------------------------------------------------------------------------

    def _hello(self, request):
        return super()._hello(request) | {"recordings": self._recording_settings()}

    def _config_version(self):
        facts = repr((super()._config_version(), self._recording_settings()))
        return f"{zlib.crc32(facts.encode()):08x}"

    def _recording_settings(self):
        """Return what the agent must know of recordings (docs/contract.md, ``hello``)."""
        facts = self._recording_policy_facts()
        return {
            "policy": facts["policy"],
            "endpoints": sorted(facts["endpoints"]),
            "queues": sorted(facts["queues"]),
            "format": self.recording_format,
            "parallel": self.recording_parallel,
        }

    def _recording_policy_facts(self):
        self.ensure_one()
        server = self.sudo()
        chosen = server.recording_policy == "chosen"
        return {
            "policy": server.recording_policy,
            "endpoints": set(server.recording_extension_ids.mapped("endpoint")) if chosen else set(),
            "queues": set(server.recording_queue_ids.mapped("value")) if chosen else set(),
        }

    def _recording_retention_days(self):
        """Return for how many days recordings are kept, 0 for ever."""
        self.ensure_one()
        server = self.sudo()
        return server.recording_days if server.recording_own_days else server.company_id.asterisk_recording_days
