"""A call that was seen live and the same call by its records: what of each is kept.

The records decide whether two parties talked, when it began and ended, and what nobody saw live; they count whole
seconds. Live facts are finer where both say the same: milliseconds, who declined, who hung up, a transfer's target.
Of an end that nobody saw live only the records know, and they may come one after the other, the later more exact.
"""

from .times import epoch

#: records count seconds and two clocks are compared: within that they say the same
SLACK_SECONDS = 2.5
_LIVE_KNOWS_BETTER = ("direction", "did", "queue", "trunk", "caller", "callee", "transfers")


def merged(folded, live=None):
    """Return the snapshot (docs/contract.md) of a call.

    :param folded: the call as `fold` tells it
    :param live: facts seen live, times as naive UTC datetimes; None for a call that nobody saw
    """
    call = {key: value for key, value in folded.items() if key not in ("linkedids", "recordings", "ended")}
    call |= {
        "linkedid": folded["linkedids"][0],
        "linkedids": folded["linkedids"],
        "version": 0,
        "state": "ended",
        "partial": False,
        "legs": [{**leg, "uniqueid": leg["uniqueid"] or leg["channel"]} for leg in folded["legs"]],
    }
    return call if live is None else _with_live(call, live)


def _with_live(call, live):
    result = dict(call)
    for fact in _LIVE_KNOWS_BETTER:
        known = live[fact]
        if known and (not isinstance(known, dict) or any(known.values())):
            result[fact] = known
    answered = call["result"] == "answered"
    unseen = live["unseen_end"]
    if answered == (live["result"] == "answered"):
        better, other = (call, live) if unseen else (live, call)
        for fact in ("result", "hung_up_by"):
            result[fact] = better[fact] or other[fact]
        result["answered_by"] = live["answered_by"] or call["answered_by"]
        result["rang"] = list(dict.fromkeys([*(live["rang"] or []), *call["rang"]]))
        seen = {fact: epoch(live[fact]) for fact in ("started_at", "answered_at", "ended_at")}
        seen |= {fact: live[fact] for fact in ("ring_seconds", "talk_seconds")}
        if unseen:
            for fact in ("ended_at", "talk_seconds" if answered else "ring_seconds"):
                del seen[fact]
        result |= {fact: _nearer(call[fact], value) for fact, value in seen.items()}
    result["legs"] = _legs(call["legs"], live["legs"], unseen)
    return result


def _nearer(recorded, live):
    """Return the live value where it agrees with the recorded one, which is coarser."""
    if recorded is None or live is None:
        return live if recorded is None else recorded
    return live if abs(recorded - live) <= SLACK_SECONDS else recorded


def _legs(recorded, live, unseen):
    """Return the legs seen live, ended, and those that only the records know.

    :param unseen: nobody saw live how the call ended; legs that ended with it have no result, or an earlier record's
    """
    seen = {leg["channel"]: leg for leg in live}
    legs = []
    for leg in live:
        told = {**leg, **{at: epoch(leg[at]) for at in ("started_at", "answered_at", "ended_at")}}
        twin = next((other for other in recorded if other["channel"] == leg["channel"]), None)
        if twin is not None and (leg["talk_seconds"] is None or not told["answered_at"]) and twin["answered_at"]:
            told |= {fact: twin[fact] for fact in ("result", "answered_at", "ended_at", "talk_seconds")}
        elif twin is not None and unseen and (not leg["result"] or twin["cause"] is not None):
            told |= {fact: twin[fact] for fact in ("result", "ended_at", "talk_seconds", "cause")}
        legs.append({**told, "state": "ended"})
    return [*legs, *(leg for leg in recorded if leg["channel"] not in seen)]
