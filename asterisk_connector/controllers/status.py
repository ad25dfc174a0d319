from odoo import http

from .agent import Refusal, flow


class Status(http.Controller):
    @flow("status")
    def status(self, server, body):
        """Take the agent's heartbeat."""
        if not isinstance(body.get("connected"), bool):
            raise Refusal(400, "bad_request", "connected must be true or false.")
        return server._heartbeat(body)
