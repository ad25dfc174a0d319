"""What Odoo answered, sorted by what the agent has to do next (docs/contract.md, section 1)."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..ami.text import clean

OK = "ok"
#: The envelope is not of the contract: what was sent can never be taken.
UNACCEPTABLE = "unacceptable"
TOO_LARGE = "too_large"
#: Key, address or version are wrong: a person has to act, nothing is dropped meanwhile.
MISCONFIGURED = "misconfigured"
#: Odoo met an error of its own: with what was sent, or with anything at the moment.
FAILED = "failed"
#: Odoo is down, restarting, busy or out of reach.
UNAVAILABLE = "unavailable"


class Answer(NamedTuple):
    """The outcome of one request; `body` is an object when `outcome` is OK, `reason` words for a log otherwise."""

    outcome: str
    body: dict[str, Any]
    reason: str = ""


def sort_answer(status: int, body: object) -> Answer:
    """Return what an HTTP `status` with a JSON `body` (None: no JSON) means."""
    reason = f"HTTP {status}{_error_words(body)}"
    if status == 200:
        return Answer(OK, body) if isinstance(body, dict) else Answer(UNAVAILABLE, {}, "HTTP 200 without a JSON object")
    if status in (401, 403):
        return Answer(MISCONFIGURED, {}, f"the key is wrong, expired or not an agent's ({reason})")
    if status == 404:
        # So it also answers for a moment while PostgreSQL is away: without its database it knows no addon.
        return Answer(UNAVAILABLE, {}, f"no such address: is the addon installed in this database? ({reason})")
    if status == 409:
        return Answer(MISCONFIGURED, {}, f"Odoo speaks another version of the contract ({reason})")
    if status == 413:
        return Answer(TOO_LARGE, {}, reason)
    if status in (400, 405, 415, 422):
        if _error_words(body):
            return Answer(UNACCEPTABLE, {}, reason)
        # A proxy, or HTTP spoken to an HTTPS port: what was sent is not to blame.
        return Answer(MISCONFIGURED, {}, f"it is not Odoo's addon that answers: check [odoo] url ({reason})")
    if 300 <= status < 400:
        return Answer(MISCONFIGURED, {}, f"the address redirects: give the final one in [odoo] url ({reason})")
    return Answer(FAILED if status == 500 else UNAVAILABLE, {}, reason)


def _error_words(body: object) -> str:
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return ""
    return ": " + clean(error.get("message") or error.get("code"), 200)
