"""The verb ``record``: pause the recording of a call (silence is recorded), or go on."""

from __future__ import annotations

from ..ami import actions
from ..ami.errors import NoAnswer
from ..ami.text import ID_LIMIT, clean
from .pbx import Outcome, Task, failed


async def run(task: Task) -> Outcome:
    """Mute the recording of the call `args.linkedid`, or (`args.on`) unmute it. No recording is told as ``gone``.

    All channels of the call are asked, the recorded one first: who records is not always told, and Asterisk knows.

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
            answer = (await task.pbx.send(actions.mute_recording(channel, muted=not on)))[0]
        except NoAnswer as error:
            return failed("refused", str(error))
        if answer.get("response", "").lower() == "success":
            task.pbx.recording_paused(channel, not on)
            return Outcome("done", linkedid=linkedid)
        words = str(answer.get("message", "no reason given"))
        if "permission" in words.lower():
            return failed("refused", words)
    return failed("gone", f"nothing of this call is being recorded: {words}")
