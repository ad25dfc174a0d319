from datetime import timedelta

import psycopg2

from odoo import api, models
from odoo.exceptions import ConcurrencyError
from odoo.fields import Domain

from ..tools.times import epoch

#: a click that the agent has not taken by then shall not dial any more
EXPIRE_SECONDS = 8
#: the class of this module's advisory locks for clicks: any number that others do not use
LOCK = 1634955632


class AsteriskCommand(models.Model):
    """How a command gets to the agent, once, however often and wherever the user clicks."""

    _inherit = "asterisk.command"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _send_once(self, values):
        """Create and push the command; when another worker was faster with the same click, return that one's view."""
        try:
            with self.env.cr.savepoint():
                return self._send(values)._view()
        except psycopg2.errors.UniqueViolation:
            # The other one was done in the moment before this transaction looked.
            if view := self._view_of_other(values["uuid"], values["number"]):
                return view
            raise

    @api.model
    def _of_other_click(self, uuid, number):
        """Let one click of a user through at a time; return the view of the same click that this one waited for."""
        self.env.cr.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, self.env.uid])
        if self.env.cr.fetchone()[0]:
            return None
        self.env.cr.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, self.env.uid])
        if view := self._view_of_other(uuid, number):
            return view
        # It was about something else, but this transaction's picture is older than it: begin again.
        raise ConcurrencyError("another click of the user was being carried out")

    @api.model
    def _open_domain(self, number):
        """Return the domain of the attempts to call this number that are still under way."""
        waiting = Domain("state", "=", "sent") & Domain("expires_at", ">", self.env.cr.now())
        return (
            Domain("verb", "=", "originate")
            & Domain("number", "=", number)
            & (waiting | Domain("state", "=", "accepted"))
        )

    @api.model
    def _waited_for_other_click(self):
        """Let one click of a user through at a time; return whether there was another one to wait for."""
        self.env.cr.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, self.env.uid])
        if self.env.cr.fetchone()[0]:
            return False
        self.env.cr.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, self.env.uid])
        return True

    @api.model
    def _view_of_other(self, uuid, number):
        """Return the view of the same click's command, as another transaction wrote it.

        This transaction cannot see it: it looks at the database of the moment when it began. A new one can.
        """
        with self.env.registry.cursor() as cursor:
            commands = self.with_env(self.env(cr=cursor)).sudo()
            same = commands.search([("uuid", "=", uuid)]) or commands.search(
                Domain("user_id", "=", self.env.uid) & self._open_domain(number), limit=1
            )
            return same._own_view() if same else None

    @api.model
    def _send(self, values):
        """Create a command and push it to the agent when the transaction commits."""
        now = self.env.cr.now()
        command = self.sudo().create({"sent_at": now, "expires_at": now + timedelta(seconds=EXPIRE_SECONDS)} | values)
        command.flush_recordset()
        command.server_id._bus_send("asterisk.command", command._payload())
        return command

    def _payload(self):
        """Return the command as the agent gets it (docs/contract.md, "Command")."""
        self.ensure_one()
        return {
            "uuid": self.uuid,
            "verb": self.verb,
            "args": self.args,
            "created_at": epoch(self.sent_at),
            "expires_at": epoch(self.expires_at),
        }
