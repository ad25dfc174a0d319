from odoo import http

from ..models.asterisk_server_agent import CONTRACT
from .agent import Refusal, flow


class Hello(http.Controller):
    @flow("hello")
    def hello(self, server, body):
        """Take who the agent is, tell it what it must know."""
        if body.get("contract") != CONTRACT:
            raise Refusal(
                409, "contract", f"This Odoo speaks version {CONTRACT} of the contract: update the agent or the addon."
            )
        for part in ("agent", "asterisk"):
            if not isinstance(body.get(part) or {}, dict):
                raise Refusal(400, "bad_request", f"{part} must be an object.")
        return server._hello(body)
