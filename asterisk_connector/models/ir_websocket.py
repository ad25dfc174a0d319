from odoo import models
from odoo.http import SessionExpiredException

AGENT_CHANNEL = "asterisk_agent:"
#: + id of a call: news of its recordings
RECORDINGS_CHANNEL = "asterisk_recordings:"
#: so many calls has nobody on the screen
MAX_CALLS = 500


class IrWebsocket(models.AbstractModel):
    """Lets an agent hear its own PBX's commands, by a signed ticket in place of a session, and a user news of calls.

    Of the calls on his screen, as far as he may read them: recordings become audible, or are erased.
    """

    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        tickets = [c for c in channels if isinstance(c, str) and c.startswith(AGENT_CHANNEL)]
        if not tickets:
            wanted, others = [], []
            for channel in channels:
                is_call = isinstance(channel, str) and channel.startswith(RECORDINGS_CHANNEL)
                (wanted if is_call else others).append(channel)
            return super()._build_bus_channel_list([*others, *self._recorded_calls(wanted)])
        servers = self.env["asterisk.server"]
        for ticket in tickets:
            server = servers._from_ticket(ticket.removeprefix(AGENT_CHANNEL))
            if not server:
                # The one refusal that closes the socket without a traceback; the agent asks for a new ticket.
                raise SessionExpiredException("The ticket is forged or has expired.")
            servers |= server
        # An agent gets nothing else: neither broadcasts nor what its connection's user would hear.
        return list(servers)

    def _recorded_calls(self, channels):
        """Return the calls of these channels that the user may read."""
        texts = [channel.removeprefix(RECORDINGS_CHANNEL) for channel in channels[-MAX_CALLS:]]
        ids = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 10]
        return self.env["asterisk.call"].browse(dict.fromkeys(ids)).exists()._filtered_access("read")
