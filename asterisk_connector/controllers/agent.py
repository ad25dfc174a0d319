"""The agent's door: verify → parse → one model method → answer. Each flow is a file beside this one."""

import json
import zlib
from functools import partial, wraps

import psycopg2.errors

from odoo import http
from odoo.http import request

MAX_BODY = 2 * 1024 * 1024
MAX_ITEMS = 200
ROUTE = "/asterisk/v1/%s"
#: under which name a request keeps its bytes until they are dealt with
BODY = "asterisk.body"
#: how often a request is begun again at once when a person wrote the same call in the same moment
IMMEDIATE_TRIES = 3


class Refusal(Exception):
    """The request is answered with an error of the contract.

    :param int status: HTTP status
    :param str code: for the program
    :param str message: for the person who reads the agent's log
    :param facts: what else the program is told
    """

    def __init__(self, status, code, message, **facts):
        super().__init__(message)
        self.status = status
        self.content = {"error": {"code": code, "message": message} | facts, **facts}


def flow(name, max_body=MAX_BODY, read=None):
    """Make a method ``(self, server, body)`` the route of a flow.

    :param max_body: the most bytes that a request may have, unpacked
    :param read: gets the request's bytes and ``max_body``, returns the body; a JSON object unless told otherwise

    It is called with the agent's own PBX (sudo) and the body; what it returns is the answer.
    Source: docs/contract.md, section 1.
    """
    read = read or parsed_body

    def decorate(method):
        @http.route(
            ROUTE % name, type="http", auth="bearer", methods=["POST"], csrf=False, save_session=False, readonly=False
        )
        @wraps(method)
        def route(self, **_parameters):
            try:
                data = received(max_body)
                return answer(200, at_once(lambda: method(self, agents_server(), read(data, max_body))))
            except Refusal as refusal:
                return answer(refusal.status, refusal.content)
            finally:
                # Here, because every beginning again takes away what is to be done after the commit.
                request.env.cr.postcommit.add(partial(request.httprequest.environ.pop, BODY, None))

        return route

    return decorate


def at_once(work):
    """Return what ``work()`` returns, beginning again without delay after a conflict with another transaction.

    Odoo itself would begin again after up to two seconds, in which a popup stands on the screen of somebody whose phone
    has stopped to ring. What still conflicts after some tries is left to it.
    """
    for tries_left in reversed(range(IMMEDIATE_TRIES)):
        try:
            result = work()
            request.env.cr.flush()
            return result
        except psycopg2.errors.SerializationFailure:
            if not tries_left:
                raise
            request.env.cr.rollback()
            request.env.transaction.reset()
            request.env.registry.reset_changes()
    raise AssertionError("not reached")


def agents_server():
    """Return the PBX whose agent the key belongs to, with sudo; every route concerns that one only."""
    server = request.env["asterisk.server"]._from_agent(request.env.user)
    if not server:
        raise Refusal(
            403, "forbidden", "This key is not an agent's. Make one in Odoo: Telephony, PBX Servers, New key."
        )
    return server


def received(max_body):
    """Return the request's bytes.

    They can be read once, and Odoo calls the route again after a conflict, so they are kept; but no longer than that:
    a request lives on until Python looks for cycles, and some megabytes of each would gather.
    """
    length = request.httprequest.content_length
    if length is None or length > max_body:
        raise Refusal(413, "too_large", f"The body needs a length of at most {max_body} bytes.")
    kept = request.httprequest.environ
    if BODY not in kept:
        kept[BODY] = request.httprequest.get_data(cache=False)
    return kept[BODY]


def raw_body(data, _max_body):
    """Return the request's bytes as they are."""
    return data


def parsed_body(data, max_body):
    """Return the request's JSON object."""
    try:
        body = json.loads(unpacked(data, max_body))
    except (ValueError, RecursionError):
        raise Refusal(400, "bad_request", "The body is not JSON.") from None
    if not isinstance(body, dict):
        raise Refusal(400, "bad_request", "The body must be an object.")
    return body


def unpacked(data, max_body):
    """Return the body as it was before it was packed with gzip, if it was; never more than ``max_body`` bytes of it."""
    if request.httprequest.headers.get("Content-Encoding", "").lower() != "gzip":
        return data
    unpacker = zlib.decompressobj(wbits=31)
    try:
        text = unpacker.decompress(data, max_body)
    except zlib.error:
        raise Refusal(400, "bad_request", "The body is not gzip.") from None
    if unpacker.unconsumed_tail:
        raise Refusal(413, "too_large", f"The body may have at most {max_body} bytes, unpacked.")
    return text


def items_of(body):
    """Return the list under ``items``."""
    items = body.get("items")
    if not isinstance(items, list):
        raise Refusal(400, "bad_request", "items must be a list.")
    if len(items) > MAX_ITEMS:
        raise Refusal(400, "bad_request", f"At most {MAX_ITEMS} items fit into a request.")
    return items


def answer(status, content):
    """Return the JSON response."""
    return request.make_json_response(content, status=status)
