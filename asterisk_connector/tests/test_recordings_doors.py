import time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.asterisk_connector.models.asterisk_recording_player import URL_SECONDS

from .common import AsteriskHttpCase
from .recordings import RecordingsMixin, told, wav

USER = "asterisk_connector.group_user"
ALL = "asterisk_connector.group_recording_all"
SYSTEM = f"{USER},{ALL},asterisk_connector.group_recording_download,base.group_system"


@tagged("post_install", "-at_install")
class TestRecordingsDoors(RecordingsMixin, AsteriskHttpCase):
    """Everything that one may try to hear what is not for him. Anna talked and may hear it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.auditor = new_test_user(cls.env, "auditor.test", f"{USER},{ALL}")
        cls.system = new_test_user(cls.env, "system.test", SYSTEM)
        cls.portal = new_test_user(cls.env, "portal2.test", "base.group_portal")
        cls.data = wav()

    def setUp(self):
        super().setUp()
        self.apply(self.snapshot("call_ended"))
        self.recording = self.record(self.data)

    def address(self, user, recording=None, **when):
        """Return an address that is valid for this user, whether or not he may hear the recording."""
        recording = recording or self.recording
        return f"/asterisk/recording/{recording.id}/{recording.with_user(user)._token(**when)}"

    def asks(self, url, user=None, **headers):
        """Fetch an address as this user, None: as who is signed in already; return the answer."""
        if user:
            self.authenticate(user.login, user.login)
        return self.url_open(url, headers=headers, allow_redirects=False)

    def silent(self, response):
        """Check that an answer has nothing of the sound; return its status."""
        self.assertNotIn(self.data[44:144], response.content)
        return response.status_code

    # -- ranges --------------------------------------------------------------------------------------------------------

    @mute_logger("odoo.http")
    def test_every_range_gets_what_it_asks_for_or_nothing(self):
        size, url = len(self.data), self.address(self.anna)
        huge = "9" * 30
        self.authenticate("anna.test", "anna.test")
        for asked, begin, end in (
            ("bytes=0-0", 0, 1),
            ("bytes=100-", 100, size),
            (f"bytes={size - 1}-", size - 1, size),
            ("bytes=-10", size - 10, size),
            (f"bytes=10-{huge}", 10, size),
            ("bytes= 5-9", 5, 10),
        ):
            with self.subTest(asked):
                answer = self.asks(url, Range=asked)
                self.assertEqual((answer.status_code, answer.content), (206, self.data[begin:end]))
                self.assertEqual(answer.headers["Content-Range"], f"bytes {begin}-{end - 1}/{size}")
        beyond = (f"bytes={size}-", f"bytes={size}-{size + 9}", f"bytes={huge}-", f"bytes=-{huge}")
        for asked in (*beyond, "bytes=0-1,5-6", "bytes=0-,0-"):
            with self.subTest(asked):
                answer = self.asks(url, Range=asked)
                self.assertEqual(self.silent(answer), 416)
                self.assertEqual(answer.headers["Content-Range"], f"bytes */{size}")
        for asked in (
            "bytes=9-5",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=--5",
            "bytes=1-2-3",
            "seconds=1-2",
            "x",
            "0-5",
        ):
            with self.subTest(asked):
                answer = self.asks(url, Range=asked)
                self.assertIn(answer.status_code, (200, 416))
                self.assertIn(answer.content if answer.status_code == 200 else self.data, (self.data,))

    # -- addresses -----------------------------------------------------------------------------------------------------

    @mute_logger("odoo.http")
    def test_an_old_address(self):
        now = time.time()
        self.assertEqual(self.asks(self.address(self.anna, now=now - URL_SECONDS + 60), self.anna).content, self.data)
        self.assertEqual(self.silent(self.asks(self.address(self.anna, now=now - URL_SECONDS - 1), self.anna)), 404)

    @mute_logger("odoo.http")
    def test_a_valid_address_is_worth_nothing_without_the_right(self):
        for user in (self.boris, self.clara, self.elena, self.manager, self.portal):
            with self.subTest(user.login):
                self.assertEqual(self.silent(self.asks(self.address(user), user)), 404)

    @mute_logger("odoo.http")
    def test_a_right_that_is_taken_away_ends_what_is_open(self):
        url = self.address(self.auditor)
        self.assertEqual(self.asks(url, self.auditor).content, self.data)
        self.auditor.group_ids = [Command.set(self.env.ref(USER).ids)]
        self.assertEqual(self.silent(self.asks(url)), 404)
        with self.assertRaises(AccessError):
            self.recordings.with_user(self.auditor).heard(self.recording.id, [[0, 1]])

    @mute_logger("odoo.http")
    def test_another_company_ends_what_is_open(self):
        url = self.address(self.auditor)
        riga = self.env["res.company"].create({"name": "Riga SIA"})
        self.assertEqual(self.asks(url, self.auditor).content, self.data)
        self.auditor.write({"company_ids": [Command.set(riga.ids)], "company_id": riga.id})
        self.assertEqual(self.silent(self.asks(url)), 404)

    @mute_logger("odoo.http")
    def test_who_has_left_the_company_hears_nothing(self):
        url = self.address(self.anna)
        self.assertEqual(self.asks(url, self.anna).content, self.data)
        self.anna.active = False
        self.env.flush_all()
        self.assertIn(self.silent(self.asks(url)), (303, 403, 404))

    @mute_logger("odoo.http")
    def test_who_has_signed_out_hears_nothing(self):
        url = self.address(self.anna)
        self.assertEqual(self.asks(url, self.anna).content, self.data)
        self.logout()
        self.assertIn(self.silent(self.asks(url)), (303, 403, 404))
        self.authenticate(None, None)
        answer = self.asks(url)
        self.assertEqual(self.silent(answer), 303)
        self.assertIn("/web/login", answer.headers["Location"])

    @mute_logger("odoo.http")
    def test_an_address_after_the_erasure(self):
        url = self.address(self.anna)
        self.assertEqual(self.asks(url, self.anna).content, self.data)
        self.recording._erase("test")
        for path in (url, f"{url}?download=1", self.address(self.anna)):
            self.assertEqual(self.silent(self.asks(path)), 404)
        with self.assertRaises(AccessError):
            self.recordings.with_user(self.anna).play(self.recording.id)
        self.assertEqual(self.status(told(self.data)), ["unwanted"])

    @mute_logger("odoo.http")
    def test_nothing_is_found_by_guessing(self):
        token = self.recording.with_user(self.anna)._token()
        until, signature = token.split(".")
        self.authenticate("anna.test", "anna.test")
        other = self.record(wav(left=0.3), key="1" * 32)
        for recording_id in (0, self.recording.id + 1000, other.id, 2**31, 2**63, 2**80):
            self.assertEqual(self.silent(self.asks(f"/asterisk/recording/{recording_id}/{token}")), 404, recording_id)
        for guess in (
            "x", "0", "None", until, f"{until}.", f".{signature}", f"{until}.{'0' * 64}", f"{until}.{signature[:-1]}",
            f"{int(until) + 1}.{signature}", f"{signature}.{until}", f"{until}.{signature}.", f"%20{token}",
            f"{token}%00", "9" * 2000, f"{until}.%E2%82%AC", "..%2f..", f"{until}.{signature.upper()}",
        ):  # fmt: skip
            answer = self.asks(f"/asterisk/recording/{self.recording.id}/{guess}")
            self.assertEqual(self.silent(answer), 404, guess)
        for path in (
            f"/asterisk/recording/{self.recording.id}",
            f"/asterisk/recording/-1/{token}",
            "/asterisk/recording/",
        ):
            self.assertEqual(self.silent(self.asks(path)), 404, path)
        self.assertFalse(self.recording.listen_ids, "what is refused is not listening")

    # -- other doors ---------------------------------------------------------------------------------------------------

    @mute_logger("odoo.http")
    def test_no_address_of_odoos_own_has_the_sound(self):
        attachment, recording_id = self.recording._attachment(), self.recording.id
        token = self.recording.with_user(self.anna)._token()
        paths = [f"/web/{door}/{attachment.id}" for door in ("content", "image")]
        paths += [f"/web/{door}/asterisk.recording/{recording_id}/audio" for door in ("content", "image")]
        paths += [
            f"/web/content/{attachment.id}?download=true&access_token={token}",
            f"/web/content?model=asterisk.recording&id={recording_id}&field=audio&access_token={token}",
            f"/web/content/ir.attachment/{attachment.id}/raw",
            f"/web/content/ir.attachment/{attachment.id}/datas",
            f"/web/image/ir.attachment/{attachment.id}/raw/100x100",
            f"/web/content/asterisk.call/{self.call().id}/recordings",
            f"/mail/attachment/zip?file_ids={attachment.id}&zip_name=x",
            f"/web/filestore/{attachment.store_fname}",
        ]
        for user in (self.anna, self.auditor, self.manager, self.system, self.portal):
            self.authenticate(user.login, user.login)
            for path in paths:
                with self.subTest(f"{user.login} {path}"):
                    self.silent(self.asks(path))
        self.authenticate(None, None)
        for path in paths:
            with self.subTest(path):
                self.silent(self.asks(path))

    def rpc(self, model, method, *args, **kwargs):
        """Call a method as the browser does; return the answer's text, whether or not it is a refusal."""
        params = {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        return self.url_open(f"/web/dataset/call_kw/{model}/{method}", json=body).json()

    @mute_logger("odoo.http", "odoo.models", "odoo.addons.base.models.ir_rule")
    def test_no_question_to_a_model_has_the_sound(self):
        attachment, recording_id = self.recording._attachment(), self.recording.id
        before = attachment.read(["public", "access_token", "res_model", "res_id", "res_field", "store_fname"])
        ours = [["res_model", "=", "asterisk.recording"], ["res_field", "=", "audio"]]
        forged = {"name": "x", "store_fname": attachment.store_fname, "checksum": attachment.checksum}
        questions = [
            ("ir.attachment", "read", [attachment.id], ["raw", "datas", "store_fname"]),
            ("ir.attachment", "web_read", [attachment.id], {"datas": {}}),
            ("ir.attachment", "search_read", ours, ["datas"]),
            ("ir.attachment", "search_read", [["id", "=", attachment.id]], ["raw"]),
            ("ir.attachment", "export_data", [attachment.id], ["datas"]),
            ("ir.attachment", "copy", [attachment.id]),
            ("ir.attachment", "write", [attachment.id], {"public": True}),
            ("ir.attachment", "write", [attachment.id], {"res_model": False, "res_id": 0, "res_field": False}),
            ("ir.attachment", "generate_access_token", [attachment.id]),
            ("ir.attachment", "unlink", [attachment.id]),
            ("asterisk.recording", "read", [recording_id], ["audio"]),
            ("asterisk.recording", "search_read", [["audio", "!=", False]], ["audio"]),
            ("asterisk.recording", "web_read", [recording_id], {"audio": {}}),
            ("asterisk.recording", "export_data", [recording_id], ["audio"]),
            ("asterisk.recording", "copy", [recording_id]),
            ("asterisk.recording", "write", [recording_id], {"state": "ready", "call_id": False}),
            ("asterisk.recording", "_token", [recording_id]),
            ("asterisk.recording", "_attachment", [recording_id]),
            ("asterisk.recording", "_store", [recording_id], "x", "y"),
            ("asterisk.recording.listen", "unlink", [1]),
        ]
        for user in (self.anna, self.auditor, self.manager, self.system, self.portal):
            self.authenticate(user.login, user.login)
            for question in questions:
                with self.subTest(f"{user.login} {question}"):
                    answer = self.rpc(*question)
                    self.assertFalse(answer.get("result"), answer)
            forgery = self.rpc("ir.attachment", "create", [forged]).get("result")
            if forgery:
                self.silent(self.asks(f"/web/content/{forgery[0]}"))
        self.env.invalidate_all()
        after = attachment.read(["public", "access_token", "res_model", "res_id", "res_field", "store_fname"])
        self.assertEqual(after, before)
        self.assertFalse(self.recording.listen_ids)
