import hmac as hmac_lib
import time
import zlib

from odoo import api, fields, models
from odoo.tools import hmac

from ..tools.text import NAME_LENGTH, clean
from ..tools.times import epoch, moment
from .asterisk_server_view import HEARTBEAT_SECONDS

CONTRACT = 1
TICKET_SECONDS = 600
TICKET_SCOPE = "asterisk_connector.agent_ticket"
MAX_COUNT = 2**31 - 1
NEEDED_BY_CALLS = ["name", "company_id", "country_id", "stamp"]


class AsteriskServer(models.Model):
    """What the agent's routes do with its PBX: hello, heartbeat, the ticket for the WebSocket."""

    _inherit = "asterisk.server"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _from_agent(self, user):
        """Return the PBX whose agent the user is (an empty recordset for everybody else), within its company."""
        if not user.has_group("asterisk_connector.group_agent"):
            return self.browse()
        # A ringing phone waits for this: only what its call needs, and no reading of the user for the company.
        server = self.sudo().search_fetch([("agent_user_id", "=", user.id)], NEEDED_BY_CALLS, limit=1)
        return server.with_company(server.company_id) if server else server

    # -- flows ---------------------------------------------------------------------------------------------------------

    def _hello(self, request):
        """Take the agent's introduction and answer what it needs to know (docs/contract.md, ``hello``).

        :param dict request: ``agent`` {version, host, started_at}, ``asterisk`` {version, system_name} or None; with
            ``probe`` a doctor asks, who must leave no trace
        """
        self.ensure_one()
        probe = clean(request.get("probe"), NAME_LENGTH)
        if probe:
            self._bus_send("asterisk.probe", {"probe": probe})
        else:
            self._write_introduction(request.get("agent") or {}, request.get("asterisk") or {})
        return {
            "server": {"id": self.id, "name": self.name},
            "time": time.time(),
            "config_version": self._config_version(),
            "devices": [
                {"endpoint": endpoint, "extension": who[1]} for endpoint, who in sorted(self._device_map().items())
            ],
            "heartbeat_seconds": HEARTBEAT_SECONDS,
            "websocket": "/websocket",
            **self._ticket_fields(),
            **({"agent": self._agent_view()} if probe else {}),
        }

    def _write_introduction(self, agent, asterisk):
        self._write_changed(
            {
                "last_seen": fields.Datetime.now(),
                "agent_version": clean(agent.get("version"), NAME_LENGTH),
                "agent_host": clean(agent.get("host"), NAME_LENGTH),
                "agent_started_at": moment(_seconds(agent.get("started_at"))),
                "asterisk_version": clean(asterisk.get("version"), NAME_LENGTH) or self.asterisk_version,
            }
        )

    def _agent_view(self):
        """Return what Odoo knows of the agent that reports, for a doctor."""
        view = self._server_view()
        return {
            "version": self.agent_version or "",
            "host": self.agent_host or "",
            "last_seen": epoch(self.last_seen) or None,
            "connected": view["connected"],
            "reason": view["reason"],
        }

    def _heartbeat(self, request):
        """Keep what the agent says of itself and tell the users when the PBX came or went.

        :param dict request: ``connected``, ``since``, ``reason``, ``event_lag_ms``, ``spool``, ``dead_letters``
        """
        self.ensure_one()
        connected = request.get("connected") is True
        reasons = dict(self._fields["reason"].selection)
        reason = request.get("reason") if request.get("reason") in reasons else "asterisk_down"
        # A silent agent that comes back as if nothing was must still be told: compare with what people see.
        was_connected = self.connected and not self._is_silent()
        was_reason = self.reason
        self._write_changed(
            {
                "last_seen": fields.Datetime.now(),
                "connected": connected,
                "connected_since": moment(_seconds(request.get("since"))) or fields.Datetime.now(),
                "reason": False if connected else reason,
                "event_lag_ms": _count(request.get("event_lag_ms")),
                "spool": _count(request.get("spool")),
                "dead_letters": _count(request.get("dead_letters")),
                "agent_version": clean(request.get("version"), NAME_LENGTH) or self.agent_version,
            }
        )
        if connected != was_connected or (not connected and reason != was_reason):
            self._tell_users()
        return {"time": time.time(), "config_version": self._config_version(), **self._ticket_fields()}

    def _write_changed(self, values):
        """Write only what differs, so that a quiet heartbeat is one small update."""
        changed = {name: value for name, value in values.items() if self[name] != value}
        if changed:
            self.write(changed)

    @api.model
    def _cron_watch(self):
        """Tell the users of each PBX whose agent fell silent. Runs every minute."""
        for server in self.sudo().search([("connected", "=", True)]):
            if server._is_silent():
                server.write({"connected": False, "reason": "agent_silent", "connected_since": server.last_seen})
                server._tell_users()

    # -- configuration -------------------------------------------------------------------------------------------------

    def _config_version(self):
        """Return a short text that changes whenever the agent should say hello again."""
        facts = [self.name, *sorted((endpoint, who[1]) for endpoint, who in self._device_map().items())]
        return f"{zlib.crc32(repr(facts).encode()):08x}"

    def _config_changed(self):
        """Forget the cached devices and tell the agents to ask again."""
        self.env.registry.clear_cache()
        for server in self.sudo():
            server.stamp += 1
            server._bus_send("asterisk.config", {"config_version": server._config_version()})

    # -- the ticket for the WebSocket ----------------------------------------------------------------------------------

    def _ticket_fields(self):
        return {"ticket": self._ticket(time.time() + TICKET_SECONDS), "ticket_seconds": TICKET_SECONDS}

    def _ticket(self, expires_at):
        """Return a text that lets its bearer hear this PBX's commands until ``expires_at`` (seconds since 1970)."""
        self.ensure_one()
        names = f"{self.id}.{int(expires_at)}"
        return f"{names}.{self._ticket_signature(names)}"

    @api.model
    def _from_ticket(self, ticket):
        """Return the PBX that a ticket names, an empty recordset when it is forged, expired or its agent is gone."""
        names, _dot, signature = ticket.rpartition(".")
        server_id, _dot, expires_at = names.partition(".")
        if not (server_id.isascii() and server_id.isdigit() and expires_at.isascii() and expires_at.isdigit()):
            return self.browse()
        # The signature first: nothing of an unsigned text is looked at.
        if not signature.isascii() or not hmac_lib.compare_digest(signature, self._ticket_signature(names)):
            return self.browse()
        if int(expires_at) < time.time():
            return self.browse()
        server = self.sudo().browse(int(server_id)).exists()
        return server if server.active and server.agent_user_id.active else self.browse()

    @api.model
    def _ticket_signature(self, names):
        return hmac(self.env(su=True), TICKET_SCOPE, names)


def _seconds(value):
    """Seconds since 1970 as the agent sent them, None when they are no such thing."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 4102444800:
        return None
    return float(value)


def _count(value):
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAX_COUNT:
        return 0
    return int(value)
