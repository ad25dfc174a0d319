"""Which rows are one call.

Rows of one linkedid are. So are the two linkedids of an attended transfer (a consultation is a call of its own until it
is joined), of parking and of pickup: a channel that appears under both, or an event that says so, ties them together.
"""

from .names import is_local, other_half

#: Rows that supervision writes: nobody called anybody.
SPYING = frozenset({"chanspy", "extenspy"})
#: Channel names are used again after a restart of Asterisk: they tie rows together that lie no further apart (seconds).
TOUCH_SECONDS = 5.0
#: what an event says about a second call that it joins
_JOINED_BY = ("channel2_uniqueid", "transferee_channel_uniqueid", "transfer_target_channel_uniqueid")


class _Sets:
    """Disjoint sets of linkedids."""

    def __init__(self):
        self._parents = {}

    def find(self, item):
        parents = self._parents
        root = item
        while (parent := parents.get(root, root)) != root:
            root = parent
        while item != root:
            parents[item], item = root, parents.get(item, item)
        return root

    def join(self, one, other):
        one, other = self.find(one), self.find(other)
        if one != other:
            self._parents[other] = one


def is_spying(row):
    """Return whether a row was written by listening in."""
    return row.lastapp.lower() in SPYING


def group(rows, events=()):
    """Return the calls as ``(linkedids, rows, events)``, each with its rows and events in order, the first call first.

    :param rows: CDR rows, in any order
    :param events: channel events, in any order
    """
    sets = _Sets()
    # The same row twice says nothing new.
    rows = sorted((row for row in dict.fromkeys(rows) if not is_spying(row)), key=_order)
    events = sorted(events, key=lambda event: event.time)
    _join_by_channel(sets, rows)
    _join_by_events(sets, events, {row.uniqueid: row.linkedid for row in rows if row.uniqueid})
    calls = {}
    for row in rows:
        calls.setdefault(sets.find(row.linkedid), ([], [], []))[1].append(row)
    for event in events:
        calls.setdefault(sets.find(event.linkedid), ([], [], []))[2].append(event)
    for linkedids, own_rows, own_events in calls.values():
        linkedids.extend(dict.fromkeys(item.linkedid for item in sorted([*own_rows, *own_events], key=_begin)))
    return sorted(calls.values(), key=lambda call: min(_begin(item)[0] for item in [*call[1], *call[2]]))


def _order(row):
    # Where the store counts its rows that is the order; else channels are as old as their ids say.
    return row.start, row.sequence or 0, len(row.uniqueid), row.uniqueid, row.dstchannel, row.end


def _begin(item):
    time = item.start if hasattr(item, "start") else item.time
    # Of two that began together the call's own first channel (uniqueid = linkedid) gives it its name.
    return time, item.uniqueid != item.linkedid


def _join_by_channel(sets, rows):
    seen = {}
    for row in rows:
        for channel in (row.channel, row.dstchannel):
            if not channel:
                continue
            # Both halves of a Local pair are one thing.
            name = min(channel, other_half(channel)) if is_local(channel) else channel
            linkedid, until = seen.get(name, (row.linkedid, row.end))
            if linkedid != row.linkedid and row.start <= until + TOUCH_SECONDS:
                sets.join(linkedid, row.linkedid)
            seen[name] = (row.linkedid, max(until, row.end))


def _join_by_events(sets, events, linkedids):
    for event in events:
        known = linkedids.setdefault(event.uniqueid, event.linkedid)
        if known != event.linkedid:
            sets.join(known, event.linkedid)
    bridges = {}
    for event in events:
        bridge = event.facts.get("bridge_id") if event.kind == "BRIDGE_ENTER" else None
        if bridge and bridges.setdefault(bridge, event.linkedid) != event.linkedid:
            sets.join(bridges[bridge], event.linkedid)
        if event.kind == "ATTENDEDTRANSFER":
            for name in _JOINED_BY:
                other = linkedids.get(str(event.facts.get(name) or ""))
                if other:
                    sets.join(event.linkedid, other)
