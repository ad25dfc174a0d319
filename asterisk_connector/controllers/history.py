from odoo import http

from .agent import Refusal, flow

MAX_BODY = 16 * 1024 * 1024
MAX_ROWS = 10000
MAX_KEYS = 20000


class History(http.Controller):
    @flow("cdr", max_body=MAX_BODY)
    def cdr(self, server, body):
        """Take a portion of detail records, or tell which of them are unknown."""
        return server._take_records("asterisk.cdr", checked(body))

    @flow("cel", max_body=MAX_BODY)
    def cel(self, server, body):
        """Take a portion of channel events, or tell which of them are unknown."""
        return server._take_records("asterisk.cel", checked(body))

    @flow("history")
    def history(self, server, body):
        """Take how far the agent has read, and how many rows each day has."""
        return server._take_history(body)


def checked(body):
    """Return the body of a probe or of a portion of rows."""
    if "keys" in body:
        if not isinstance(body["keys"], list) or len(body["keys"]) > MAX_KEYS:
            raise Refusal(400, "bad_request", f"keys must be a list of at most {MAX_KEYS} texts.")
        return body
    columns, rows = body.get("columns"), body.get("rows")
    if not isinstance(columns, list) or not all(isinstance(name, str) for name in columns) or len(columns) > 100:
        raise Refusal(400, "bad_request", "columns must be a list of names.")
    if not isinstance(rows, list) or len(rows) > MAX_ROWS:
        raise Refusal(400, "bad_request", f"rows must be a list of at most {MAX_ROWS} rows.")
    if not isinstance(body.get("problems") or [], list):
        raise Refusal(400, "bad_request", "problems must be a list.")
    return body
