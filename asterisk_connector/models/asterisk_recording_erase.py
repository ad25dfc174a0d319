import logging
import time
import uuid
from datetime import timedelta
from pathlib import Path

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.text import MESSAGE_LENGTH, clean

_logger = logging.getLogger(__name__)

BATCH = 200
#: an agent takes its time to delete a file; afterwards, and after a refusal, it is asked again
ASK_SECONDS = 600
ASK_AGAIN = timedelta(hours=6)
#: a part that grew no more for so long belongs to a recording that will not come
STALE_PART_SECONDS = 30 * 24 * 3600


class AsteriskRecording(models.Model):
    """How recordings end: on request, with their call, or when their time is over. The row tells who and why."""

    _inherit = "asterisk.recording"  # pylint: disable=consider-merging-classes-inherited

    def _erase(self, reason):
        """Erase the sound here and ask the PBX to do the same; the rows stay.

        :param str reason: in words for a person
        """
        recordings = self.sudo().filtered(lambda recording: recording.state != "erased")
        if not recordings:
            return
        recordings._attachment().unlink()
        # Odoo collects unused files once a day; what was to be erased shall not lie about until then.
        self.env.ref("base.autovacuum_job").sudo()._trigger()
        for recording in recordings:
            self.env.cr.postcommit.add(recording._part().remove)
        recordings.write(
            {
                "state": "erased",
                "problem": False,
                "peaks": False,
                "erased_at": fields.Datetime.now(),
                "erased_by_id": self.env.uid,
                "erase_reason": clean(reason, MESSAGE_LENGTH),
            }
        )
        _logger.info("Recordings %s erased by user %s: %s", recordings.ids, self.env.uid, clean(reason, 80))
        recordings._ask_pbx()

    # -- the PBX -------------------------------------------------------------------------------------------------------

    def _ask_pbx(self):
        """Ask the PBXs that are connected to delete their files of these erased recordings, some at a time."""
        due = self.filtered(lambda recording: recording.on_pbx and recording.server_id._server_view()["connected"])
        now = self.env.cr.now()
        for recording in due[:BATCH]:
            self.env["asterisk.command"]._send(
                {
                    "uuid": str(uuid.uuid4()),
                    "server_id": recording.server_id.id,
                    "user_id": self.env.uid,
                    "verb": "erase",
                    "args": {"key": recording.key, "file": recording.file},
                    "call_id": recording.call_id.id,
                    "expires_at": now + timedelta(seconds=ASK_SECONDS),
                }
            )
            recording.asked_pbx_at = now

    @api.model
    def _pbx_answered(self, server, key, is_done, words):
        """Note what became of asking a PBX to erase. Needs sudo."""
        recording = self.search([("server_id", "=", server.id), ("key", "=", key), ("state", "=", "erased")])
        if recording:
            recording.write({"on_pbx": not is_done, "problem": False if is_done else words})

    # -- scheduled -----------------------------------------------------------------------------------------------------

    @api.model
    def _cron_recordings(self):
        """Erase what has been kept long enough, ask PBXs again, link what came before its call. Runs every hour."""
        recordings = self.sudo()
        recordings._adopt()
        recordings._erase_old()
        again = self.env.cr.now() - ASK_AGAIN
        due = Domain("state", "=", "erased") & Domain("on_pbx", "=", True)
        due &= Domain("asked_pbx_at", "=", False) | Domain("asked_pbx_at", "<", again)
        for server in self.env["asterisk.server"].sudo().search([("connected", "=", True)]):
            recordings.search(due & Domain("server_id", "=", server.id), limit=BATCH, order="id")._ask_pbx()
        recordings._remove_stale_parts()

    @api.model
    def _erase_old(self):
        """Erase what its company, or its PBX, keeps no longer."""
        for server, *_rest in self._read_group([("state", "!=", "erased")], ["server_id"]):
            days = server._recording_retention_days()
            if not days:
                continue
            limit = fields.Datetime.now() - timedelta(days=days)
            domain = [("server_id", "=", server.id), ("started_at", "<", limit), ("keep_forever", "=", False)]
            while old := self.search([*domain, ("state", "!=", "erased")], limit=BATCH, order="started_at"):
                old._erase(self.env._("Kept for %s days.", days))
                self.env["ir.cron"]._commit_progress(len(old))

    @api.model
    def _remove_stale_parts(self):
        """Remove parts of recordings that are complete, gone, or never went on."""
        for path in Path(self._part_folder()).glob("*.part"):
            server_id, _dash, key = path.stem.partition("-")
            states = ("announced", "uploading")
            domain = [("server_id", "=", int(server_id)), ("key", "=", key), ("state", "in", states)]
            if not self.search_count(domain, limit=1) or path.stat().st_mtime < time.time() - STALE_PART_SECONDS:
                path.unlink(missing_ok=True)
