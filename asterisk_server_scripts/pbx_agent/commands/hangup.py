"""The verb ``hangup``: end one leg."""

from __future__ import annotations

from ..ami import actions
from ..ami.errors import NoAnswer
from .pbx import Outcome, Task, failed


async def run(task: Task) -> Outcome:
    """End the leg `args.uniqueid`. A leg that is gone already is told as ``gone``.

    :raises actions.InvalidArgument, ami.errors.NotConnected: see the executor
    """
    uniqueid = task.args.get("uniqueid")
    if not isinstance(uniqueid, str) or not uniqueid:
        raise actions.InvalidArgument("uniqueid is missing")
    name = task.pbx.channel_name(uniqueid)
    if not name:
        return failed("gone", "this leg has ended already")
    action = actions.hangup(name)
    task.pbx.hang_up_wanted(uniqueid)
    try:
        answer = (await task.pbx.send(action))[0]
    except NoAnswer as error:
        return failed("refused", str(error))
    if answer.get("response", "").lower() == "success":
        return Outcome("done")
    message = str(answer.get("message", "no reason given"))
    return failed("gone" if "no such channel" in message.lower() else "refused", message)
