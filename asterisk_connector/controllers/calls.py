from odoo import http

from .agent import Refusal, flow, items_of


class Calls(http.Controller):
    @flow("calls")
    def calls(self, server, body):
        """Take call snapshots; each is answered for itself."""
        live = body.get("live")
        if live is not None and (not isinstance(live, list) or not all(isinstance(linkedid, str) for linkedid in live)):
            raise Refusal(400, "bad_request", "live must be a list of linkedids.")
        calls = server.env["asterisk.call"]
        return {"results": calls._apply_snapshots(server, items_of(body), live)}
