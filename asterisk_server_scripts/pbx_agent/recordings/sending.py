"""Finished recordings to Odoo, some at a time, and what is wrong with the others."""

from __future__ import annotations

import asyncio
import functools
import logging
import sqlite3
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, Callable

from ..cdr.pace import give_way
from ..odoo import backoff
from ..odoo.answers import MISCONFIGURED, OK, UNAVAILABLE
from ..odoo.client import OdooClient
from ..tasks import end
from . import upload
from .convert import sha256
from .folder import NotThere, RecordingFolder
from .policy import Policy
from .settings import Folder
from .state import CLOSED, GROWING, READY, REFUSED, SENT, UNWANTED, Recording, State
from .upload import Sent, Told, Upload, pause

_logger = logging.getLogger(__name__)

#: A block waits so long for calls that are being sent, seconds: on a busy exchange there always are some.
YIELD_SECONDS = 1.0
#: What Odoo put off is told again after so long at first, and at most, seconds: often its call is just being written.
FIRST_AGAIN_SECONDS, LONGEST_AGAIN_SECONDS = 2.0, 900.0
#: Problems that Odoo said nothing of are told again after so long, seconds.
PROBLEMS_AGAIN_SECONDS = 15.0
IDLE_SECONDS = 60.0


class Sending:
    """Tells and uploads until cancelled.

    :param run: runs a function with its arguments in a thread
    :param is_busy: tells whether calls are being sent
    :param policy: returns what Odoo wants, None: it did not say yet
    :param watch: called when a recording has to be watched again
    """

    def __init__(
        self, settings: Folder, client: OdooClient, state: State, folder: RecordingFolder, work: Path,
        run: Callable[..., Awaitable[Any]], is_busy: Callable[[], bool], policy: Callable[[], Policy | None],
        watch: Callable[[], None],
    ) -> None:  # fmt: skip
        self._settings, self._client, self._state, self._folder = settings, client, state, folder
        self._work, self._run, self._is_busy, self._policy, self._watch = work, run, is_busy, policy, watch
        self._uploads: dict[str, asyncio.Task[None]] = {}
        self._failed: Sent | None = None
        self._tell_problems_at = 0.0
        self.wake = asyncio.Event()
        self.trouble = ""

    async def run(self) -> None:
        """Work until cancelled."""
        failures = 0
        while True:
            self.wake.clear()
            try:
                outcome, reason, wait = await self._turn()
            except sqlite3.Error as error:
                outcome, reason, wait = "disk", f"the state of the recordings cannot be used: {error}", 0.0
            self._report(reason)
            if outcome == OK:
                failures = 0
                await pause(wait, self.wake)
                continue
            failures += 1
            seconds = backoff.MISCONFIGURED_SECONDS if outcome == MISCONFIGURED else backoff.delay(failures)
            await asyncio.sleep(min(seconds, backoff.FIRST_SECONDS))
            await pause(seconds - backoff.FIRST_SECONDS, self.wake)

    async def stop(self) -> None:
        """Leave the uploads that run; they go on where they are."""
        await end(list(self._uploads.values()))

    async def drop(self, file: str) -> None:
        """Stop uploading this recording."""
        task = self._uploads.get(file)
        if task is not None:
            await end([task])

    def _report(self, reason: str) -> None:
        if reason and reason != self.trouble:
            _logger.warning("Odoo does not take recordings: %s; nothing is lost, trying again", reason)
        elif self.trouble and not reason:
            _logger.info("Odoo takes recordings again")
        self.trouble = reason

    async def _turn(self) -> tuple[str, str, float]:
        """Tell what is due and begin its uploads; return the outcome as a whole, its reason, and how long there is
        nothing to do.
        """
        policy, failed = self._policy(), self._failed
        self._failed = None
        if failed is not None:
            return failed.outcome, failed.reason, 0.0
        if policy is None:
            return OK, "", IDLE_SECONDS
        free, now = (self._settings.parallel or policy.parallel) - len(self._uploads), time.time()
        ready = await self._ready(free, now) if free > 0 else []
        problems = await self._run(self._state.untold, 50) if now >= self._tell_problems_at else []
        if not ready and not problems:
            due = None if self._uploads else await self._run(self._state.next_due, READY)
            return OK, "", IDLE_SECONDS if due is None else min(IDLE_SECONDS, max(0.05, due - now))
        await self._give_way()
        delivery = await upload.tell(self._client, [*ready, *problems])
        if delivery.outcome != OK:
            return delivery.outcome, delivery.reason, 0.0
        for recording, told in zip(problems, delivery.told[len(ready) :]):
            await self._problem_told(recording, told)
        for recording, told in zip(ready, delivery.told):
            if told.status == "send":
                self._uploads[recording.file] = asyncio.ensure_future(self._upload(recording, told.offset))
            else:
                await self._not_sent(recording, told)
        return OK, "", 0.0 if free > len(ready) or not self._uploads else IDLE_SECONDS

    async def _ready(self, free: int, now: float) -> list[Recording]:
        found = await self._run(self._state.due, READY, now, free + len(self._uploads))
        ready = [recording for recording in found if recording.file not in self._uploads][:free]
        return [recording for recording in ready if not await self._has_grown(recording)]

    async def _has_grown(self, recording: Recording) -> bool:
        """Whether the PBX has added to it since it was converted: then it was not closed, and is watched again."""
        try:
            size, _changed = await self._run(self._folder.size, recording.file)
        except NotThere:
            return False  # what was made of it is all that there is
        if size <= recording.size:
            return False
        _logger.warning("recording %s has grown after it was closed: it is converted again", recording.file)
        await self._leave(recording, GROWING)
        self._watch()
        return True

    async def _change(self, recording: Recording, **values: Any) -> bool:
        return await self._run(functools.partial(self._state.change, recording.file, **values))

    async def _problem_told(self, recording: Recording, told: Told) -> None:
        if told.status == "unwanted":
            await self._change(recording, state=UNWANTED, told=recording.problem)
        elif told.status in ("noted", "have", "refused"):
            await self._change(recording, told=recording.problem)
        else:
            self._tell_problems_at = time.time() + PROBLEMS_AGAIN_SECONDS

    # -- uploads ---------------------------------------------------------------------------------------------------

    async def _upload(self, recording: Recording, offset: int) -> None:
        """Send one, and book how that ended."""
        sender = Upload(self._client, self._run, self._give_way)
        try:
            sent = await sender.send(self._work / recording.output, recording, offset)
            await self._sent(recording, sent)
            if sent.outcome in (MISCONFIGURED, UNAVAILABLE):
                self._failed = sent
        except Exception as error:
            _logger.exception("recording %s could not be sent on an error of ours", recording.file)
            self._failed = Sent(UNAVAILABLE, f"internal error: {error}")
        finally:
            del self._uploads[recording.file]
            self.wake.set()

    async def _give_way(self) -> None:
        deadline = time.monotonic() + YIELD_SECONDS
        while self._is_busy() and time.monotonic() < deadline:
            await asyncio.sleep(0.01)

    async def _not_sent(self, recording: Recording, told: Told) -> None:
        if told.status == "have":
            await self._is_there(recording)
        elif told.status == "unwanted":
            await self._leave(recording, UNWANTED)
        elif told.status == "refused":
            _logger.error("Odoo refused the recording %s: %s", recording.file, told.reason)
            await self._leave(recording, REFUSED, problem=told.reason)
        else:
            await self._later(recording)

    async def _sent(self, recording: Recording, sent: Sent) -> None:
        """Book how an upload ended; after a fault of the network it simply stays ready."""
        if sent.outcome == upload.HAVE:
            await self._is_there(recording)
        elif sent.outcome == upload.UNWANTED:
            await self._leave(recording, UNWANTED)
        elif sent.outcome == upload.CHANGED or (
            sent.outcome == upload.BEGIN_AGAIN and not await self._run(self._is_whole, recording)
        ):
            _logger.warning("recording %s: its converted file was damaged, it is converted again", recording.file)
            await self._change(recording, state=CLOSED, output="", due=0.0)
        elif sent.outcome in (upload.BEGIN_AGAIN, upload.TELL_AGAIN, upload.LATER):
            _logger.info("recording %s is sent again later: %s", recording.file, sent.reason or sent.outcome)
            await self._later(recording)

    async def _later(self, recording: Recording) -> None:
        attempts = recording.attempts + 1
        seconds = min(LONGEST_AGAIN_SECONDS, FIRST_AGAIN_SECONDS * 2 ** min(attempts - 1, 10))
        await self._change(recording, attempts=attempts, due=time.time() + seconds)

    async def _is_there(self, recording: Recording) -> None:
        """Odoo has it, complete."""
        _logger.info("linkedid=%s recording %s is in Odoo", recording.linkedid, recording.file)
        await self._leave(recording, SENT)
        if not self._settings.keep_local:
            try:
                await self._run(self._folder.delete, recording.file)
            except (OSError, NotThere) as error:
                _logger.error("recording %s cannot be deleted on the PBX: %s", recording.file, error)

    async def _leave(self, recording: Recording, state: str, problem: str = "") -> None:
        await self._change(recording, state=state, problem=problem, output="", peaks="")
        await self._run(functools.partial((self._work / recording.output).unlink, missing_ok=True))

    def _is_whole(self, recording: Recording) -> bool:
        try:
            with (self._work / recording.output).open("rb") as file:
                return sha256(file, give_way) == recording.sha256
        except OSError:
            return False
