from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import AsteriskHttpCase
from .recordings import KEY, RecordingsMixin, told, wav


@tagged("post_install", "-at_install")
class TestRecordingsHttp(RecordingsMixin, AsteriskHttpCase):
    """The routes: the agent sends, the browser plays."""

    def setUp(self):
        super().setUp()
        self.apply(self.snapshot("call_ended"))
        self.data = wav()

    def piece(self, offset, data, key=KEY):
        """Send a piece; return ``(status, answer)``."""
        return self.post(f"recording_data?key={key}&offset={offset}", None, raw=data)

    def sent(self):
        """Return a recording that the agent has sent, by its routes."""
        self.assertEqual(self.post("recordings", {"items": [told(self.data)]})[1]["results"][0]["offset"], 0)
        self.assertEqual(self.piece(0, self.data[:1000]), (200, {"offset": 1000, "status": "send"}))
        size = len(self.data)
        self.assertEqual(self.piece(1000, self.data[1000:]), (200, {"offset": size, "status": "have"}))
        self.env.invalidate_all()
        return self.recordings.search([("key", "=", KEY)])

    def play(self, recording, user=None, **headers):
        """Fetch what a user hears, with an address that was made for ``anna``."""
        user = user or self.anna
        self.authenticate(user.login, user.login)
        url = self.recordings.with_user(self.anna).play(recording.id)["url"]
        return self.url_open(url, headers=headers)

    def test_hello_says_what_is_wanted(self):
        answer = self.post("hello", {"contract": 1, "agent": {}, "asterisk": None})[1]
        self.assertEqual(
            answer["recordings"], {"policy": "all", "endpoints": [], "queues": [], "format": "opus", "parallel": 2}
        )

    def test_pieces_that_are_refused(self):
        self.assertEqual(self.piece(0, b"x")[0], 404)
        self.post("recordings", {"items": [told(self.data)]})
        self.piece(0, self.data[:1000])
        status, answer = self.piece(0, self.data[:1000])
        self.assertEqual((status, answer["error"]["code"], answer["offset"]), (409, "offset", 1000))
        status, answer = self.piece(1000, b"x" * (len(self.data) - 1000))
        self.assertEqual((status, answer["error"]["code"]), (409, "checksum"))
        with self.full_disk():
            self.assertEqual(self.piece(0, self.data)[0], 507)
        self.assertEqual(self.piece("x", self.data)[0], 400)
        self.assertEqual(self.piece(0, b"x" * (4 * 1024 * 1024 + 1))[0], 413)
        self.assertEqual(self.piece(0, self.data)[0], 200)
        self.recordings.search([("key", "=", KEY)])._erase("test")
        self.assertEqual(self.piece(0, self.data)[0], 410)

    def test_the_browser_hears_it_and_jumps_about(self):
        recording = self.sent()
        response = self.play(recording)
        self.assertEqual((response.status_code, response.content), (200, self.data))
        self.assertEqual(response.headers["Content-Type"], "audio/wav")
        self.assertIn("no-store", response.headers["Cache-Control"])
        self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
        self.assertTrue(response.headers.get("Content-Disposition", "inline").startswith("inline"))
        part = self.play(recording, Range="bytes=100-199")
        self.assertEqual((part.status_code, part.content), (206, self.data[100:200]))
        self.assertEqual(part.headers["Content-Range"], f"bytes 100-199/{len(self.data)}")
        self.assertEqual(self.play(recording, Range=f"bytes={len(self.data)}-").status_code, 416)

    @mute_logger("odoo.http")
    def test_addresses_that_do_not_play(self):
        recording = self.sent()
        self.assertEqual(self.play(recording, user=self.boris).status_code, 404)
        auditor = self.boris
        auditor.group_ids = [(4, self.env.ref("asterisk_connector.group_recording_all").id)]
        self.assertEqual(self.play(recording, user=auditor).status_code, 404, "it is Anna's address")
        own = self.recordings.with_user(auditor).play(recording.id)["url"]
        self.assertEqual(self.url_open(own).status_code, 200)
        self.assertEqual(self.url_open(own + "0").status_code, 404)
        self.assertEqual(self.url_open(own + "?download=1").status_code, 404, "he may not save it")
        recording._erase("test")
        self.assertEqual(self.url_open(own).status_code, 404)
        self.logout()
        self.assertNotEqual(self.url_open(own, allow_redirects=False).status_code, 200)

    def test_a_download_is_logged(self):
        recording = self.sent()
        self.anna.group_ids = [(4, self.env.ref("asterisk_connector.group_recording_download").id)]
        self.authenticate("anna.test", "anna.test")
        response = self.url_open(self.recordings.with_user(self.anna).download(recording.id)["url"])
        self.assertEqual(response.content, self.data)
        self.assertIn("attachment", response.headers["Content-Disposition"])
        recording.invalidate_recordset()
        self.assertEqual(recording.listen_ids.mapped("kind"), ["downloaded"])

    @mute_logger("odoo.http")
    def test_no_other_door_leads_to_the_sound(self):
        recording = self.sent()
        self.authenticate("anna.test", "anna.test")
        attachment = recording._attachment()
        for url in (f"/web/content/{attachment.id}", f"/web/content/asterisk.recording/{recording.id}/audio"):
            self.assertNotEqual(self.url_open(url).content, self.data, url)

    def test_a_page_that_is_closed_reports_what_was_heard(self):
        recording = self.sent()
        self.authenticate("anna.test", "anna.test")
        told = {"recording_id": recording.id, "stretches": [[0, 1]]}
        self.assertEqual(self.make_jsonrpc_request("/asterisk/recording/heard", told), 1)
        recording._erase("test")
        self.assertEqual(self.make_jsonrpc_request("/asterisk/recording/heard", told), 0)
