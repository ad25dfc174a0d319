from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import Form, new_test_user, tagged

from .common import AsteriskCase

#: model → what each role may do with it (read, write, create, unlink); who is not named may do nothing
RIGHTS = {
    "asterisk.call": {"user": "r", "supervisor": "r", "manager": "rwu"},
    "asterisk.call.leg": {"user": "r", "supervisor": "r", "manager": "r"},
    "asterisk.call.alias": {"manager": "r"},
    "asterisk.call.outcome": {"user": "r", "supervisor": "r", "manager": "rwcu"},
    "asterisk.call.tag": {"user": "r", "supervisor": "r", "manager": "rwcu"},
    "asterisk.cdr": {"supervisor": "r", "manager": "r"},
    "asterisk.cdr.pending": {"manager": "r"},
    "asterisk.cel": {"manager": "r"},
    "asterisk.command": {"user": "r", "supervisor": "r", "manager": "ru"},
    "asterisk.extension": {"user": "r", "supervisor": "r", "manager": "rwcu"},
    "asterisk.history.day": {"manager": "r"},
    "asterisk.history.problem": {"manager": "r"},
    "asterisk.line": {"user": "r", "supervisor": "r", "manager": "rwcu"},
    "asterisk.recording": {"user": "r", "supervisor": "r", "manager": "r"},
    "asterisk.recording.eraser": {"manager": "rwc"},
    "asterisk.recording.listen": {"manager": "r"},
    "asterisk.server": {"user": "r", "supervisor": "r", "manager": "rwcu"},
    "asterisk.server.key": {"manager": "rc"},
    "asterisk.phone.number": dict.fromkeys(("employee", "user", "supervisor", "manager"), "rwcu"),
}
OPERATIONS = {"r": "read", "w": "write", "c": "create", "u": "unlink"}


@tagged("post_install", "-at_install")
class TestAccess(AsteriskCase):
    """Who may see and do what."""

    def test_every_role_with_every_model(self):
        roles = {
            "public": self.env.ref("base.public_user"),
            "portal": new_test_user(self.env, "portal.test", "base.group_portal"),
            "employee": new_test_user(self.env, "employee.test", "base.group_user"),
            "user": self.clara,
            "supervisor": self.elena,
            "manager": self.manager,
            "agent": new_test_user(self.env, "agent.test", "asterisk_connector.group_agent"),
        }
        ours = {name for name, model in self.env.items() if name.startswith("asterisk.") and not model._abstract}
        self.assertEqual(ours, set(RIGHTS), "every model has its line here")
        for model, rights in RIGHTS.items():
            for role, user in roles.items():
                may = "".join(k for k, name in OPERATIONS.items() if self.env[model].with_user(user).has_access(name))
                self.assertEqual(set(may), set(rights.get(role, "")), f"{role}: {model}")

    def test_everybody_sees_the_own_calls_a_supervisor_all(self):
        self.apply(self.snapshot("call_missed"))
        call = self.call("1764000100.20")
        for user, sees in ((self.anna, True), (self.boris, False), (self.elena, True), (self.manager, True)):
            self.assertEqual(call.with_user(user).has_access("read"), sees, user.name)
            self.assertEqual(
                bool(self.env["asterisk.call"].with_user(user).search([("id", "=", call.id)])), sees, user.name
            )
            self.assertEqual(
                bool(self.env["asterisk.call.leg"].with_user(user).search([("call_id", "=", call.id)])), sees
            )

    def test_companies_do_not_see_each_others_pbx(self):
        riga = self.env["res.company"].create({"name": "Riga SIA"})
        stranger = new_test_user(
            self.env,
            "stranger.test",
            "asterisk_connector.group_manager",
            company_id=riga.id,
            company_ids=[Command.set(riga.ids)],
        )
        self.apply(self.snapshot())
        for model in ("asterisk.call", "asterisk.call.leg", "asterisk.server", "asterisk.extension", "asterisk.line"):
            self.assertTrue(self.env[model].with_user(self.manager).search_count([]), model)
            self.assertFalse(self.env[model].with_user(stranger).search_count([]), model)
        self.assertFalse(self.env["asterisk.call"].with_user(stranger).client_state()["servers"])

    def test_without_the_group_there_is_no_telephony(self):
        nobody = new_test_user(self.env, "nobody2.test", "base.group_user")
        with self.assertRaises(AccessError):
            self.env["asterisk.call"].with_user(nobody).client_state()
        with self.assertRaises(AccessError):
            self.env["asterisk.command"].with_user(nobody).click_to_call("+49 30 12345678")

    def test_only_a_manager_makes_keys(self):
        with self.assertRaises(AccessError):
            self.server.with_user(self.elena).action_generate_key()
        action = self.server.with_user(self.manager).action_generate_key()
        self.assertEqual(len(action["context"]["default_key"]), 40)
        agent = self.server.agent_user_id
        self.assertEqual(agent.all_group_ids, self.env.ref("asterisk_connector.group_agent"))
        self.assertEqual(agent.company_ids, self.server.company_id)
        self.assertEqual(self.env["asterisk.server"]._from_agent(agent), self.server)
        self.assertFalse(self.env["asterisk.server"]._from_agent(self.manager))
        wizard = self.env[action["res_model"]].with_user(self.manager).with_context(**action["context"])
        self.assertIn("pbx-agent setup --odoo", wizard.new({"server_id": self.server.id}).command)

    def test_one_phone_for_dialling(self):
        second = self.env["asterisk.extension"].create(
            {"server_id": self.server.id, "number": "101", "endpoint": "PJSIP/1012", "user_id": self.anna.id}
        )
        self.assertFalse(second.is_default)
        second.is_default = True
        self.assertFalse(self.phone_anna.is_default)
        second.unlink()
        self.assertTrue(self.phone_anna.is_default)
        third = self.env["asterisk.extension"].create(
            {"server_id": self.server.id, "number": "103", "user_id": self.anna.id, "is_default": True}
        )
        self.assertEqual(self.anna.asterisk_extension_ids.filtered("is_default"), third)

    def test_a_change_of_a_device_is_not_hidden_by_what_another_request_keeps(self):
        """As when one that began before the change looks the devices up after the caches were cleared."""
        self.assertEqual(self.server._device_map()["PJSIP/101"][2], self.anna.id)
        with patch.object(type(self.env.registry), "clear_cache"):
            self.phone_anna.user_id = self.clara
        self.assertEqual(self.server._device_map()["PJSIP/101"][2], self.clara.id)

    def test_wrong_devices_are_explained(self):
        for values, words in (
            ({"endpoint": "PJSIP/1\r\nX"}, "no device of Asterisk"),
            ({"endpoint": "101"}, "no device of Asterisk"),
            ({"number": "10a"}, "no extension"),
            ({"auto_answer": "custom", "auto_answer_headers": "x"}, "must be an object"),
            ({"auto_answer": "custom", "auto_answer_headers": '{"A": "b\\r\\nEvil: 1"}'}, "must be an object"),
            ({"auto_answer": "custom", "auto_answer_headers": '{"A": "${SHELL(x)}"}'}, "must be an object"),
        ):
            with self.assertRaises(ValidationError) as caught:
                self.phone_anna.write(values)
            self.assertIn(words, str(caught.exception))

    def test_wrong_settings_of_a_pbx_are_explained(self):
        for values in (
            {"dial_allowed": "+49*\nabc"},
            {"dial_context": "a b"},
            {"dial_context": "x\r\ny"},
            {"dial_prefix": "9,"},
        ):
            with self.assertRaises(ValidationError):
                self.server.write(values)

    def test_a_pbx_with_calls_is_archived_not_deleted(self):
        self.apply(self.snapshot())
        with self.assertRaisesRegex(UserError, "Archive it"):
            self.server.unlink()

    def test_a_copy_of_the_database_is_silenced(self):
        self.server.action_generate_key()
        view = self.env["asterisk.command"].with_user(self.anna).click_to_call("+49 30 12345678")
        self.env.flush_all()
        queries = list(get_neutralization_queries(["asterisk_connector"]))
        self.assertTrue(queries)
        for query in queries:
            self.env.cr.execute(query)
        self.env.invalidate_all()
        agent = self.server.agent_user_id
        self.assertFalse(agent.active)
        self.assertFalse(self.env["res.users.apikeys"].search([("user_id", "=", agent.id)]))
        self.assertEqual(self.env["asterisk.command"].search([("uuid", "=", view["uuid"])]).state, "failed")
        self.assertFalse(self.server._server_view()["connected"])
        self.server.action_generate_key()
        self.assertTrue(agent.active, "a new key wakes the agent of the copy")

    def test_the_forms_open(self):
        with Form(self.env["asterisk.server"].with_user(self.manager)) as form:
            form.name = "Riga"
        self.assertEqual(form.record.dial_context, "odoo-dial")
        with Form(self.env["asterisk.extension"].with_user(self.manager)) as form:
            form.server_id = self.server
            form.number = "109"
        self.assertEqual(form.record.endpoint, "PJSIP/109")
        with Form(
            self.eva.with_user(
                new_test_user(self.env, "editor2.test", "asterisk_connector.group_user,base.group_partner_manager")
            )
        ) as form:
            with form.phone_number_ids.new() as line:
                line.raw = "0171 2345678"
                line.label = "Mobile"
        self.assertEqual(self.eva.phone_number_ids.number, "+491712345678")
        self.apply(self.snapshot("call_ended"))
        self.assertEqual(
            self.call().with_user(self.anna).get_views([(False, "form"), (False, "list"), (False, "kanban")]).keys(),
            {"models", "views"},
        )
        read = self.call().with_user(self.anna).read(["summary", "line", "display_name", "number_display"])[0]
        self.assertEqual(read["summary"], "Anna 1:00 → Boris rang 7 s")
        self.assertEqual((read["line"], read["display_name"]), ("Sales line", "Eva Braun"))
