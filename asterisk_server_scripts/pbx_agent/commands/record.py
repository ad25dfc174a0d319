"""The verb ``record``: pause the recording of a call (silence is recorded), or go on."""

from __future__ import annotations

from ..ami import actions
from ..ami.errors import NoAnswer
from ..ami.text import ID_LIMIT, clean
from .pbx import Outcome, Task, failed


async def run(task: Task) -> Outcome:
    """Mute the recording of the call `args.linkedid`, or (`args.on`) unmute it. No recording is told as ``gone``.

    All channels of the call are asked, the recorded one first: who records is not always told, and Asterisk knows.
    The channel keeps in mind that it is paused: after a transfer the dialplan begins its recording again, see
    `Switchboard.tell`. It is told first, so that no transfer comes between.

    :raises actions.InvalidArgument, ami.errors.NotConnected: see the executor
    """
    linkedid, on = task.args.get("linkedid"), task.args.get("on")
    if not isinstance(linkedid, str) or not linkedid or linkedid != clean(linkedid, ID_LIMIT):
        raise actions.InvalidArgument("linkedid is missing or no such thing")
    if not isinstance(on, bool):
        raise actions.InvalidArgument("on must be true or false")
    words = "this call has ended already"
    for channel in task.pbx.recorded_channels(linkedid):
        try:
            if not on:
                await task.pbx.send(actions.keep_recording_paused(channel, True))
            answer = (await task.pbx.send(actions.mute_recording(channel, muted=not on)))[0]
            done = answer.get("response", "").lower() == "success"
            if on or not done:
                await task.pbx.send(actions.keep_recording_paused(channel, False))
        except NoAnswer as error:
            return failed("refused", str(error))
        if done:
            return Outcome("done", linkedid=linkedid)
        words = str(answer.get("message", "no reason given"))
        if "permission" in words.lower():
            return failed("refused", words)
    return failed("gone", f"nothing of this call is being recorded: {words}")
