"""Recordings to Odoo (docs/contract.md, ``recordings`` and ``recording_data``): told first, then sent in blocks from
where Odoo has them.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, Callable, NamedTuple

from ..ami.text import NAME_LIMIT, clean
from ..odoo.answers import MISCONFIGURED, OK, TOO_LARGE, UNACCEPTABLE, UNAVAILABLE, Answer, sort_answer
from ..odoo.client import OdooClient
from .names import key_of
from .state import FAILED, READY, Recording

MOST_ITEMS = 200
MOST_BLOCK = 4 << 20
LEAST_BLOCK = 64 << 10
#: A block is to take about so long, seconds: calls must not wait behind a large one on a slow line.
BLOCK_SECONDS = 0.5
REQUEST_SECONDS = 120.0
#: How often Odoo may send us to another place of the same file before it is put off.
MOST_TURNS = 20
STATUSES = frozenset({"send", "have", "noted", "unwanted", "wait", "refused"})

#: How an upload ends besides OK's sort of outcomes.
HAVE, BEGIN_AGAIN, TELL_AGAIN, UNWANTED, LATER, CHANGED = "have", "checksum", "unknown", "unwanted", "later", "changed"


class Told(NamedTuple):
    """What Odoo says of one recording; `status` "": it does not say."""

    status: str
    offset: int = 0
    reason: str = ""


class Delivery(NamedTuple):
    """The outcome of telling as a whole (see odoo/answers.py), and where that is OK what was said of each."""

    outcome: str
    reason: str
    told: list[Told]


class Sent(NamedTuple):
    """How an upload ended: HAVE, BEGIN_AGAIN, TELL_AGAIN, UNWANTED, LATER, CHANGED (our file is not what was told), or
    an outcome of odoo/answers.py with its reason.
    """

    outcome: str
    reason: str = ""


def item_of(recording: Recording) -> dict[str, Any]:
    """Return a recording as the wire has it."""
    state = recording.state if recording.state in (READY, FAILED) else "waiting"
    item: dict[str, Any] = {
        "key": key_of(recording.linkedid, recording.file),
        "linkedid": recording.linkedid,
        "uniqueid": recording.uniqueid,
        "file": recording.file,
        "state": state,
        "problem": "" if state == READY else recording.problem,
        "started_at": round(recording.started_at or recording.at, 3),
        "seconds": recording.seconds,
        "channels": recording.channels,
        "mimetype": recording.mimetype,
        "bytes": recording.bytes if state == READY else 0,
        "sha256": recording.sha256 if state == READY else "",
    }
    if state == READY and recording.peaks:
        item["peaks"] = json.loads(recording.peaks)
    return item


async def tell(client: OdooClient, recordings: list[Recording]) -> Delivery:
    """Tell of recordings; a list that Odoo cannot take is halved until the one is found that it cannot take."""
    answer = await client.post("recordings", {"items": [item_of(recording) for recording in recordings]})
    if answer.outcome in (UNACCEPTABLE, TOO_LARGE):
        if len(recordings) == 1:
            return Delivery(OK, "", [Told("refused", 0, answer.reason)])
        half = len(recordings) // 2
        first = await tell(client, recordings[:half])
        if first.outcome != OK:
            return first
        second = await tell(client, recordings[half:])
        return Delivery(second.outcome, second.reason, first.told + second.told)
    if answer.outcome != OK:
        return Delivery(answer.outcome, answer.reason, [])
    results = answer.body.get("results")
    if not isinstance(results, list) or len(results) != len(recordings):
        return Delivery(UNAVAILABLE, "Odoo did not answer for each recording", [])
    return Delivery(OK, "", [_told(result) for result in results])


def _told(result: Any) -> Told:
    if not isinstance(result, dict) or result.get("status") not in STATUSES:
        return Told("")
    error, offset = result.get("error"), result.get("offset")
    words = clean(error.get("message") or error.get("code"), 200) if isinstance(error, dict) else ""
    return Told(result["status"], _offset(offset) or 0, words)


def _offset(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


class Upload:
    """Sends one file.

    :param client: towards Odoo
    :param run: runs a function with its arguments in a thread
    :param give_way: awaited before each block: calls go first
    """

    def __init__(
        self, client: OdooClient, run: Callable[..., Awaitable[Any]], give_way: Callable[[], Awaitable[None]]
    ) -> None:
        self._client, self._run, self._give_way = client, run, give_way
        self._block = LEAST_BLOCK

    async def send(self, path: Path, recording: Recording, offset: int) -> Sent:
        """Send the file from `offset` on, until Odoo has it or something stops it."""
        key = key_of(recording.linkedid, recording.file)
        for _turn in range(MOST_TURNS + recording.bytes // LEAST_BLOCK):
            await self._give_way()
            if offset > recording.bytes:
                return Sent(BEGIN_AGAIN, "Odoo has more of it than there is")
            block = await self._run(_read, path, offset, min(self._block, recording.bytes - offset))
            if block is None:
                return Sent(CHANGED)
            began = time.monotonic()
            status, body = await self._client.post_bytes(
                "recording_data", {"key": key, "offset": str(offset)}, block, REQUEST_SECONDS
            )
            self._learn(len(block), time.monotonic() - began)
            said = _sorted(status, body, sent_to=offset + len(block), total=recording.bytes)
            if isinstance(said, Sent):
                return said
            offset = said
        return Sent(LATER, "Odoo does not come to an end with it")

    def _learn(self, size: int, seconds: float) -> None:
        """Let blocks grow as long as they go out quickly."""
        if size == self._block and seconds < BLOCK_SECONDS / 2:
            self._block = min(self._block * 2, MOST_BLOCK)
        elif seconds > BLOCK_SECONDS * 2:
            self._block = max(self._block // 2, LEAST_BLOCK)


def _read(path: Path, offset: int, size: int) -> bytes | None:
    """Read a block; None: the file does not have it."""
    try:
        with path.open("rb") as file:
            file.seek(offset)
            block = file.read(size)
    except FileNotFoundError:
        return None
    return block if len(block) == size else None


def _sorted(status: int, body: dict[str, Any], sent_to: int, total: int) -> Sent | int:
    """Return where to go on, or how it ended."""
    error = body.get("error") if isinstance(body.get("error"), dict) else {}
    code, words = error.get("code"), clean(error.get("message") or error.get("code") or body.get("reason"), NAME_LIMIT)
    offset = _offset(body.get("offset") if "offset" in body else error.get("offset"))
    if status == 200:
        if body.get("status") == "have":
            return Sent(HAVE)
        if offset is None or not sent_to <= offset < total:
            return Sent(UNAVAILABLE, "Odoo did not say how much it has")
        return offset
    if status == 409 and code == "offset" and offset is not None:
        return offset
    known = {
        (409, "checksum"): BEGIN_AGAIN,
        (404, "unknown"): TELL_AGAIN,
        (410, "unwanted"): UNWANTED,
        (507, "disk_full"): LATER,
    }
    if (status, code) in known:
        return Sent(known[status, code], words)
    if not status:
        return Sent(UNAVAILABLE, words)
    answer: Answer = sort_answer(status, body)
    if answer.outcome in (UNACCEPTABLE, TOO_LARGE):
        return Sent(LATER, answer.reason)
    return Sent(answer.outcome if answer.outcome in (MISCONFIGURED, UNAVAILABLE) else UNAVAILABLE, answer.reason)


async def pause(seconds: float, wake: asyncio.Event) -> None:
    """Wait so long, or until somebody calls."""
    try:
        await asyncio.wait_for(wake.wait(), max(0.0, seconds))
    except asyncio.TimeoutError:
        return
