import json
import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: what makes a phone answer by itself, by maker; sources: the makers' administrator guides
AUTO_ANSWER_HEADERS = {
    "none": {},
    "standard": {"Call-Info": "<sip:odoo>;answer-after=0", "Alert-Info": "<http://odoo>;info=alert-autoanswer"},
    "yealink": {"Call-Info": "<sip:odoo>;answer-after=0"},
    "snom": {"Alert-Info": "<http://odoo>;info=alert-autoanswer;delay=0"},
    "polycom": {"Alert-Info": "Auto Answer"},
    "grandstream": {"Call-Info": "<sip:odoo>;answer-after=0"},
    "cisco": {"Call-Info": "<sip:odoo>;answer-after=0"},
}

_ENDPOINT = re.compile(r"[A-Za-z0-9]{2,10}/[A-Za-z0-9_.@-]{1,60}")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,39}")
# What could end the header, the AMI line or the dialplan expression it is put into.
_HEADER_VALUE = re.compile(r"[^\x00-\x1f\x7f${}\[\]\\`]{1,200}")
_EXTENSION = re.compile(r"[0-9*#]{1,20}")


class AsteriskExtension(models.Model):
    """One telephone of one person: a device on a PBX, the extension it rings for and whose it is.

    A person may have several (desk phone, softphone), one of them for dialling. A device without a person (door,
    fax, meeting room) and a person without a device are both fine.
    """

    _name = "asterisk.extension"
    _description = "Telephone Device"
    _order = "server_id, number, is_default desc, id"
    _rec_name = "number"

    server_id = fields.Many2one(
        "asterisk.server",
        string="PBX",
        required=True,
        ondelete="cascade",
        index=True,
        default=lambda self: self._default_server_id(),
    )
    company_id = fields.Many2one(related="server_id.company_id", store=True, index=True)
    user_id = fields.Many2one(
        "res.users", string="Person", index="btree_not_null", ondelete="set null", domain="[('share', '=', False)]"
    )
    number = fields.Char(string="Extension", required=True, help="The internal number that colleagues dial.")
    endpoint = fields.Char(
        required=True,
        help="The device in Asterisk as technology/name, for instance PJSIP/101.",
        compute="_compute_endpoint",
        store=True,
        readonly=False,
        precompute=True,
    )
    name = fields.Char(string="Device", required=True, default=lambda self: self.env._("Desk phone"))
    is_default = fields.Boolean(
        string="For Dialling",
        compute="_compute_is_default",
        store=True,
        readonly=False,
        precompute=True,
        help="This phone rings when its owner clicks a number.",
    )
    auto_answer = fields.Selection(
        [
            ("none", "No: pick up by hand"),
            ("standard", "Standard headers"),
            ("yealink", "Yealink"),
            ("snom", "Snom"),
            ("polycom", "Poly (Polycom)"),
            ("grandstream", "Grandstream"),
            ("cisco", "Cisco"),
            ("custom", "Own headers"),
        ],
        string="Answers by Itself",
        required=True,
        default="standard",
        help="The SIP headers that make this phone answer by itself when its owner clicks a number.",
    )
    auto_answer_headers = fields.Text(
        string="Own Headers", help='For instance {"Call-Info": "<sip:odoo>;answer-after=0"}'
    )

    _endpoint_unique = models.Constraint(
        "UNIQUE(server_id, endpoint)", "This device is already on the list of this PBX."
    )
    _default_unique = models.UniqueIndex(
        "(user_id) WHERE is_default AND user_id IS NOT NULL", "A person has one phone for dialling only."
    )

    # -- defaults, computes --------------------------------------------------------------------------------------------

    @api.model
    def _default_server_id(self):
        servers = self.env["asterisk.server"].search([], limit=2)
        return servers if len(servers) == 1 else False

    @api.depends("number")
    def _compute_endpoint(self):
        for device in self:
            device.endpoint = device.endpoint or (device.number and f"PJSIP/{device.number}") or False

    @api.depends("user_id")
    def _compute_is_default(self):
        """The first phone of a person is the one for dialling."""
        taken = self.sudo().search([("user_id", "in", self.user_id.ids), ("is_default", "=", True)])
        has_one = {device.user_id.id for device in taken if device not in self}
        for device in self:
            device.is_default = bool(device.user_id) and device.user_id.id not in has_one
            has_one.add(device.user_id.id)

    @api.depends("number", "user_id.name", "name")
    def _compute_display_name(self):
        for device in self:
            who = device.sudo().user_id.name or device.name
            device.display_name = f"{device.number or ''} {who or ''}".strip()

    # -- constraints ---------------------------------------------------------------------------------------------------

    @api.constrains("endpoint", "number")
    def _check_words(self):
        for device in self:
            if not _ENDPOINT.fullmatch(device.endpoint or ""):
                raise ValidationError(
                    self.env._(
                        "%s is no device of Asterisk. Write technology/name, for instance PJSIP/101.", device.endpoint
                    )
                )
            if not _EXTENSION.fullmatch(device.number or ""):
                raise ValidationError(self.env._("%s is no extension. Use digits, * and #, 20 at most.", device.number))

    @api.constrains("auto_answer", "auto_answer_headers")
    def _check_headers(self):
        for device in self.filtered(lambda d: d.auto_answer == "custom"):
            try:
                headers = json.loads(device.auto_answer_headers or "")
                good = isinstance(headers, dict) and all(
                    _HEADER_NAME.fullmatch(name) and isinstance(value, str) and _HEADER_VALUE.fullmatch(value)
                    for name, value in headers.items()
                )
            except ValueError:
                good = False
            if not good:
                raise ValidationError(
                    self.env._(
                        "The headers must be an object of names and texts without line breaks, "
                        "$ or brackets, for instance: %s",
                        '{"Call-Info": "<sip:odoo>;answer-after=0"}',
                    )
                )

    # -- crud ----------------------------------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._take_default_from_others(vals_list)
        devices = super().create(vals_list)
        devices.server_id._config_changed()
        return devices

    def write(self, vals):
        if vals.get("is_default"):
            users = self.env["res.users"].browse(vals["user_id"]) if vals.get("user_id") else self.user_id
            self._undefault(users, self)
        servers = self.server_id
        result = super().write(vals)
        if {"endpoint", "number", "user_id", "server_id", "name"} & set(vals):
            (servers | self.server_id)._config_changed()
        return result

    def unlink(self):
        servers = self.server_id
        heirs = self.filtered("is_default").user_id
        result = super().unlink()
        # Who loses the phone for dialling but has another one goes on with that.
        for user in heirs:
            self.sudo().search([("user_id", "=", user.id)], limit=1).is_default = True
        servers._config_changed()
        return result

    # -- business ------------------------------------------------------------------------------------------------------

    def _take_default_from_others(self, vals_list):
        wanted = [vals["user_id"] for vals in vals_list if vals.get("is_default") and vals.get("user_id")]
        self._undefault(self.env["res.users"].browse(wanted), self.browse())

    @api.model
    def _undefault(self, users, keep):
        others = self.sudo().search([("user_id", "in", users.ids), ("is_default", "=", True)]) - keep
        others.is_default = False
        # The unique index must see the old phone gone before the new one comes.
        others.flush_recordset(["is_default"])

    def _headers(self):
        """Return the SIP headers that make this phone answer by itself: ``{name: value}``."""
        self.ensure_one()
        if self.auto_answer == "custom":
            return json.loads(self.auto_answer_headers)
        return dict(AUTO_ANSWER_HEADERS[self.auto_answer])

    def _view(self):
        """Return the device as the browser gets it (``devices`` in ``client_state``)."""
        self.ensure_one()
        return {
            "id": self.id,
            "name": self.name,
            "extension": self.number,
            "endpoint": self.endpoint,
            "server_id": self.server_id.id,
            "is_default": self.is_default,
        }
