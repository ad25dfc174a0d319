"""Carries out Odoo's commands: each at most once, none too late, none while Asterisk is away; each gets a result."""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from collections.abc import Awaitable, Coroutine
from typing import Any, Callable

from ..ami.actions import InvalidArgument, uuid_text
from ..ami.errors import AmiError, NotConnected
from ..ami.text import clean
from ..odoo.clock import OdooClock, moment
from ..odoo.spool import Spool
from ..tasks import end
from . import erase, hangup, originate, record
from .pbx import Outcome, Pbx, Task, failed, no_recordings

_logger = logging.getLogger(__name__)

#: How long to wait before a result that the disk did not take is written again, seconds.
WRITE_AGAIN_SECONDS = 5.0

VERBS: dict[str, Callable[[Task], Awaitable[Outcome]]] = {
    "originate": originate.run,
    "hangup": hangup.run,
    "record": record.run,
    "erase": erase.run,
}


class Executor:
    """Takes commands as they come, in whatever number of copies.

    :param clock: Odoo's time, in which an expiry is told
    :param results_wait: called when a result was put into the spool
    :param erase: deletes a recording (key, file), see `Task`
    """

    def __init__(
        self, spool: Spool, clock: OdooClock, pbx: Pbx, results_wait: Callable[[], None],
        erase: Callable[[str, str], Awaitable[str]] = no_recordings,
    ) -> None:  # fmt: skip
        self._spool, self._clock, self._pbx, self._results_wait = spool, clock, pbx, results_wait
        self._erase = erase
        self._running: set[asyncio.Task[None]] = set()

    def take(self, command: Any) -> None:
        """Begin to carry out `command` (any JSON value) and return at once."""
        try:
            uuid = uuid_text(command.get("uuid") if isinstance(command, dict) else None)
        except InvalidArgument as error:
            _logger.error("a command without a proper identity was ignored: %s", error)
            return
        self._begin(self._carry_out(uuid, command))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def settle_lost(self) -> None:
        """Give a result to the commands that a former life of this agent began and never finished."""
        try:
            lost = await self._spool.call(self._spool.unfinished_commands)
        except Exception:
            _logger.exception("the commands of a former life could not be read; they keep without a result")
            return
        for uuid in lost:
            self._begin(self._finish(uuid, failed("lost", "the agent was restarted while the command ran")))

    async def stop(self) -> None:
        """Leave the commands that run; the next start tells them as lost."""
        await end(self._running)

    async def _carry_out(self, uuid: str, command: dict[str, Any]) -> None:
        verb = clean(command.get("verb"), 40)
        try:
            # On disk before anything happens: a crash in between loses the command rather than dialling twice.
            if not await self._spool.call(self._spool.begin_command, uuid, verb, time.time()):
                return
        except Exception:
            _logger.exception("uuid=%s the command could not be written down, so it is not carried out", uuid)
            return
        _logger.info("uuid=%s verb=%s begun", uuid, verb)
        try:
            outcome = await self._run(uuid, verb, command)
        except Exception:
            _logger.exception("uuid=%s verb=%s failed on an error of ours", uuid, verb)
            outcome = failed("refused", "the agent failed; see its log")
        await self._finish(uuid, outcome)

    async def _run(self, uuid: str, verb: str, command: dict[str, Any]) -> Outcome:
        # By what was said, not by what is left of it after cleaning.
        handler = VERBS.get(verb) if command.get("verb") == verb else None
        args, expires_at = command.get("args"), moment(command.get("expires_at"))
        if handler is None:
            return failed("unknown_verb", f"this agent does not know how to {verb!r}; is it older than Odoo's addon?")
        if expires_at is None or not isinstance(args, dict):
            return failed("invalid", "args or expires_at are missing or no such thing")

        def in_time() -> bool:
            return self._clock.now() < expires_at

        if not in_time():
            return failed("expired", f"it came {self._clock.now() - expires_at:.1f} s too late")
        if not self._pbx.connected:
            return failed("not_connected", "Asterisk is not connected")
        try:
            accepted = functools.partial(self._report, uuid)
            return await handler(Task(uuid, args, self._pbx, in_time, accepted, self._erase))
        except InvalidArgument as error:
            return failed("invalid", str(error))
        except NotConnected as error:
            return failed("not_connected", str(error))
        except AmiError as error:
            return failed("refused", str(error))

    def _report(self, uuid: str, outcome: Outcome) -> None:
        """Tell Odoo a first result; the spool's thread keeps the order, so the last one cannot be overtaken."""
        writing = asyncio.ensure_future(self._spool.call(self._spool.put, "result", uuid, _result(uuid, outcome)))
        writing.add_done_callback(self._reported)

    def _reported(self, writing: asyncio.Future[None]) -> None:
        if not writing.cancelled() and writing.exception() is not None:
            _logger.error("a first result could not be kept: %s", writing.exception())
        self._results_wait()

    async def _finish(self, uuid: str, outcome: Outcome) -> None:
        log = _logger.info if outcome.status == "done" else _logger.warning
        log("uuid=%s linkedid=%s status=%s code=%s %s", uuid, outcome.linkedid or "", *outcome[:3])
        result = _result(uuid, outcome)
        while True:
            try:
                await self._spool.call(self._spool.finish_command, uuid, result)
                break
            except Exception as error:
                _logger.error("uuid=%s the result could not be written: %s. Is the disk full?", uuid, error)
                await asyncio.sleep(WRITE_AGAIN_SECONDS)
        self._results_wait()


def _result(uuid: str, outcome: Outcome) -> dict[str, Any]:
    return {
        "uuid": uuid,
        "status": outcome.status,
        "code": outcome.code,
        "message": clean(outcome.message, 200),
        "at": round(time.time(), 3),
        "linkedid": outcome.linkedid,
    }
