import uuid as uuid_lib

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools import numbers, patterns
from ..tools.text import NAME_LENGTH, clean


class AsteriskCommand(models.Model):
    """Something a user asks the PBX to do: short-lived, carried out at most once, answered with a result.

    Pushed to the agent over the server's bus channel; the results come back in ``asterisk_command_result``.
    """

    _name = "asterisk.command"
    _description = "Command to the PBX"
    _order = "id desc"
    _rec_name = "uuid"

    uuid = fields.Char(string="UUID", required=True, readonly=True)
    server_id = fields.Many2one("asterisk.server", string="PBX", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="server_id.company_id", store=True, index=True)
    user_id = fields.Many2one("res.users", required=True, readonly=True, index=True, ondelete="cascade")
    extension_id = fields.Many2one("asterisk.extension", string="Device", readonly=True, ondelete="set null")
    verb = fields.Selection([("originate", "Call"), ("hangup", "Hang up")], required=True, readonly=True)
    args = fields.Json(readonly=True)
    state = fields.Selection(
        [("sent", "Sent"), ("accepted", "Being carried out"), ("done", "Done"), ("failed", "Failed")],
        required=True,
        readonly=True,
        default="sent",
    )
    code = fields.Char(readonly=True)
    pbx_message = fields.Char(string="PBX Says", readonly=True)
    message = fields.Char(compute="_compute_message")
    number = fields.Char(readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    sent_at = fields.Datetime(required=True, readonly=True, default=lambda self: self.env.cr.now())
    expires_at = fields.Datetime(required=True, readonly=True)
    call_id = fields.Many2one("asterisk.call", readonly=True, index="btree_not_null", ondelete="set null")

    _uuid_unique = models.Constraint("UNIQUE(uuid)", "This command is already there.")
    _open_unique = models.UniqueIndex(
        "(user_id, number) WHERE verb = 'originate' AND state IN ('sent', 'accepted')",
        "This number is already being called.",
    )
    _server_open_idx = models.Index("(server_id) WHERE state IN ('sent', 'accepted')")

    # -- rpc -----------------------------------------------------------------------------------------------------------

    @api.model
    def click_to_call(self, number, res_model=False, res_id=False, request_uuid=None, device_id=False):
        """Ring the user's own phone, then dial the number.

        :param str number: as it is written in the document
        :param res_model: the document that was clicked, whose country and name are used; or False
        :param res_id: its id
        :param str request_uuid: made by the browser once per click; repeating it does not dial twice
        :param device_id: one of the user's devices instead of the one for dialling
        :return: the command view
        :raise UserError: no phone, no such number, or it must not be dialled; the words are for the user
        """
        self.env["asterisk.call"]._check_telephony_user()
        uuid = self._checked_uuid(request_uuid)
        if same := self.sudo().search([("uuid", "=", uuid)]):
            return same._own_view()
        device = self._device(device_id)
        document = self._document(res_model, res_id)
        target = self._target(number, document, device.server_id)
        if same := self._of_other_click(uuid, target):
            return same
        self._expire_old([("user_id", "=", self.env.uid)])
        if same := self.sudo().search(Domain("user_id", "=", self.env.uid) & self._open_domain(target)):
            return same._own_view()
        values = self._originate_values(device, target, document)
        return self._send_once(values | {"uuid": uuid})

    @api.model
    def hang_up(self, call_id):
        """End the user's own leg of a call; on several ringing phones of his, all of them.

        :return: the command view
        """
        call = self.env["asterisk.call"]._mine(call_id)
        legs = call.leg_ids.filtered(lambda leg: leg.user_id == self.env.user and leg.state != "ended")
        busy = legs.filtered(lambda leg: leg.state != "ringing")
        if not legs:
            raise UserError(self.env._("This call has already ended."))
        commands = self.sudo().browse()
        for leg in busy or legs:
            commands += self._send(
                {
                    "uuid": str(uuid_lib.uuid4()),
                    "server_id": call.server_id.id,
                    "user_id": self.env.uid,
                    "verb": "hangup",
                    "args": {"uniqueid": leg.uniqueid},
                    "number": call.number,
                    "call_id": call.id,
                }
            )
        return commands[:1]._view()

    @api.model
    def check(self, uuid):
        """Return the command view of one of the user's commands; one whose time ran out is failed by that."""
        command = self.sudo().search([("uuid", "=", clean(uuid, 36)), ("user_id", "=", self.env.uid)])
        if not command:
            raise UserError(self.env._("This command is not known."))
        command._expire_old([("id", "=", command.id)])
        return command._view()

    # -- checking what was asked ---------------------------------------------------------------------------------------

    @api.model
    def _checked_uuid(self, request_uuid):
        if not request_uuid:
            return str(uuid_lib.uuid4())
        try:
            return str(uuid_lib.UUID(str(request_uuid)))
        except ValueError as error:
            raise UserError(self.env._("The request has no valid UUID. Reload the page and try again.")) from error

    @api.model
    def _device(self, device_id):
        """Return the phone that shall ring first: the one asked for, else the user's one for dialling."""
        devices = self.env["asterisk.extension"].sudo().search([("user_id", "=", self.env.uid)])
        device = devices.filtered(lambda d: d.id == device_id) if device_id else devices.filtered("is_default")[:1]
        if device_id and not device:
            raise AccessError(self.env._("This phone is not yours."))
        device = device or devices[:1]
        if not device:
            raise UserError(
                self.env._("You have no phone in Odoo yet. Ask your administrator to give you an extension.")
            )
        status = device.server_id.with_env(self.env)._server_view()
        if not device.server_id.active or not status["connected"]:
            raise UserError(status["message"] or self.env._("The PBX %s is archived.", device.server_id.name))
        return device

    @api.model
    def _document(self, res_model, res_id):
        """Return the document that was clicked, None when it is none the user may read."""
        known = isinstance(res_model, str) and res_model in self.env and not self.env[res_model]._abstract
        if not known or isinstance(res_id, bool) or not isinstance(res_id, int):
            return None
        document = self.env[res_model].browse(res_id).exists()
        return document if document and document.has_access("read") else None

    @api.model
    def _target(self, number, document, server):
        """Return the number to call: E.164, or an internal number.

        :raise UserError: it is no number or must not be dialled
        """
        number = clean(number, 64)
        country = server._country_code()
        if document is not None and len(document) == 1:
            country = document.sudo()._phone_get_country().get(document.id, server.country_id).code or country
        target = numbers.normalise(number, country)
        if not target and numbers.is_internal(number):
            target = numbers.compact(number)
        if not target:
            raise UserError(
                self.env._(
                    "“%s” is not a phone number that can be dialled. "
                    "Write it with its country code, for instance +49 30 12345678.",
                    number,
                )
            )
        colleague = target in {who[1] for who in server._device_map().values()}
        if not colleague and not patterns.is_allowed(target, server.dial_allowed):
            raise UserError(
                self.env._(
                    "%(number)s must not be dialled from the PBX %(pbx)s. Ask your administrator if you need it.",
                    number=numbers.display(target),
                    pbx=server.name,
                )
            )
        return target

    @api.model
    def _originate_values(self, device, target, document):
        server = device.server_id
        dial = numbers.to_dial(target, server.dial_format, server._country_code(), server.dial_prefix or "")
        if not numbers.is_dialable(dial):
            raise UserError(self.env._("“%s” cannot be dialled.", target))
        name = self._shown_name(target, document, server)
        return {
            "server_id": server.id,
            "user_id": self.env.uid,
            "extension_id": device.id,
            "verb": "originate",
            "number": target,
            "res_model": document._name if document is not None else False,
            "res_id": document.id if document is not None else False,
            "args": {
                "endpoint": device.endpoint,
                "number": target,
                "dial": dial,
                "context": server.dial_context,
                "caller_name": name,
                "caller_number": target,
                "headers": device._headers(),
                "timeout_seconds": server.ring_seconds,
            },
        }

    @api.model
    def _shown_name(self, target, document, server):
        """Return what the employee's phone shows while it rings: whom he is about to call."""
        name = document.display_name if document is not None else ""
        if not name:
            candidates = self.env["asterisk.match"].sudo()._candidates(target, server)
            if len(candidates) == 1 and candidates[0].with_user(self.env.user).has_access("read"):
                name = candidates[0].display_name
        # These end a header, a quoted string or an argument somewhere on the way to the phone.
        return clean("".join(" " if c in '"<>\\;|&$' else c for c in name or ""), NAME_LENGTH // 2)
