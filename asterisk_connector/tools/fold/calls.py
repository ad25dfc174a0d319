"""Detail records in, calls out."""

import re

from .groups import group
from .names import Directory, endpoint_of, is_party
from .story import Story
from .talk import length
from .transfers import transfers

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def fold(rows, events=(), devices=None):
    """Return the calls that the records tell, in the order in which they began.

    :param rows: `Row`s of any number of calls, in any order; all rows of a call must be among them
    :param events: `Event`s (CEL) of the same time, or none
    :param devices: endpoint → extension, the company's phones; without it their names decide
    :return: dictionaries with the keys of ``replay`` (docs/contract.md, "Snapshot"), and ``started_at``,
        ``answered_at``, ``ended_at``, ``legs``, ``recordings``; ``ended`` is false where events alone tell a call
        and do not tell its end: it may go on, or Asterisk was killed
    """
    directory = devices if isinstance(devices, Directory) else Directory(devices)
    stories = (Story(*call, directory) for call in group(rows, events))
    return [tell(story) for story in stories if story.rows and story.is_call]


def tell(story):
    """Return a story as the call of the contract."""
    talk, started_at, ended_at = story.talk, story.started_at, story.ended_at
    answered_at = None if talk.since is None else max(talk.since, started_at)
    rang = [endpoint_of(c) for c in story.callees if story.is_phone(c) and story.rang(c)]
    return {
        "linkedids": story.linkedids,
        "direction": story.direction,
        "caller": story.party(story.caller),
        "callee": story.callee,
        "did": story.did,
        "result": story.result,
        "rang": list(dict.fromkeys(rang)),
        "answered_by": endpoint_of(story.answered_by) if story.answered_by else None,
        "ring_seconds": round((ended_at if answered_at is None else answered_at) - started_at, 3),
        "talk_seconds": round(talk.seconds, 3),
        "hung_up_by": story.hung_up_by,
        "queue": story.queue,
        "trunk": story.trunk,
        "command": next((linkedid for linkedid in story.linkedids if _UUID.fullmatch(linkedid)), None),
        "transfers": transfers(story),
        "ended": story.is_over,
        "started_at": started_at,
        "answered_at": answered_at,
        "ended_at": ended_at,
        "legs": [_leg(story, channel) for channel in _parties(story)],
        "recordings": list(dict.fromkeys(row.recordingfile for row in story.rows if row.recordingfile)),
    }


def _parties(story):
    joined = [row.channel for row in story.rows if is_party(row.channel)]
    return list(dict.fromkeys(c for c in (story.caller, *story.callees, *joined) if c))


def _leg(story, channel):
    role = "caller" if channel == story.caller else "callee" if channel in story.callees else "other"
    own = [row for row in story.rows if channel in (row.channel, row.dstchannel)]
    seen = story.witness.channels.get(channel)
    stretches = story.talk.of.get(channel, [])
    party = story.party(channel)
    uniqueid = seen.uniqueid if seen else next((row.uniqueid for row in own if row.channel == channel), "")
    return {
        "uniqueid": uniqueid,
        "channel": channel,
        "endpoint": party["endpoint"],
        "role": role,
        "number": party["number"],
        "name": party["name"],
        "state": "ended",
        "result": _leg_result(story, channel, role),
        "started_at": seen.started_at if seen else min(row.start for row in own),
        "answered_at": stretches[0][0] if stretches else None,
        "ended_at": (seen and seen.ended_at) or max(row.end for row in own),
        "talk_seconds": round(length(stretches), 3),
        "cause": story.witness.cause(channel),
    }


def _leg_result(story, channel, role):
    if channel in story.talk.of:
        return "answered"
    if role == "caller":
        return None if story.result in ("voicemail", "ivr") else story.result
    if role == "other":
        return None
    mine = story.outer(story.rows_to(channel)[-1])
    for other in story.rows:
        is_rival = (
            other.channel == mine.channel and other.talked_from is not None and other.dstchannel != mine.dstchannel
        )
        if is_rival and other.start <= mine.end and mine.start <= other.end and mine.disposition == "NO ANSWER":
            return "elsewhere"
    return story.attempt(channel)
