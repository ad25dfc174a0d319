"""The verb ``originate`` (click-to-call): ring the employee's phone, then dial the client."""

from __future__ import annotations

import asyncio

from ..ami import actions
from ..ami.errors import NoAnswer
from .originate_watch import OriginateWatch
from .pbx import RESYNCED, Outcome, Task, failed

#: How long to wait for the last words about a call whose employee's side is over, seconds.
LAST_WORDS_SECONDS = 1.0
#: How often to ask whether the call still exists, seconds: an event that never came must not keep a command open.
CHECK_SECONDS = 60.0
#: When to ask after a gap, seconds: the first list spares what was alive a moment before, the second one decides.
AFTER_GAP_SECONDS = 5.0


async def run(task: Task) -> Outcome:
    """Make the call and follow it until the client answered or it failed.

    :raises actions.InvalidArgument, ami.errors.NotConnected: see the executor
    """
    action = actions.originate(task.uuid, task.args)
    endpoint = str(action["Channel"])
    try:
        if await _is_unregistered(task, endpoint):
            return failed("unregistered", f"{endpoint} has no registered phone")
    except NoAnswer as error:
        # It would read the Originate too when it wakes up, and ring long after the click.
        return failed("not_connected", str(error))
    with task.pbx.listen() as events:
        if not task.in_time():
            return failed("expired", "its time ran out before Asterisk could be asked")
        try:
            answer = (await task.pbx.send(action))[0]
        except NoAnswer as error:
            return failed("not_connected", f"{error}; the phone may ring nevertheless")
        if answer.get("response", "").lower() != "success":
            return failed("refused", str(answer.get("message", "no reason given")))
        task.accepted(Outcome("accepted", linkedid=task.uuid))
        return await _follow(task, OriginateWatch(task.uuid, endpoint), events)


async def _is_unregistered(task: Task, endpoint: str) -> bool:
    """Ask for the device's state: a millisecond that spares the employee a silence, and shows that Asterisk listens. No
    clear answer: try the call.

    :raises ami.errors.NotConnected, ami.errors.NoAnswer: Asterisk cannot be asked to dial either
    """
    answer = (await task.pbx.send(actions.device_state(endpoint)))[0]
    return str(answer.get("value", "")).upper() == "UNAVAILABLE"


async def _follow(task: Task, watch: OriginateWatch, events: asyncio.Queue) -> Outcome:
    clock = asyncio.get_running_loop().time
    deadline, is_ending, had_gap = clock() + CHECK_SECONDS, False, False
    while True:
        try:
            event = await _next(events, deadline - clock())
        except asyncio.TimeoutError:
            outcome = watch.undecided() if is_ending else _after_silence(task, watch, had_gap)
            deadline = clock() + CHECK_SECONDS
        else:
            outcome = _after_gap(task) if event is RESYNCED else watch.feed(event)
            if event is RESYNCED:
                deadline, had_gap = min(deadline, clock() + AFTER_GAP_SECONDS), True
        if outcome is not None:
            return outcome
        if watch.is_ending and not is_ending:
            deadline, is_ending = clock() + LAST_WORDS_SECONDS, True


async def _next(events: asyncio.Queue, seconds: float) -> object:
    """Return the next event; those that came already count even when the time is over."""
    if not events.empty():
        return events.get_nowait()
    return await asyncio.wait_for(events.get(), max(0.0, seconds))


def _after_gap(task: Task) -> Outcome | None:
    """Asterisk was away; what the list of channels says decides."""
    state = task.pbx.call_is(task.uuid)
    if state == "answered":
        return Outcome("done", linkedid=task.uuid)
    if state == "gone":
        return failed("lost", "the connection to Asterisk was interrupted while the call was set up", task.uuid)
    return None


def _after_silence(task: Task, watch: OriginateWatch, had_gap: bool) -> Outcome | None:
    """Nothing decided for a long time; what the tracker knows of the call does."""
    outcome = _after_gap(task)
    is_gone = outcome is not None and outcome.status == "failed"
    return watch.undecided() if is_gone and not had_gap else outcome
