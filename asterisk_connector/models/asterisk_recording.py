from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import NO_ACCESS

from ..fields import BigInteger

DOWNLOADERS = "asterisk_connector.group_recording_download"
MANAGERS = "asterisk_connector.group_manager"
SUPERVISORS = "asterisk_connector.group_supervisor"


class AsteriskRecording(models.Model):
    """A recorded conversation.

    Who may read a recording that is ready may listen to it: the record rules say so, and its file, an attachment,
    follows them. That there is one, and in which state, everybody sees who sees the call
    (``asterisk.call.recordings``). Nobody writes these rows by hand; each change is a method with its own right.
    The agent's flows are in ``asterisk_recording_receive``, the file in ``asterisk_recording_store``, the end of it
    in ``asterisk_recording_erase``, listening in ``asterisk_recording_player``.
    """

    _name = "asterisk.recording"
    _description = "Recording"
    _order = "started_at desc, id desc"
    _rec_name = "file"

    server_id = fields.Many2one("asterisk.server", string="PBX", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one(related="server_id.company_id", store=True, index=True, precompute=True)
    call_id = fields.Many2one("asterisk.call", readonly=True, index="btree_not_null", ondelete="set null")
    key = fields.Char(required=True, readonly=True, help="The recording's identity on its PBX.")
    linkedid = fields.Char(string="Linked ID", required=True, readonly=True)
    uniqueid = fields.Char(string="Recorded Channel", readonly=True)
    file = fields.Char(string="File on the PBX", required=True, readonly=True)
    state = fields.Selection(
        [
            ("announced", "Announced"),
            ("uploading", "Being uploaded"),
            ("ready", "Ready"),
            ("failed", "Failed"),
            ("waiting", "Waiting"),
            ("erased", "Erased"),
        ],
        required=True,
        readonly=True,
        default="announced",
    )
    problem = fields.Char(readonly=True, help="Why there is nothing to hear, as the PBX's agent says it.")
    started_at = fields.Datetime(string="When", readonly=True)
    seconds = fields.Float(string="Length", readonly=True, aggregator="sum")
    channels = fields.Integer(readonly=True, aggregator=None, help="2: the caller left, the company right.")
    mimetype = fields.Char(string="Kind of File", readonly=True)
    bytes = BigInteger(string="Size", readonly=True, aggregator="sum")
    sha256 = fields.Char(string="SHA-256", readonly=True)
    peaks = fields.Json(string="Shape", readonly=True, prefetch=False, help="How loud each moment is, by channel.")
    # Nobody reads it as a field: what is heard goes through the player, which keeps the log.
    audio = fields.Binary(attachment=True, readonly=True, copy=False, prefetch=False, groups=NO_ACCESS)

    keep_forever = fields.Boolean(string="Keep for Ever", readonly=True, help="Retention leaves it alone.")
    on_pbx = fields.Boolean(
        string="Still on the PBX", readonly=True, default=True, help="When it is erased, the PBX erases its file too."
    )
    asked_pbx_at = fields.Datetime(string="PBX Asked to Erase", readonly=True)
    erased_at = fields.Datetime(string="Erased", readonly=True)
    erased_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    erase_reason = fields.Char(string="Reason", readonly=True)
    listen_ids = fields.One2many("asterisk.recording.listen", "recording_id", string="Who Listened", groups=MANAGERS)

    partner_id = fields.Many2one(related="call_id.partner_id", string="Customer")
    user_id = fields.Many2one(related="call_id.user_id", string="Employee")
    player = fields.Json(string="Recording", compute="_compute_player")

    _key_unique = models.Constraint("UNIQUE(server_id, key)", "This recording is already there.")
    _started_idx = models.Index("(server_id, started_at) WHERE state != 'erased'")
    _orphan_idx = models.Index("(server_id, linkedid) WHERE call_id IS NULL")
    _to_erase_idx = models.Index("(server_id) WHERE state = 'erased' AND on_pbx")

    @api.depends("state", "keep_forever", "problem")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_player(self):
        for recording in self:
            recording.player = recording._player_view()

    @api.depends("call_id", "file")
    def _compute_display_name(self):
        for recording in self:
            recording.display_name = recording.call_id.sudo().display_name or recording.file

    # -- rights --------------------------------------------------------------------------------------------------------

    def _may_listen(self):
        """Return those of these recordings that the user may hear now."""
        ready = self.sudo().filtered(lambda recording: recording.state == "ready")
        return ready.with_env(self.env)._filtered_access("read")

    def _check_manager(self):
        if not (self.env.su or self.env.user.has_group(MANAGERS)):
            raise AccessError(self.env._("Only a telephony administrator may do this."))

    # -- actions -------------------------------------------------------------------------------------------------------

    def action_keep(self):
        """Keep these for ever, or, when they are kept already, no longer."""
        if not self.env.user.has_group(SUPERVISORS):
            raise AccessError(self.env._("Only a supervisor or a telephony administrator may do this."))
        self.check_access("read")
        for recording in self.sudo():
            recording.keep_forever = not recording.keep_forever
        return True

    def action_open_call(self):
        """Open the call."""
        self.ensure_one()
        return self.call_id.get_formview_action() if self.call_id else False

    def action_ask_erase(self):
        """Ask why, then erase."""
        self._check_manager()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Erase the Recording"),
            "res_model": "asterisk.recording.eraser",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_targets": self.ids},
        }

    # -- its call ------------------------------------------------------------------------------------------------------

    @api.model
    def _call_of(self, server, linkedid):
        """Return the call of a linkedid, its own or one that was merged into it. Needs sudo."""
        call = self.env["asterisk.call"].search([("server_id", "=", server.id), ("linkedid", "=", linkedid)])
        if call:
            return call
        alias = self.env["asterisk.call.alias"].search([("server_id", "=", server.id), ("linkedid", "=", linkedid)])
        return alias.call_id

    @api.model
    def _adopt(self, calls=None):
        """Link recordings that came before their calls. Needs sudo.

        :param calls: only those of these; None: of all
        """
        self.flush_model(["call_id", "linkedid", "server_id"])
        self.env["asterisk.call"].flush_model(["linkedid", "server_id"])
        self.env["asterisk.call.alias"].flush_model()
        self.env.cr.execute(
            """
            UPDATE asterisk_recording AS recording SET call_id = known.call_id
              FROM (SELECT id AS call_id, server_id, linkedid FROM asterisk_call
                     WHERE %(all)s OR id = ANY(%(calls)s)
                     UNION ALL
                    SELECT call_id, server_id, linkedid FROM asterisk_call_alias
                     WHERE %(all)s OR call_id = ANY(%(calls)s)) AS known
             WHERE recording.call_id IS NULL AND recording.state != 'erased'
               AND recording.server_id = known.server_id AND recording.linkedid = known.linkedid
            RETURNING recording.id
            """,
            {"all": calls is None, "calls": list(calls._ids) if calls is not None else []},
        )
        adopted = self.browse(row[0] for row in self.env.cr.fetchall())
        adopted.invalidate_recordset(["call_id"])
        adopted.call_id.invalidate_recordset(["recording_ids", "recordings"])
        adopted.call_id._tell_recordings()
