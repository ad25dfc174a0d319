"""One list of items to one flow of Odoo, and what Odoo said of each: also when the whole list is not acceptable."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..ami.text import clean
from .answers import FAILED, OK, TOO_LARGE, UNACCEPTABLE, UNAVAILABLE
from .client import OdooClient

ACKNOWLEDGED, REFUSED, RETRY = "acknowledged", "refused", "retry"
_STATUSES = {"ok": ACKNOWLEDGED, "stale": ACKNOWLEDGED, "refused": REFUSED, "unknown": REFUSED, "retry": RETRY}


class Verdict(NamedTuple):
    """What becomes of one item."""

    status: str
    reason: str = ""


class Delivery(NamedTuple):
    """The outcome of a request as a whole, and where that is OK one verdict for each item."""

    outcome: str
    reason: str
    verdicts: list[Verdict]


async def deliver(
    client: OdooClient, flow: str, items: list[Any], extra: dict[str, Any], suspect: bool = False
) -> Delivery:
    """Send `items`; `extra` fields go into the last request.

    A list that Odoo cannot take at all is halved until the item is found that it cannot take; the others are not
    harmed by it.

    :param suspect: where Odoo fails, find the item with which it does, too, if an empty list shows that it otherwise
        works; that one may be tried again
    """
    answer = await client.post(flow, {"items": items, **extra})
    if answer.outcome == FAILED and items and suspect:
        probe = await client.post(flow, {"items": []})
        if probe.outcome != OK:
            return Delivery(probe.outcome, probe.reason, [])
        return await _halved(client, flow, items, extra, Verdict(RETRY, answer.reason), suspect)
    if answer.outcome in (UNACCEPTABLE, TOO_LARGE):
        return await _halved(client, flow, items, extra, Verdict(REFUSED, answer.reason), suspect)
    if answer.outcome != OK:
        return Delivery(answer.outcome, answer.reason, [])
    results = answer.body.get("results")
    if not isinstance(results, list) or len(results) != len(items):
        return Delivery(UNAVAILABLE, "Odoo did not answer for each item", [])
    return Delivery(OK, "", [_verdict(result) for result in results])


async def _halved(
    client: OdooClient, flow: str, items: list[Any], extra: dict[str, Any], verdict: Verdict, suspect: bool
) -> Delivery:
    """Send again what Odoo did not take, in halves; `verdict` is that of a single item."""
    half = len(items) // 2
    if not half:
        rest = await deliver(client, flow, [], extra) if items and extra else Delivery(OK, "", [])
        return Delivery(rest.outcome, rest.reason, [verdict for _item in items])
    first = await deliver(client, flow, items[:half], {}, suspect)
    if first.outcome != OK:
        return first
    second = await deliver(client, flow, items[half:], extra, suspect)
    return Delivery(second.outcome, second.reason, first.verdicts + second.verdicts)


def _verdict(result: object) -> Verdict:
    """Read the answer to one item; what is not said clearly is tried again."""
    if not isinstance(result, dict):
        return Verdict(RETRY, "Odoo did not answer for this item")
    status = result.get("status")
    error = result.get("error")
    words = error.get("message") or error.get("code") if isinstance(error, dict) else status
    return Verdict(_STATUSES.get(status, RETRY) if isinstance(status, str) else RETRY, clean(words, 200))
