"""One call as one employee sees it.

The same call rings for Anna, was answered elsewhere for Boris and is talking for Clara. ``perspective`` derives that
from the call's facts and legs alone. Two equal perspectives mean that there is nothing new to tell that person.
"""

LIVE = ("talking", "held", "dialing", "ringing")
#: outcomes of the call that mean for its caller what they say
_CALLER_OUTCOMES = ("busy", "no-answer", "rejected", "failed", "cancelled")


def perspective(call: dict, legs: list, user_id: int) -> dict | None:
    """Return the call as the user sees it, or None when none of the legs is his.

    :param call: facts of the call: ``state``, ``result``, ``answered_at``, ``answered_by``, ``recording``, ``ended_at``
    :param legs: all legs: ``user_id``, ``role``, ``state``, ``result``, ``started_at``, ``answered_at``, ``ended_at``,
        ``talk_seconds``
    :param user_id: whose view it shall be
    :return: ``state`` (of his leg), ``since`` (when that state began, in the type of the legs' times), ``side``
        (``caller`` | ``callee`` | ``other``), ``outcome`` (None | reason), ``who`` (endpoint that answered, or ""),
        ``talk_seconds``, ``can_hang_up``, ``recording`` (while he talks: "", ``on`` or ``paused``)
    """
    mine = [leg for leg in legs if leg["user_id"] == user_id]
    if not mine:
        return None
    leg = _foremost(mine)
    talked = any(part["answered_at"] and part["result"] in ("", "answered") for part in mine)
    reason = _outcome(call, leg, talked) if leg["state"] == "ended" else None
    return {
        "state": leg["state"],
        "since": _since(call, leg),
        "side": leg["role"],
        "outcome": reason,
        "who": call["answered_by"] if reason == "elsewhere" else "",
        "talk_seconds": round(sum(part["talk_seconds"] for part in mine), 3),
        "can_hang_up": leg["state"] != "ended",
        "recording": call["recording"] if leg["state"] in ("talking", "held") else "",
    }


def _foremost(legs: list) -> dict:
    """Of several phones of one person the one that matters: the liveliest, then the one that talked, then the last."""
    order = {state: rank for rank, state in enumerate(LIVE)}
    latest_first = sorted(legs, key=lambda leg: leg["started_at"] or leg["ended_at"], reverse=True)
    return min(latest_first, key=lambda leg: (order.get(leg["state"], len(order)), not leg["answered_at"]))


def _since(call: dict, leg: dict) -> object:
    if leg["state"] == "ended":
        return leg["ended_at"] or call["ended_at"]
    if leg["state"] in ("talking", "held"):
        # A caller's own phone is "up" before the other side answers; the conversation begins with the later of both.
        return max((t for t in (leg["answered_at"], call["answered_at"]) if t), default=leg["started_at"])
    return leg["started_at"]


def _outcome(call: dict, leg: dict, talked: bool) -> str:
    if leg["role"] == "caller":
        reached = call["answered_at"] or call["result"] not in _CALLER_OUTCOMES
        return "ended" if reached else call["result"]
    if talked or leg["role"] == "other":
        return "ended"
    if leg["result"] == "elsewhere" or call["answered_at"]:
        return "elsewhere"
    if leg["result"] == "rejected":
        return "rejected"
    # It still rings at somebody else's phone: too early to call it missed.
    return "missed" if call["state"] == "ended" else "no-answer"
