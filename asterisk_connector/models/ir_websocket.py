from odoo import models
from odoo.http import SessionExpiredException

AGENT_CHANNEL = "asterisk_agent:"


class IrWebsocket(models.AbstractModel):
    """Lets an agent hear its own PBX's commands, by a signed ticket in place of a session."""

    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        tickets = [c for c in channels if isinstance(c, str) and c.startswith(AGENT_CHANNEL)]
        if not tickets:
            return super()._build_bus_channel_list(channels)
        servers = self.env["asterisk.server"]
        for ticket in tickets:
            server = servers._from_ticket(ticket.removeprefix(AGENT_CHANNEL))
            if not server:
                # The one refusal that closes the socket without a traceback; the agent asks for a new ticket.
                raise SessionExpiredException("The ticket is forged or has expired.")
            servers |= server
        # An agent gets nothing else: neither broadcasts nor what its connection's user would hear.
        return list(servers)
