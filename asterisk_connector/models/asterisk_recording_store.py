import errno
import os

from odoo import api, models
from odoo.exceptions import UserError

from ..tools.part_file import DiskFullError, PartFile

FOLDER = "asterisk_recording"
ODOOS_OWN = "odoo.addons.base.models.ir_attachment"
#: Odoo keeps an attachment's size in 32 bits; the recording has the true one
MAX_FILE_SIZE = 2**31 - 1


class AsteriskRecording(models.Model):
    """Where the bytes are: parts in a folder of Odoo's filestore, whole files as its attachments.

    A part is named by its recording, so any process on the host goes on with it, after a restart too. When it is
    complete it becomes a file of the filestore under the name that Odoo itself would have given it, without being read
    into memory.
    """

    _inherit = "asterisk.recording"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _part_folder(self):
        return os.path.join(self.env["ir.attachment"]._filestore(), FOLDER)

    def _part(self):
        """Return the part of this recording; of none, one that is empty."""
        return PartFile(os.path.join(self._part_folder(), f"{self.server_id.id or 0}-{self.key or ''}.part"))

    def _attachment(self):
        """Return the attachment that holds the sound. Needs sudo."""
        domain = [("res_model", "=", self._name), ("res_field", "=", "audio"), ("res_id", "in", self.ids)]
        return self.env["ir.attachment"].search(domain)

    def _store(self, part, sha1):
        """Make a complete and checked part the content of this recording. Needs sudo.

        :param str sha1: its digest, which names it in the filestore
        :raise DiskFullError: there is no room for a second copy where one is needed
        """
        values = {
            "name": self.file.rpartition("/")[2],
            "res_model": self._name,
            "res_field": "audio",
            "res_id": self.id,
            "company_id": self.company_id.id,
            "mimetype": self.mimetype,
            "type": "binary",
        }
        attachments = self.env["ir.attachment"]
        if not self._is_plain_filestore():
            # The database, or an add-on's store: they take bytes, not files.
            attachments.create(values | {"raw": part.path.read_bytes()})
            return
        attachment = attachments.create(values)
        fname = f"{sha1[:2]}/{sha1}"
        # As Odoo does it: ``write`` of attachments itself lets nobody set these.
        models.BaseModel.write(
            attachment, {"store_fname": fname, "checksum": sha1, "file_size": min(part.size, MAX_FILE_SIZE)}
        )
        # The row first: until this transaction ends, the collection of garbage waits for it.
        attachment.flush_recordset()
        self._publish(part, attachments, fname)

    @api.model
    def _publish(self, part, attachments, fname):
        target = attachments._full_path(fname)
        attachments._mark_for_gc(fname)
        try:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            part.publish(target)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFullError from error
            raise
        if part.path.exists() and not os.path.samefile(part.path, target) and not _same(part, PartFile(target)):
            raise UserError(self.env._("Another file is already where Odoo would keep this recording."))

    @api.model
    def _is_plain_filestore(self):
        """Return whether attachments are files in Odoo's own filestore."""
        attachments = self.env["ir.attachment"]
        return attachments._storage() == "file" and all(
            getattr(type(attachments), name).__module__ == ODOOS_OWN for name in ("_file_write", "_get_path")
        )


def _same(one, other):
    return one.size == other.size and one.digests() == other.digests()
