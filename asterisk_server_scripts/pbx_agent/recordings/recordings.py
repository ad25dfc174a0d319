"""Recordings from the PBX's folder to Odoo: watched, converted one after the other, sent some at a time.

Nothing here is urgent. What a kill interrupts is done again from where the disk says; what fails is tried again with
growing pauses, and what is wrong is told to Odoo in words, so that it stands on the call.
"""

from __future__ import annotations

import asyncio
import functools
import json
import logging
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable

from ..odoo.client import OdooClient
from ..odoo.spool import disk_trouble
from ..tasks import end
from .convert import Converter, Empty, Waits
from .courtesy import Courtesy
from .folder import NotThere, RecordingFolder
from .names import is_below, key_of, named
from .policy import Policy, policy_of
from .sending import Sending
from .settings import Folder
from .state import CLOSED, EMPTY, FAILED, READY, Recording, State
from .upload import pause
from .watch import Pbx, Watch
from .wav import NotAudio

_logger = logging.getLogger(__name__)

LOOK_SECONDS = 60.0
#: How often a recording is looked at that may be closed any moment.
CLOSE_SECONDS = 1.0
#: No more than so many converted files lie in the state folder while Odoo is away.
MOST_READY = 200
#: The first and the longest pause before something that has to be mended is tried again, seconds.
FIRST_AGAIN_SECONDS, LONGEST_AGAIN_SECONDS = 10.0, 900.0
#: So long what was settled is remembered: longer than the watch looks back.
KEPT_SECONDS = 60 * 86_400.0
THREADS = 4


def again_in(attempts: int) -> float:
    """Return the seconds to wait after so many attempts."""
    ceiling = min(LONGEST_AGAIN_SECONDS, FIRST_AGAIN_SECONDS * 2 ** min(attempts, 10))
    return ceiling * random.uniform(0.75, 1.0)


class Recordings:
    """All recordings of one PBX.

    :param settings: the section of the configuration; where it names no folder, nothing is ever done
    :param state_dir: folder for the state and for converted files; it must exist
    :param pbx: what can be asked about calls
    :param is_busy: tells whether calls are being sent to Odoo right now; they go first
    """

    def __init__(
        self, settings: Folder, client: OdooClient, state_dir: Path, pbx: Pbx, is_busy: Callable[[], bool]
    ) -> None:
        self._settings, self._client, self._state_dir, self._pbx = settings, client, state_dir, pbx
        self._courtesy = Courtesy()
        self._is_busy = lambda: self._courtesy.is_on or is_busy()
        self._policy: Policy | None = None
        self._state: State | None = None
        self._folder = RecordingFolder(settings.folder or "/nonexistent", settings.layout)
        self._sending: Sending | None = None
        self._watch_now, self._convert_now = asyncio.Event(), asyncio.Event()
        self._look_at = 0.0

    # -- what happens elsewhere ------------------------------------------------------------------------------------

    def begun(self, file: str, linkedid: str, uniqueid: str) -> None:
        """The dialplan says that it records a channel into `file`, a path below the folder or a whole one."""
        prefix = self._settings.folder.rstrip("/") + "/"
        file = file[len(prefix) :] if file.startswith(prefix) else file
        found = named(file, self._settings.layout)
        if self._state is None:
            return
        if found is None or found.part:
            _logger.warning("linkedid=%s is recorded into %r: no name of a recording here", linkedid, file[:80])
            return
        self._write(self._state.begin, file, linkedid or found.linkedid, uniqueid, time.time())

    def ended(self, uniqueid: str) -> None:
        """A channel is not recorded any more."""
        if self._state is not None:
            self._write(self._state.over, uniqueid)
            self._watch_now.set()

    def call_rings(self) -> None:
        """A call rings, and the people it is for may not have seen it yet: they do not wait for recordings."""
        self._courtesy.call_rings()

    def call_ended(self) -> None:
        """A call has ended: its recording can be closed."""
        if self._settings.layout != "plain":
            self._look_at = min(self._look_at, time.monotonic() + 2 * CLOSE_SECONDS)  # nobody told of it
        self._watch_now.set()

    def told(self, recordings: Any) -> None:
        """Hello's answer says which recordings Odoo wants."""
        policy = policy_of(recordings)
        if policy != self._policy:
            self._policy = policy
            self._folder.forget()
            self._look_at = 0.0
            self._watch_now.set()
            self._convert_now.set()
            self.nudge()

    def nudge(self) -> None:
        """Odoo was heard of: do not wait any longer before the next attempt."""
        if self._sending is not None:
            self._sending.wake.set()

    async def erase(self, key: str, file: str) -> str:
        """Delete a recording and all that was made of it, for good; return "", or in words why it cannot be."""
        if self._state is None:
            return "this agent has no recording folder: see [recordings] in its configuration"
        if not is_below(file) or named(file, self._settings.layout) is None:
            return f"{file!r} is no name of a recording in this PBX's folder"
        output = await self._run(self._state.erase, file, time.time())
        if self._sending is not None:
            await self._sending.drop(file)
        try:
            if output:
                await self._run(functools.partial((self._work / output).unlink, missing_ok=True))
            await self._run(self._folder.delete, file)
        except NotThere as error:
            return str(error)
        except OSError as error:
            return f"{file} cannot be deleted: {error.strerror or error}. May the agent's user write to that folder?"
        _logger.info("recording %s (%s) was erased", key, file)
        return ""

    # -- work ------------------------------------------------------------------------------------------------------

    @property
    def _work(self) -> Path:
        return self._state_dir / "recordings"

    async def run(self) -> None:
        """Work until cancelled. :raises OSError: the state folder cannot be used"""
        if not self._settings.is_used:
            await asyncio.Event().wait()
        self._threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="recordings")
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recordings-events")
        self._work.mkdir(mode=0o700, exist_ok=True)
        state, tasks = State(self._state_dir / "recordings.sqlite"), []
        try:
            await self._run(self._tidy, state)
            self._state = state
            watch = Watch(self._folder, self._settings.layout, state, self._pbx, self._run)
            patience = self._settings.encoder_seconds
            converter = Converter(self._folder, self._work, self._run, patience, self._courtesy)
            self._sending = Sending(self._settings, self._client, state, self._folder, self._work, self._run,
                                    self._is_busy, lambda: self._policy, self._watch_now.set)  # fmt: skip
            _logger.info("recordings are taken from %s", self._settings.folder)
            loops = (self._watch(watch), self._convert(converter), self._sending.run())
            tasks = [asyncio.ensure_future(loop) for loop in loops]
            await asyncio.gather(*tasks)
        finally:
            await end(tasks)
            if self._sending is not None:
                await self._sending.stop()
            self._state = self._sending = None
            for threads in (self._writer, self._threads):
                threads.shutdown(wait=True, cancel_futures=True)
            state.close()

    async def _run(self, function: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *args)

    def _write(self, method: Callable[..., Any], *args: Any) -> None:
        """Write down what an event said, without making calls wait; what is lost so, the next look finds."""
        loop = asyncio.get_running_loop()
        writing = loop.run_in_executor(self._writer, method, *args)  # one thread: in the order of the events
        writing.add_done_callback(_say_failure)

    def _tidy(self, state: State) -> None:
        """Remove what a former life left unfinished, and forget what is long settled."""
        state.forget(time.time() - KEPT_SECONDS)
        kept = {recording.output for recording in state.due(READY, float("inf"), -1)}
        for path in self._work.iterdir():
            if path.name not in kept:
                path.unlink()

    async def _watch(self, watch: Watch) -> None:
        while True:
            self._watch_now.clear()
            wait = LOOK_SECONDS
            if self._policy is not None and self._policy.policy != "none":
                with disk_trouble("the state of the recordings"):
                    if time.monotonic() >= self._look_at:
                        self._look_at = time.monotonic() + LOOK_SECONDS
                        await watch.look()
                    closed, growing = await watch.close(self._policy)
                    if closed:
                        self._convert_now.set()
                        self.nudge()
                    wait = CLOSE_SECONDS if growing else self._look_at - time.monotonic()
            await pause(max(wait, 0.05), self._watch_now)

    async def _convert(self, converter: Converter) -> None:
        while True:
            self._convert_now.clear()
            wait = LOOK_SECONDS
            with disk_trouble("the state of the recordings"):
                recording, wait = await self._next_to_convert()
                if recording is not None and self._policy is not None:
                    await self._convert_one(converter, recording, self._settings.format or self._policy.format)
                    self.nudge()
                    continue
            await pause(wait, self._convert_now)

    async def _next_to_convert(self) -> tuple[Recording | None, float]:
        """Return the next one, or None and how long to wait."""
        assert self._state is not None
        counts = await self._run(self._state.counts)
        if self._policy is None or counts.get(READY, 0) >= MOST_READY:
            return None, CLOSE_SECONDS * 5
        found = await self._run(self._state.due, CLOSED, time.time(), 1)
        if found:
            return found[0], 0.0
        due = await self._run(self._state.next_due, CLOSED)
        return None, LOOK_SECONDS if due is None else min(LOOK_SECONDS, max(0.05, due - time.time()))

    async def _convert_one(self, converter: Converter, recording: Recording, form: str) -> None:
        assert self._state is not None
        file, name = recording.file, key_of(recording.linkedid, recording.file)
        change = functools.partial(self._state.change, file)
        try:
            made = await converter.make(file, name, form)
        except Empty:
            values: dict[str, Any] = {"state": EMPTY}
            if recording.started_at:  # people talked
                values = {"state": FAILED, "problem": "The recording is empty."}
        except (NotAudio, NotThere) as error:
            _logger.warning("recording %s: %s", file, error)
            values = {"state": FAILED, "problem": str(error)}
        except Waits as error:
            _logger.warning("recording %s waits: %s", file, error)
            values = {"attempts": recording.attempts + 1, "due": time.time() + again_in(recording.attempts)}
            values["problem"] = str(error)
        else:
            began = recording.started_at or max(0.0, recording.grew_at - made.seconds)
            values = {**made._asdict(), "state": READY, "problem": "", "attempts": 0, "due": 0.0, "started_at": began}
            values["peaks"] = json.dumps(made.peaks) if made.peaks else ""
            if not await self._run(functools.partial(change, **values)):  # erased meanwhile
                await self._run(functools.partial((self._work / made.output).unlink, missing_ok=True))
            return
        await self._run(functools.partial(change, **values))


def _say_failure(writing: asyncio.Future[Any]) -> None:
    if not writing.cancelled() and writing.exception() is not None:
        _logger.error("a recording could not be written down: %s. Is the disk full?", writing.exception())
