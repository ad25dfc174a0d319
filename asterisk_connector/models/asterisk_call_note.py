from odoo import api, models
from odoo.exceptions import UserError

from ..tools.notes import NOTE_LENGTH, clean_note, merge_notes
from ..tools.text import ID_LENGTH, clean


class AsteriskCall(models.Model):
    """A call's note, saved while it is typed: by several people, from several tabs, after a crash, twice."""

    _inherit = "asterisk.call"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def save_note(self, call_id, text, base, linkedid=""):
        """Store what the user made of a note (docs/contract.md, ``save_note``).

        What others wrote meanwhile stays: the user's change is made to their text. So sending twice does no harm, and
        a draft that comes hours later takes nothing away.

        :param int call_id: a call that the user may write about
        :param str text: the note as he has it before him
        :param str base: the note as Odoo told it to him last
        :param str linkedid: of the call, for one that was merged into another meanwhile
        :return: the event's facts; the note is what both have made together
        """
        call = self._writable(call_id, clean(linkedid, ID_LENGTH))
        # Two at once: the second one begins again when the first is done, and sees what it wrote.
        self.env.cr.execute("SELECT id FROM asterisk_call WHERE id = %s FOR UPDATE", [call.id])
        call.invalidate_recordset(["note"])
        before = call.note or ""
        after = merge_notes(clean_note(base), clean_note(text), before)
        if len(after) > NOTE_LENGTH:
            raise UserError(self.env._("This note is too long. Put a part of it into a document and attach that."))
        if after != before:
            call.note = after if after.strip() else False
            return call._tell_event(self.env.user)
        return call._event_facts()
