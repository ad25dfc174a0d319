import time

from odoo import http

from .agent import flow


class Commands(http.Controller):
    @flow("commands")
    def commands(self, server, _body):
        """Tell which commands wait for the agent."""
        pending = server.env["asterisk.command"]._pending(server)
        return {"time": time.time(), "items": [command._payload() for command in pending]}
