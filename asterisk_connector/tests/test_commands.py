import uuid
from datetime import timedelta

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import NUMBER, AsteriskCase, contract


@tagged("post_install", "-at_install")
class TestCommands(AsteriskCase):
    """Click to call, hang up, and what comes back."""

    def click(self, number="030 12345678", user=None, **arguments):
        commands = self.env["asterisk.command"].with_user(user or self.anna)
        return commands.click_to_call(number, "res.partner", self.eva.id, **arguments)

    def result(self, view, status, code="", **more):
        item = {"uuid": view["uuid"], "status": status, "code": code, "message": "", "at": 1.0, "linkedid": None} | more
        return self.env["asterisk.command"].sudo()._apply_results(self.server, [item])[0]["status"]

    def command(self, view):
        return self.env["asterisk.command"].search([("uuid", "=", view["uuid"])])

    # -- asking --------------------------------------------------------------------------------------------------------

    def test_a_click_is_pushed_to_the_agent_of_ones_own_pbx(self):
        self.forget_bus()
        view = self.click()
        self.assertEqual(view.keys(), contract("client/command_view").keys())
        self.assertEqual((view["state"], view["number"], view["number_display"]), ("sent", NUMBER, "+49 30 12345678"))
        (pushed,) = self.heard(self.server, "asterisk.command")
        example = contract("agent/command_originate")
        self.assertEqual(pushed.keys(), example.keys())
        self.assertEqual(pushed["args"].keys(), example["args"].keys())
        self.assertEqual(pushed["args"] | {"caller_name": ""}, example["args"] | {"caller_name": ""})
        self.assertIn("Eva Braun", pushed["args"]["caller_name"])
        self.assertEqual(pushed["uuid"], view["uuid"])
        self.assertEqual(pushed["expires_at"] - pushed["created_at"], 8.0)

    def test_a_second_click_does_not_dial_twice(self):
        request_uuid = str(uuid.uuid4())
        self.forget_bus()
        first = self.click(request_uuid=request_uuid)
        self.assertEqual(first["uuid"], request_uuid)
        self.assertEqual(self.click(request_uuid=request_uuid)["uuid"], request_uuid, "the same click again")
        self.assertEqual(
            self.click(request_uuid=str(uuid.uuid4()))["uuid"], request_uuid, "another click, the same number"
        )
        self.assertEqual(len(self.heard(self.server, "asterisk.command")), 1)
        self.result(first, "failed", "busy")
        self.assertNotEqual(self.click()["uuid"], request_uuid, "after a failure one may try again")

    @mute_logger("odoo.sql_db")
    def test_the_database_itself_refuses_a_double_dial(self):
        view = self.click()
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.command(view).copy({"uuid": str(uuid.uuid4())}).flush_recordset()

    @mute_logger("odoo.sql_db")
    def test_the_slower_of_two_workers_gets_the_same_command(self):
        view = self.click()
        values = {
            "uuid": str(uuid.uuid4()),
            "server_id": self.server.id,
            "user_id": self.anna.id,
            "verb": "originate",
            "args": {},
            "number": NUMBER,
        }
        self.env.flush_all()
        with self.enter_registry_test_mode():
            same = self.env["asterisk.command"].with_user(self.anna)._send_once(values)
        self.assertEqual(same["uuid"], view["uuid"])

    def test_somebody_elses_uuid_is_refused(self):
        view = self.click()
        with self.assertRaises(AccessError):
            self.click(user=self.boris, request_uuid=view["uuid"])
        with self.assertRaises(UserError):
            self.env["asterisk.command"].with_user(self.boris).check(view["uuid"])

    def test_any_document_or_none_may_be_clicked(self):
        commands = self.env["asterisk.command"].with_user(self.anna)
        for model, record_id in (
            (False, False),
            ("no.such", 1),
            ("mail.thread", 1),
            (["x"], 1),
            ("res.partner", 999999999),
        ):
            view = commands.click_to_call("+49 30 12345678", model, record_id)
            self.assertEqual(view["number"], NUMBER)
            self.result(view, "failed", "busy")

    def test_no_uuid_no_phone_no_number(self):
        for wrong in ("1; drop table", "x" * 200, "\x00"):
            with self.assertRaises(UserError):
                self.click(request_uuid=wrong)
        with self.assertRaisesRegex(UserError, "no phone in Odoo"):
            self.click(user=self.clara)
        for wrong in ("", "hello", "anonymous", "\r\nAction: Originate"):
            with self.assertRaisesRegex(UserError, "not a phone number"):
                self.click(wrong)

    def test_what_must_not_be_dialled(self):
        self.server.dial_allowed = "+49*, 2xx\n!+4990*"
        with self.assertRaisesRegex(UserError, "must not be dialled from the PBX Berlin"):
            self.click("+49 900 1234567")
        with self.assertRaisesRegex(UserError, "must not be dialled"):
            self.click("+371 67 123 456")
        with self.assertRaisesRegex(UserError, "must not be dialled"):
            self.click("112")
        self.assertEqual(self.click("234")["number"], "234")
        self.assertEqual(self.click("102")["number"], "102", "colleagues are always allowed")

    def test_the_number_is_dialled_as_the_carrier_wants_it(self):
        for style, prefix, dialled in (
            ("e164", "", NUMBER),
            ("plain", "", NUMBER[1:]),
            ("international", "0", "0004930" + NUMBER[5:]),
            ("national", "9", "9030" + NUMBER[5:]),
        ):
            self.server.write({"dial_format": style, "dial_prefix": prefix})
            view = self.click()
            self.assertEqual(self.command(view).args["dial"], dialled, style)
            self.result(view, "failed", "busy")
        self.assertEqual(self.command(self.click("102")).args["dial"], "102")

    def test_the_phone_asked_for_rings(self):
        soft = self.env["asterisk.extension"].create(
            {
                "server_id": self.server.id,
                "user_id": self.anna.id,
                "number": "101",
                "endpoint": "PJSIP/1012",
                "name": "Softphone",
                "auto_answer": "none",
            }
        )
        self.assertFalse(soft.is_default)
        view = self.click(device_id=soft.id)
        self.assertEqual((self.command(view).args["endpoint"], self.command(view).args["headers"]), ("PJSIP/1012", {}))
        with self.assertRaises(AccessError):
            self.click(device_id=self.phone_boris.id)

    def test_a_pbx_that_is_not_connected_says_so_at_once(self):
        self.server._heartbeat({"connected": False, "since": 1764000000.0, "reason": "asterisk_down"})
        with self.assertRaisesRegex(UserError, "The PBX Berlin is not connected .* Asterisk does not answer"):
            self.click()
        self.assertFalse(self.env["asterisk.command"].search_count([]))

    def test_hostile_names_do_not_reach_the_phone(self):
        self.eva.name = 'Eva"\r\n<sip:evil>\\${SHELL(x)}'
        name = self.command(self.click()).args["caller_name"]
        self.assertFalse(set('"<>\r\n\\$') & set(name), name)

    # -- hanging up ----------------------------------------------------------------------------------------------------

    def test_hanging_up_ends_the_own_leg(self):
        self.apply(self.snapshot("call_talking"))
        self.forget_bus()
        call = self.call()
        view = self.env["asterisk.command"].with_user(self.anna).hang_up(call.id)
        self.assertEqual((view["verb"], view["call_id"]), ("hangup", call.id))
        (pushed,) = self.heard(self.server, "asterisk.command")
        self.assertEqual(pushed["args"], contract("agent/command_hangup")["args"])
        with self.assertRaisesRegex(UserError, "already ended"):
            self.env["asterisk.command"].with_user(self.boris).hang_up(call.id)

    # -- results -------------------------------------------------------------------------------------------------------

    def test_each_failure_has_its_own_words(self):
        codes = (
            "unregistered",
            "busy",
            "declined",
            "no_answer",
            "client_busy",
            "client_rejected",
            "client_no_answer",
            "bad_number",
            "client_failed",
            "cancelled",
            "gone",
            "expired",
            "not_connected",
            "lost",
            "refused",
            "invalid",
        )
        heard = set()
        for code in codes:
            view = self.click()
            self.forget_bus()
            self.assertEqual(self.result(view, "failed", code, message=f"words of {code}"), "ok")
            (told,) = self.heard(self.anna, "asterisk_connector.command")
            self.assertEqual((told["state"], told["code"]), ("failed", code))
            heard.add(told["message"])
        self.assertEqual(len(heard), len(codes))
        self.assertIn(contract("client/command_view")["message"], heard)

    def test_nothing_replaces_the_end(self):
        view = self.click()
        self.assertEqual(self.result(view, "accepted"), "ok")
        self.assertEqual(self.result(view, "done"), "ok")
        self.assertEqual(self.result(view, "failed", "lost"), "ok")
        self.assertEqual(self.result(view, "accepted"), "ok")
        self.assertEqual(self.command(view).state, "done")

    def test_results_of_others_and_rubbish(self):
        view = self.click()
        other = self.env["asterisk.server"].create({"name": "Riga"})
        answers = (
            self.env["asterisk.command"]
            .sudo()
            ._apply_results(
                other,
                [
                    {"uuid": view["uuid"], "status": "done"},
                    None,
                    {"uuid": "", "status": "done"},
                    {"uuid": "x", "status": "?"},
                ],
            )
        )
        self.assertEqual([answer["status"] for answer in answers], ["unknown", "refused", "refused", "refused"])
        self.assertEqual(self.command(view).state, "sent")

    def test_the_call_it_makes_is_joined_to_the_click(self):
        example = contract("agent/call_clicked")
        view = self.click(request_uuid=example["command"])
        self.forget_bus()
        self.apply(example)
        call = self.call(example["linkedid"])
        self.assertEqual(self.command(view).call_id, call)
        self.assertEqual(call.partner_id, self.eva)
        told = self.view_for(self.anna)
        self.assertEqual((told["state"], told["command"]), ("dialing", view["uuid"]))
        self.assertEqual(self.heard(self.anna, "asterisk_connector.command")[-1]["call_id"], call.id)

    def test_the_document_that_was_clicked_decides_between_several(self):
        self.env["res.partner"].create({"name": "Karl", "phone": NUMBER})
        example = contract("agent/call_clicked")
        self.click(request_uuid=example["command"])
        self.apply(example)
        self.assertEqual(self.view_for(self.anna)["customer"]["name"], "Eva Braun")

    # -- time ----------------------------------------------------------------------------------------------------------

    def test_a_command_nobody_takes_expires(self):
        view = self.click()
        commands = self.env["asterisk.command"].with_user(self.anna)
        self.assertEqual(commands.check(view["uuid"])["state"], "sent")
        self.assertEqual(len(self.env["asterisk.command"].sudo()._pending(self.server)), 1)
        self.command(view).expires_at = self.env.cr.now() - timedelta(seconds=1)
        self.assertFalse(self.env["asterisk.command"].sudo()._pending(self.server))
        checked = commands.check(view["uuid"])
        self.assertEqual((checked["state"], checked["code"]), ("failed", "expired"))
        self.assertIn("did not react in time", checked["message"])

    def test_the_scheduled_action_tells_of_expired_and_lost_commands(self):
        waiting, running = self.click(), self.click("102")
        self.result(running, "accepted")
        self.command(waiting).expires_at = self.env.cr.now() - timedelta(seconds=1)
        self.command(running).sent_at = self.env.cr.now() - timedelta(minutes=6)
        self.forget_bus()
        self.env["asterisk.command"]._cron_expire()
        told = {view["uuid"]: view["code"] for view in self.heard(self.anna, "asterisk_connector.command")}
        self.assertEqual(told, {waiting["uuid"]: "expired", running["uuid"]: "lost"})

    def test_a_silent_agent_is_noticed_and_told(self):
        self.forget_bus()
        with freeze_time(self.server.last_seen + timedelta(seconds=46)):
            self.env["asterisk.server"]._cron_watch()
            (told,) = self.heard(self.anna, "asterisk_connector.server")
            self.assertEqual((told["connected"], told["reason"]), (False, "agent_silent"))
            self.assertRegex(
                told["message"], r"The PBX Berlin is not connected \(since .+\)\. The agent has not reported\."
            )
            self.forget_bus()
            self.connect()
            (told,) = self.heard(self.anna, "asterisk_connector.server")
            self.assertEqual((told["connected"], told["message"]), (True, ""))
