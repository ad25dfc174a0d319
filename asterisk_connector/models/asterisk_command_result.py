import time
from datetime import timedelta

from odoo import api, models
from odoo.exceptions import AccessError

from ..tools import numbers
from ..tools.text import ID_LENGTH, MESSAGE_LENGTH, clean

#: an accepted command whose result never came
LOST_SECONDS = 300
#: a later status replaces an earlier one, nothing replaces the last two
RANK = {"sent": 0, "accepted": 1, "done": 2, "failed": 2}


class AsteriskCommand(models.Model):
    """What became of the commands, in words that the user understands."""

    _inherit = "asterisk.command"  # pylint: disable=consider-merging-classes-inherited

    # -- words ---------------------------------------------------------------------------------------------------------

    def _compute_message(self):
        for command in self:
            command.message = command._words()

    def _words(self):
        """Return what happened, in the env's language; "" while nothing needs to be said."""
        self.ensure_one()
        if self.state != "failed":
            return ""
        extension = (self.extension_id.number or "").strip()
        number = numbers.display(self.number or "")
        words = {
            "unregistered": self.env._(
                "Your phone %s is not registered. Check that it is switched on and connected.", extension
            ),
            "busy": self.env._("Your phone %s is busy. Finish the other call first.", extension),
            "declined": self.env._("You declined the call on your phone %s.", extension),
            "no_answer": self.env._("You did not pick up your phone %s.", extension),
            "client_busy": self.env._("%s is busy.", number),
            "client_rejected": self.env._("%s declined the call.", number),
            "client_no_answer": self.env._("%s does not answer.", number),
            "bad_number": self.env._("%s does not exist or cannot be reached. Check the number.", number),
            "client_failed": self.env._("The call to %s could not be connected. Try again later.", number),
            "cancelled": self.env._("The call was hung up before it was connected."),
            "gone": self.env._("This call has already ended."),
            "expired": self.env._("The PBX %s did not react in time. Try again.", self.server_id.name),
            "not_connected": self.env._(
                "The PBX %s is not connected to its telephones. Try again later.", self.server_id.name
            ),
            "lost": self.env._("The connection to the PBX %s was interrupted. Try again.", self.server_id.name),
        }
        if self.code in words:
            return words[self.code]
        return self.env._(
            "The PBX %(name)s refused: %(words)s",
            name=self.server_id.name,
            words=self.pbx_message or self.code or self.env._("no reason given"),
        )

    def _view(self):
        """Return the command as its user's browser gets it."""
        self.ensure_one()
        command = self.sudo().with_context(lang=self.user_id.lang)
        return {
            "uuid": command.uuid,
            "ts": time.time(),
            "verb": command.verb,
            "state": command.state,
            "code": command.code or "",
            "message": command._words(),
            "number": command.number or "",
            "number_display": numbers.display(command.number or ""),
            "call_id": command.call_id.id or False,
        }

    def _own_view(self):
        """Return the view of the user's own command; somebody else's uuid is refused."""
        if self.user_id != self.env.user:
            raise AccessError(self.env._("This command is not yours."))
        return self._view()

    # -- results -------------------------------------------------------------------------------------------------------

    @api.model
    def _apply_results(self, server, items):
        """Take the agent's results (docs/contract.md, ``results``). Needs sudo.

        :return: one ``{"uuid", "status"}`` an item, in order
        """
        return [self._apply_result(server, item) for item in items]

    @api.model
    def _apply_result(self, server, item):
        known = item if isinstance(item, dict) else {}
        uuid = clean(known.get("uuid"), ID_LENGTH)
        if not uuid or known.get("status") not in ("accepted", "done", "failed"):
            return {"uuid": uuid, "status": "refused"}
        command = self.search([("server_id", "=", server.id), ("uuid", "=", uuid)])
        if not command:
            return {"uuid": uuid, "status": "unknown"}
        if RANK[known["status"]] > RANK[command.state]:
            linkedid = clean(known.get("linkedid"), ID_LENGTH)
            call = self.env["asterisk.call"]._locked(server, [linkedid])[:1] if linkedid else command.call_id
            command.write(
                {
                    "state": known["status"],
                    "code": clean(known.get("code"), 40) or False,
                    "pbx_message": clean(known.get("message"), MESSAGE_LENGTH) or False,
                    "call_id": call.id or command.call_id.id,
                }
            )
            command._tell()
        return {"uuid": uuid, "status": "ok"}

    @api.model
    def _pending(self, server):
        """Return the commands that the agent may not have heard of: sent, not taken, not expired."""
        return self.search(
            [("server_id", "=", server.id), ("state", "=", "sent"), ("expires_at", ">", self.env.cr.now())], order="id"
        )

    @api.model
    def _link(self, server, uuid, call):
        """Join a click and the call that it made, and the document that was clicked and the call."""
        command = self.search([("server_id", "=", server.id), ("uuid", "=", uuid), ("call_id", "=", False)])
        if not command:
            return
        command.call_id = call
        field = {"res.partner": "partner_id", "crm.lead": "lead_id"}.get(command.res_model)
        if field and not call.partner_id and not call.lead_id:
            call[field] = self.env[command.res_model].browse(command.res_id).exists()
        command._tell()

    def _tell(self):
        """Send the users their commands' news."""
        for command in self:
            command.user_id._bus_send("asterisk_connector.command", command._view())

    # -- running out of time -------------------------------------------------------------------------------------------

    @api.model
    def _expire_old(self, domain):
        """Fail the open commands within ``domain`` whose time ran out."""
        now = self.env.cr.now()
        commands = self.sudo().search([*domain, ("state", "in", ("sent", "accepted"))])
        commands = commands._lock_idle()
        commands.filtered(lambda c: c.state == "sent" and c.expires_at < now)._fail("expired")
        lost = now - timedelta(seconds=LOST_SECONDS)
        commands.filtered(lambda c: c.state == "accepted" and c.sent_at < lost)._fail("lost")

    def _lock_idle(self):
        """Lock these commands and return them, without those that another transaction is changing right now."""
        self.env.cr.execute(
            "SELECT id FROM asterisk_command WHERE id = ANY(%s) ORDER BY id FOR UPDATE SKIP LOCKED", [self.ids]
        )
        return self.browse(row[0] for row in self.env.cr.fetchall())

    def _fail(self, code):
        if self:
            self.write({"state": "failed", "code": code})
            self.flush_recordset()
            self._tell()

    @api.model
    def _cron_expire(self):
        """Fail the commands that nobody took. Runs every minute."""
        self._expire_old([])

    @api.autovacuum
    def _gc_old(self):
        """Forget what was asked more than 90 days ago; the calls stay."""
        self.sudo().search([("sent_at", "<", self.env.cr.now() - timedelta(days=90))], limit=10000).unlink()
