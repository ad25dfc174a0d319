from datetime import timedelta

from odoo import fields, models
from odoo.tools import format_time

from ..tools.times import epoch

HEARTBEAT_SECONDS = 15
#: so many heartbeats may stay away before the PBX counts as not connected
MISSED_HEARTBEATS = 3


class AsteriskServer(models.Model):
    """Whether the PBX is connected, as people see it and are told."""

    _inherit = "asterisk.server"  # pylint: disable=consider-merging-classes-inherited

    def _server_view(self):
        """Return this PBX as the browser gets it (``servers`` in ``client_state``), words in the env's language."""
        self.ensure_one()
        server = self.sudo()
        connected, since, reason = server.connected, server.connected_since, server.reason or ""
        if server._is_silent():
            connected, since, reason = False, server.last_seen or server.connected_since, "agent_silent"
        if not server.last_seen:
            connected, reason = False, "never"
        return {
            "id": server.id,
            "name": server.name,
            "connected": connected,
            "since": epoch(since) or False,
            "reason": "" if connected else reason,
            "message": "" if connected else server._reason_message(reason, since),
        }

    def _is_silent(self):
        deadline = fields.Datetime.now() - timedelta(seconds=HEARTBEAT_SECONDS * MISSED_HEARTBEATS)
        return self.connected and (not self.last_seen or self.last_seen < deadline)

    def _reason_message(self, reason, since):
        """Say in words that the PBX is not connected, since when and why."""
        why = dict(self._fields["reason"]._description_selection(self.env)).get(reason, "")
        if not since:
            return self.env._("The PBX %(name)s is not connected. %(why)s.", name=self.name, why=why)
        return self.env._(
            "The PBX %(name)s is not connected (since %(time)s). %(why)s.",
            name=self.name,
            why=why,
            time=format_time(self.env, since, tz=self.env.user.tz or "UTC", time_format="short"),
        )

    def _tell_users(self):
        """Send each person with a device on this PBX, and the telephony admins, its new state."""
        managers = self.env.ref("asterisk_connector.group_manager").sudo().all_user_ids
        for server in self.sudo():
            company_managers = managers.filtered(lambda user, server=server: server.company_id in user.company_ids)
            for user in (server.extension_ids.user_id | company_managers).filtered("active"):
                words = server.with_context(lang=user.lang).with_user(user).sudo()
                user._bus_send("asterisk_connector.server", words._server_view())
