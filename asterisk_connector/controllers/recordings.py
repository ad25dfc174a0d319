from odoo import http
from odoo.exceptions import AccessError
from odoo.http import request

from ..models.asterisk_recording_receive import PieceError
from ..tools.text import clean
from .agent import Refusal, flow, items_of, raw_body

MAX_PIECE = 4 * 1024 * 1024
#: what became of a piece → HTTP status; ``busy`` is like any other moment in which Odoo has no time
STATUS = {"offset": 409, "checksum": 409, "unknown": 404, "unwanted": 410, "disk_full": 507, "busy": 503}
MAX_OFFSET_DIGITS = 15


class Recordings(http.Controller):
    @flow("recordings")
    def recordings(self, server, body):
        """Take what was recorded; answer what is wanted, and from which byte on."""
        return {"results": server.env["asterisk.recording"]._take_recordings(server, items_of(body))}

    @flow("recording_data", max_body=MAX_PIECE, read=raw_body)
    def recording_data(self, server, data, **_parameters):
        """Take a piece of a recording."""
        key, offset = request.httprequest.args.get("key", ""), request.httprequest.args.get("offset", "")
        if not (offset.isascii() and offset.isdigit() and len(offset) <= MAX_OFFSET_DIGITS):
            raise Refusal(400, "bad_request", "offset must be a number of bytes.")
        try:
            return server.env["asterisk.recording"]._take_piece(server, clean(key, 32), int(offset), data)
        except PieceError as error:
            facts = {} if error.offset is None else {"offset": error.offset}
            raise Refusal(STATUS[error.code], error.code, str(error), **facts) from None

    @http.route(
        "/asterisk/recording/<int:recording_id>/<string:token>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=False,
        save_session=False,
    )
    def play(self, recording_id, token, download=None):
        """Send the sound, or the range of it that the browser asks for.

        An address that is old, another user's or of something that is not to be heard any more is not found.
        """
        recordings = request.env["asterisk.recording"]
        try:
            recording = recordings._audible(recording_id)
        except AccessError:
            raise request.not_found() from None
        attachment = recording.sudo()._attachment()[:1]
        if not recording._is_token(token) or not attachment:
            raise request.not_found()
        if download and not recording._note_download():
            raise request.not_found()
        response = attachment._to_http_stream().get_response(as_attachment=bool(download), max_age=None)
        # A shared computer must not keep conversations; seeking asks again for what it needs.
        response.headers["Cache-Control"] = "private, no-store"
        return response

    @http.route("/asterisk/recording/heard", type="jsonrpc", auth="user", methods=["POST"])
    def heard(self, recording_id, stretches):
        """Log what was heard. A route of its own, because a page that is being closed can only send a beacon."""
        try:
            return request.env["asterisk.recording"].heard(recording_id, stretches)
        except AccessError:
            return 0  # erased while it was playing
