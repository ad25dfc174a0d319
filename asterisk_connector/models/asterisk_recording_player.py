import hmac as hmac_lib
import time

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import hmac

from ..tools import peaks
from ..tools.moments import moment_of
from ..tools.text import MESSAGE_LENGTH, clean
from .asterisk_recording import DOWNLOADERS, MANAGERS, SUPERVISORS

SCOPE = "asterisk_connector.recording"
#: how long an address plays: a long call with pauses; the player asks for another one afterwards
URL_SECONDS = 4 * 3600
MAX_STRETCHES = 100
#: marks in a player; who writes more about one conversation reads them in its history
MAX_NOTES = 200


class AsteriskRecording(models.Model):
    """What the player asks (docs/contract.md, section 3). Who plays is logged; an address is one user's only."""

    _inherit = "asterisk.recording"  # pylint: disable=consider-merging-classes-inherited

    def _player_view(self):
        """Return what a player shows of these recordings, in their order, whether or not the user may hear them."""
        audible = self._may_listen()
        has_group = self.env.user.has_group
        may_download, is_manager, is_supervisor = has_group(DOWNLOADERS), has_group(MANAGERS), has_group(SUPERVISORS)
        return [
            {
                "id": recording.id,
                "state": recording.state,
                "problem": recording.problem or "",
                "seconds": recording.seconds,
                "channels": recording.channels,
                "direction": recording.call_id.direction or "",
                "bytes": recording.bytes,
                "keep_forever": recording.keep_forever,
                "may_listen": recording in audible,
                "may_download": may_download and recording in audible,
                "may_keep": is_supervisor and recording in audible,
                "may_erase": is_manager and recording.state != "erased",
                "erased": recording._erased_words() if recording.state == "erased" else "",
            }
            for recording in self.sudo()
        ]

    def _erased_words(self):
        if not (self.env.user.has_group(SUPERVISORS) and self.erased_by_id):
            return ""
        return self.env._("%(who)s: %(why)s", who=self.erased_by_id.name, why=self.erase_reason or "")

    @api.model
    def shape(self, recording_id):
        """Return how loud each moment is, by channel (``tools/peaks``), or False while nobody knows."""
        return self._audible(recording_id).sudo().peaks or False

    @api.model
    def keep_shape(self, recording_id, shape):
        """Take the shape of a compressed recording from the first browser that has drawn it."""
        recording = self._audible(recording_id).sudo()
        if not recording.peaks:
            recording.peaks = peaks.checked(shape, recording.channels) or False
        return bool(recording.peaks)

    @api.model
    def play(self, recording_id):
        """Return the address at which the user hears the recording for some hours; that he asked is logged."""
        recording = self._audible(recording_id)
        self.env["asterisk.recording.listen"]._note(recording, "opened")
        return {"url": f"/asterisk/recording/{recording.id}/{recording._token()}", "seconds": URL_SECONDS}

    @api.model
    def download(self, recording_id):
        """Return the address of the file as a download."""
        recording = self._audible(recording_id)
        if not self.env.user.has_group(DOWNLOADERS):
            raise AccessError(self.env._("You need the right to download recordings for this. Ask your administrator."))
        return {"url": f"/asterisk/recording/{recording.id}/{recording._token()}?download=1"}

    @api.model
    def note(self, recording_id, second, text):
        """Write a note about a moment of the recording into the call's history.

        :param second: of the recording
        :param str text: what to remember
        """
        recording = self._audible(recording_id)
        text = clean(text, MESSAGE_LENGTH)
        if not text or not recording.sudo().call_id:
            raise UserError(self.env._("There is nothing to write down, or no call to write it to."))
        second = max(0, int(second)) if isinstance(second, int | float) and not isinstance(second, bool) else 0
        call = recording.sudo().call_id
        # The player listens for clicks on such links; without one it is the call that opens.
        link = Markup('<a href="/odoo/calls/%s#asterisk_recording=%s&amp;t=%s">%s</a>') % (
            call.id,
            recording.id,
            second,
            f"{second // 60}:{second % 60:02d}",
        )
        call.message_post(body=link + " " + text, author_id=self.env.user.partner_id.id, subtype_xmlid="mail.mt_note")
        return True

    @api.model
    def notes(self, recording_id):
        """Return the notes about moments of the recording, as far as the user may read the call's history.

        They are messages of the chatter; who changes or deletes one there has changed or deleted the note.

        :return: a list of ``{"second", "text", "who"}``, in the order of the recording
        """
        recording = self._audible(recording_id)
        mark = f"#asterisk_recording={recording.id}&amp;t="
        domain = [("model", "=", "asterisk.call"), ("res_id", "=", recording.sudo().call_id.id), ("body", "like", mark)]
        found = []
        for message in self.env["mail.message"].search(domain, limit=MAX_NOTES, order="id"):
            moment = moment_of(message.body, recording.id)
            if moment and moment[0] <= recording.sudo().seconds + 60 and moment[1]:
                who = message.sudo().author_id.name or ""
                found.append({"second": moment[0], "text": clean(moment[1], MESSAGE_LENGTH), "who": who})
        return sorted(found, key=lambda note: note["second"])

    @api.model
    def heard(self, recording_id, stretches):
        """Log which stretches the user has heard.

        :param list stretches: pairs of seconds
        """
        recording = self._audible(recording_id)
        seconds = recording.sudo().seconds + 60  # a header may be a little short of the truth
        pairs = [
            (float(pair[0]), float(pair[1]))
            for pair in (stretches if isinstance(stretches, list) else [])[:MAX_STRETCHES]
            if isinstance(pair, list)
            and len(pair) == 2
            and all(isinstance(s, int | float) and not isinstance(s, bool) for s in pair)
            and 0 <= pair[0] < pair[1] <= seconds
        ]
        if pairs:
            self.env["asterisk.recording.listen"]._note(recording, "heard", pairs)
        return len(pairs)

    # -- addresses -----------------------------------------------------------------------------------------------------

    @api.model
    def _audible(self, recording_id):
        """Return the recording if the user may hear it.

        :raise AccessError: it is not there, not ready, or not for this user; all look the same
        """
        if isinstance(recording_id, int) and not isinstance(recording_id, bool):
            recording = self.browse(recording_id).exists()._may_listen()
            if recording:
                return recording
        raise AccessError(self.env._("This recording is not there any more, or it is not for you."))

    def _note_download(self):
        """Log that the user downloads the file; return False when he may not."""
        if not self.env.user.has_group(DOWNLOADERS):
            return False
        self.env["asterisk.recording.listen"]._note(self, "downloaded", [(0, self.sudo().seconds)])
        return True

    def _token(self, now=None):
        """Return what makes an address of this recording valid for this user until its time is over."""
        until = str(int((now or time.time()) + URL_SECONDS))
        return f"{until}.{self._signature(until)}"

    def _is_token(self, token):
        until, _dot, signature = token.partition(".")
        if not (token.isascii() and hmac_lib.compare_digest(signature, self._signature(until))):
            return False
        return int(until) > time.time()

    def _signature(self, until):
        self.ensure_one()
        return hmac(self.env(su=True), SCOPE, (self.id, self.env.uid, until))
