import logging

import psycopg2

from odoo import api, fields, models

from ..tools import peaks
from ..tools.part_file import DiskFullError, has_room
from ..tools.recordings import RecordingError, is_wanted, parse
from ..tools.text import clean
from ..tools.times import moment

_logger = logging.getLogger(__name__)

FACTS = ("linkedid", "uniqueid", "file", "channels", "mimetype", "bytes", "sha256", "seconds")


class PieceError(Exception):
    """A piece of a recording was not taken (docs/contract.md, ``recording_data``).

    :param str code: offset, checksum, unknown, unwanted, disk_full or busy
    :param offset: where to go on, for the first
    """

    def __init__(self, code, message, offset=None):
        super().__init__(message)
        self.code, self.offset = code, offset


class AsteriskRecording(models.Model):
    """What the agent's flows do: it tells of files, Odoo says what it wants, the bytes follow."""

    _inherit = "asterisk.recording"  # pylint: disable=consider-merging-classes-inherited

    # -- the first step: told ------------------------------------------------------------------------------------------

    @api.model
    def _take_recordings(self, server, items):
        """Take what the agent tells of (docs/contract.md, ``recordings``). Needs sudo.

        :param list items: as JSON gave them, hostile until checked
        :return: one ``{"key", "status", "offset"?, "error"?}`` an item, in order
        """
        return [self._take_recording(server, item) for item in items]

    @api.model
    def _take_recording(self, server, item):
        try:
            told = parse(item)
        except RecordingError as error:
            key = clean(item.get("key"), 32) if isinstance(item, dict) and str(error)[:3] != "key" else ""
            return {"key": key, "status": "refused", "error": {"code": error.code, "message": str(error)}}
        told["peaks"] = peaks.checked(item.get("peaks"), told["channels"])
        try:
            with self.env.cr.savepoint():
                return {"key": told["key"]} | self._note_told(server, told)
        except (psycopg2.errors.UniqueViolation, psycopg2.errors.LockNotAvailable):
            return {"key": told["key"], "status": "wait"}  # another request is about the same one at this moment
        except psycopg2.OperationalError:
            raise
        except Exception as error:  # one strange item must not hold up the others
            _logger.exception("PBX %s: the recording %s cannot be noted", server.id, told["key"])
            error = {"code": "internal", "message": type(error).__name__}
            return {"key": told["key"], "status": "refused", "error": error}

    @api.model
    def _note_told(self, server, told):
        """Write down a checked recording; return its answer but for the key."""
        recording = self._locked(server, told["key"])
        if recording.state in ("ready", "erased"):
            recording._part().remove()  # left by an Odoo that was killed right after its last step
            return {"status": "have" if recording.state == "ready" else "unwanted"}
        call = recording.call_id or self._call_of(server, told["linkedid"])
        wanted = self._is_wanted(server, told, call)
        if wanted is False:
            recording._part().remove()
            recording.unlink()
            return {"status": "unwanted"}
        if wanted is None and told["state"] == "ready":
            return {"status": "wait"}
        return self._write_told(server, recording, told, call)

    @api.model
    def _write_told(self, server, recording, told, call):
        is_ready = told["state"] == "ready"
        values = {fact: told[fact] for fact in FACTS} | {
            "started_at": moment(told["started_at"]),
            "call_id": call.id,
            "problem": told["problem"] or False,
            "peaks": told["peaks"],
        }
        if recording and recording.sha256 != told["sha256"]:
            recording._part().remove()  # it was converted anew: what lies here is of another file
        size = recording._part().size if recording else 0
        values["state"] = ("uploading" if size else "announced") if is_ready else told["state"]
        if recording:
            recording.write(values)
        else:
            recording = self.create(values | {"server_id": server.id, "key": told["key"]})
            recording._part().remove()  # of an earlier life, when Odoo was restored from a backup
        if not is_ready:
            return {"status": "noted"}
        if not has_room(self._part_folder(), told["bytes"] - size):
            return {"status": "wait"}
        return {"status": "send", "offset": size}

    @api.model
    def _is_wanted(self, server, told, call):
        """Return whether to take it, None when nobody can say yet."""
        age = fields.Datetime.now() - moment(told["started_at"])
        days = server._recording_retention_days()
        if days and age.days >= days:
            return False  # it would be erased at once
        return is_wanted(server._recording_policy_facts(), call._policy_facts() if call else None, age.total_seconds())

    # -- the second step: its bytes ------------------------------------------------------------------------------------

    @api.model
    def _take_piece(self, server, key, offset, data):
        """Add bytes to a recording; the last ones make it audible (docs/contract.md, ``recording_data``). Needs sudo.

        :raise PieceError: they were not taken
        """
        try:
            with self.env.cr.savepoint(flush=False):
                recording = self._locked(server, key)
        except psycopg2.errors.LockNotAvailable:
            raise PieceError("busy", "Another request sends the same recording.") from None
        if not recording or recording.state in ("failed", "waiting"):
            raise PieceError("unknown", "Nothing was told of this recording.")
        if recording.state == "erased":
            raise PieceError("unwanted", "This recording was erased.")
        if recording.state == "ready":
            return {"offset": recording.bytes, "status": "have"}
        return recording._add_piece(offset, data)

    def _add_piece(self, offset, data):
        part = self._part()
        size = part.size
        if size < self.bytes:
            if offset != size:
                raise PieceError("offset", f"{size} bytes are here.", size)
            if size + len(data) > self.bytes:
                raise self._wrong_content()
            try:
                part.append(data)
            except DiskFullError:
                raise PieceError("disk_full", "The disk of Odoo is full.") from None
            size += len(data)
        if size < self.bytes:
            if self.state != "uploading":
                self.state = "uploading"
            return {"offset": size, "status": "send"}
        self._finish(part)
        return {"offset": size, "status": "have"}

    def _finish(self, part):
        """Check what has come and make it audible."""
        sha256, sha1 = part.digests()
        if sha256 != self.sha256:
            raise self._wrong_content()
        shape = self.peaks or (peaks.of_wav(part.path) if self.mimetype == "audio/wav" else None)
        try:
            with self.env.cr.savepoint():
                self._store(part, sha1)
        except DiskFullError:
            raise PieceError("disk_full", "The disk of Odoo is full.") from None
        call = self.call_id or self._call_of(self.server_id, self.linkedid)
        self.write({"state": "ready", "problem": False, "peaks": shape, "call_id": call.id})
        self.env.cr.postcommit.add(part.remove)

    def _wrong_content(self):
        self._part().remove()
        self.state = "announced"
        return PieceError("checksum", "What came is not what was told.")

    # -- helpers -------------------------------------------------------------------------------------------------------

    @api.model
    def _locked(self, server, key):
        """Return the recording of a key, the only writer of it until the end of the transaction.

        A lock of the row, not of a number: who comes second sees what the first one has made of it.

        :raise LockNotAvailable: another transaction is at it
        """
        self.flush_model()
        self.env.cr.execute(
            "SELECT id FROM asterisk_recording WHERE server_id = %s AND key = %s FOR UPDATE NOWAIT", [server.id, key]
        )
        return self.browse(row[0] for row in self.env.cr.fetchall())
