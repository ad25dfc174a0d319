"""Who passed the call on, to whom, and what came of it, as far as records tell."""

from .names import endpoint_of, is_local, is_party, other_half

#: two rows of which one follows the other lie no further apart (the clock of records counts seconds)
FOLLOW_SECONDS = 2.0
_PARKED = "park"
_ROOMS = frozenset({"confbridge", "meetme"})


def transfers(story):
    """Return the transfers of a call: ``{"kind", "by", "from", "to", "result", "at"}``, in order.

    A phone talked with somebody, went away, and the somebody went on to another one. Where that phone's owner had
    talked to the new one before, on a second channel or through a Local one, he announced the call (attended); else
    not (blind).
    """
    if story.witness.transfers:
        return [transfer for event in story.witness.transfers if (transfer := _told_by(story, event))]
    found = []
    for peer in dict.fromkeys(row.channel for row in story.rows if is_party(row.channel)):
        found += _of_peer(story, peer)
    found += _of_dialled_peers(story)
    return sorted(found, key=lambda transfer: transfer["at"])


def _of_peer(story, peer):
    """The transfers of somebody who has rows of his own: one phone after the other is in them."""
    rows = [row for row in story.rows if row.channel == peer]
    found = []
    for place, row in enumerate(rows):
        if row.talked_from is None or not story.is_phone(row.dstchannel) or not is_party(row.dstchannel):
            continue
        later = [r for r in rows[place + 1 :] if r.start >= row.end - 1 and not _is_rival(r, row)]
        if later:
            found += _passed(story, row.dstchannel, row.end, later)
            break_at = later[0].start
            rows = [r for r in rows if r.start < break_at] + later
    return found[:20]


def _is_rival(other, row):
    """Return whether a row is of the same round of ringing, or of the same phone."""
    if other.lastapp.lower() in _ROOMS:
        return True  # a room was opened around them
    same_round = (other.lastapp, other.lastdata) == (row.lastapp, row.lastdata) and other.talked_from is None
    return other.dstchannel == row.dstchannel or (same_round and bool(other.dstchannel))


def _of_dialled_peers(story):
    """The transfers of whom a phone had called: the other side gets rows of its own only after that."""
    found = []
    for row in story.rows:
        if row.talked_from is None or not story.is_phone(row.channel) or not is_party(row.dstchannel):
            continue
        later = [r for r in story.rows if r.channel == row.dstchannel and r.start >= row.end - 1 and r.dstchannel]
        if later and row.channel not in {r.dstchannel for r in later}:
            found += _passed(story, row.channel, row.end, later)
    return found


def _told_by(story, event):
    """Return the transfer of a BLINDTRANSFER or ATTENDEDTRANSFER event."""
    owner = endpoint_of(event.channel)
    times = {name: seen.started_at for name, seen in story.witness.channels.items()}
    talked = [c for c in story.callees if c in story.talk.of and endpoint_of(c) != owner]
    if event.kind == "ATTENDEDTRANSFER":
        named = str(event.facts.get("transfer_target_channel_name") or "")
        after = [c for c in talked if story.talk.of[c][-1][1] >= event.time]
        target = named if named in story.witness.channels and is_party(named) else next(iter(reversed(after)), None)
        return _told("attended", owner, _whereto(story, target), "success", event.time) if target else None
    extension = str(event.facts.get("extension") or "")
    later = [c for c in story.callees if times.get(c, 0) >= event.time]
    if any(abs(moment - event.time) <= FOLLOW_SECONDS for moment in story.witness.parked_at):
        return _told("blind", owner, extension, "success", event.time)
    target = next((c for c in later if c in talked), later[0] if len(later) == 1 else None)
    to = _whereto(story, target) if target and story.is_phone(target) else extension
    if target in talked or not later:
        # Into a queue, a menu, a mailbox; or nowhere, and then the end comes at once.
        went_on = bool(later) or story.ended_at - event.time > 1.0
        return _told("blind", owner, to, "success" if went_on else "failed", event.time)
    return _told("blind", owner, to, story.attempt(later[0]), event.time)


def _passed(story, by, at, later):
    """Return the transfer after which the rows `later` began."""
    owner = endpoint_of(by)
    direct = [row for row in later if is_party(row.dstchannel)]
    target = next((row.dstchannel for row in direct if row.talked_from is not None), None)
    if target is not None and endpoint_of(target) == owner:
        return []
    if target is not None and _spoke_before(story, owner, target):
        return [_told("attended", owner, _whereto(story, target), "success", at)]
    parked = next((row for row in later if row.lastapp.lower() == _PARKED), None)
    if parked is not None and parked.start <= at + FOLLOW_SECONDS:
        return [_told("blind", owner, parked.lastdata.rpartition(":")[2] or "park", "success", at)]
    first = direct[0] if direct else None
    if first is None or first.start > at + FOLLOW_SECONDS + 60:
        return []
    if target is not None:
        return [_told("blind", owner, _whereto(story, target), "success", at)]
    return [_told("blind", owner, _whereto(story, first.dstchannel), story.attempt(first.dstchannel), at)]


def _spoke_before(story, owner, target):
    """Return whether the owner of a phone talked to the target on a channel of his own (attended transfer)."""
    for row in story.rows:
        if row.talked_from is None or endpoint_of(row.channel) != owner:
            continue
        if row.dstchannel == target or (is_local(row.dstchannel) and target in _behind(story, row.dstchannel)):
            return True
    return False


def _behind(story, local):
    """Return the channels that were dialled from the other half of a Local channel."""
    half = other_half(local)
    return {row.dstchannel for row in story.rows if row.channel == half}


def _whereto(story, channel):
    return endpoint_of(channel) if story.is_phone(channel) else story.party(channel)["number"]


def _told(kind, by, to, result, at):
    return {"kind": kind, "by": by, "from": by, "to": to, "result": result, "at": at}
