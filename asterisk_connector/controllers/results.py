from odoo import http

from .agent import flow, items_of


class Results(http.Controller):
    @flow("results")
    def results(self, server, body):
        """Take what became of the commands."""
        return {"results": server.env["asterisk.command"]._apply_results(server, items_of(body))}
