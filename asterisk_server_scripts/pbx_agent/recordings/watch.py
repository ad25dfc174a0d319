"""Which recordings there are, and when they are closed: told by events, and found by a look into the folder, which
sees what happened while the agent was away.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable
from typing import Any, Callable, NamedTuple

from ..cdr.pace import give_way
from .folder import NotThere, RecordingFolder
from .policy import Circumstances, Policy
from .state import CLOSED, EMPTY, FAILED, UNWANTED, Recording, State

_logger = logging.getLogger(__name__)

#: What is older was there before the agent, and is not sent.
LOOK_BACK_SECONDS = 30 * 86_400.0
#: A file whose call has ended is closed when it has not grown for so long, seconds.
QUIET_SECONDS = 2.0
#: While Asterisk cannot be asked whether the call goes on, it is believed to, so long (seconds): on hold nothing grows.
PATIENT_SECONDS = 600.0
#: A recording that was begun has a file by then, seconds; else nobody talked.
APPEARS_SECONDS = 60.0
#: A recording in which nobody talks has no more than the headers of its three files.
SILENT_BYTES = 4096


class Pbx(NamedTuple):
    """What is asked of the exchange: whether it can be asked at all, and what is known of a recording's call by its
    linkedid and the recorded channel's uniqueid (None: it has been over for some time).
    """

    connected: Callable[[], bool]
    circumstances: Callable[[str, str], Circumstances | None]


class Watch:
    """Notes recordings, and closes them.

    :param run: runs a function with its arguments in a thread
    """

    def __init__(
        self, folder: RecordingFolder, layout: str, state: State, pbx: Pbx, run: Callable[..., Awaitable[Any]]
    ) -> None:
        self._folder, self._layout, self._state, self._pbx, self._run = folder, layout, state, pbx, run
        self.trouble = ""

    async def look(self) -> None:
        """Look for recordings that nobody told of."""
        try:
            found = await self._run(self._look)
        except OSError as error:
            trouble = f"the recording folder cannot be read: {error.strerror or error}"
            if trouble != self.trouble:
                _logger.error("%s; trying again", trouble)
            self.trouble = trouble
            return
        if self.trouble:
            _logger.info("the recording folder can be read again")
            self.trouble = ""
        if found:
            _logger.info("%d recordings found in the folder", found)

    def _look(self) -> int:
        now, count = time.time(), 0
        for found in self._folder.look(now - LOOK_BACK_SECONDS):
            named = found.named
            count += self._state.note(named.file, named.linkedid, named.uniqueid, min(found.changed, now))
            give_way()
        return count

    async def close(self, policy: Policy) -> tuple[int, int]:
        """Close what has ended; return how many were closed, and how many go on or may still grow."""
        growing, closed = await self._run(self._state.growing), 0
        for recording in growing:
            call = self._pbx.circumstances(recording.linkedid, recording.uniqueid)
            if call is not None and call.lives and not recording.over:
                continue
            is_told = call is not None or recording.over or self._pbx.connected()
            closed += await self._run(self._settle, recording, call, is_told, policy)
        return closed, len(growing) - closed

    def _settle(self, recording: Recording, call: Circumstances | None, is_told: bool, policy: Policy) -> bool:
        """In a thread: look at the file of a recording whose call is not alive; return whether it is closed."""
        now = time.time()
        try:
            size, changed = self._folder.size(recording.file)
        except NotThere as error:
            if now - recording.at < APPEARS_SECONDS and not (call and not call.lives):
                return False
            return self._missing(recording, call, policy, str(error))
        same_for = now - recording.grew_at if size == recording.size else 0.0
        if size != recording.size:
            self._state.change(recording.file, size=size, grew_at=now)
        if max(same_for, now - changed) < (QUIET_SECONDS if is_told else PATIENT_SECONDS):
            return False
        if not policy.wants(call):
            return self._state.change(recording.file, state=UNWANTED)
        return self._state.change(
            recording.file, state=CLOSED, linkedid=self._linkedid(recording, call), grew_at=changed,
            started_at=call.answered_at or 0.0 if call and call.talked else 0.0,
        )  # fmt: skip

    def _linkedid(self, recording: Recording, call: Circumstances | None) -> str:
        """Our own names tell the linkedid; those of others the channel, from which the call is guessed at first."""
        return call.linkedid if call is not None and self._layout != "plain" else recording.linkedid

    def _missing(self, recording: Recording, call: Circumstances | None, policy: Policy, words: str) -> bool:
        """Asterisk was told to record, and there is no file: nobody talked, or something is wrong."""
        was_there = call is None and recording.size > SILENT_BYTES
        if not (was_there or (call and call.talked)) or not policy.wants(call):
            return self._state.change(recording.file, state=EMPTY)
        began = call.answered_at if call else None
        return self._state.change(recording.file, state=FAILED, problem=words, started_at=began or 0.0)
