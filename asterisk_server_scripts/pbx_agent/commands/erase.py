"""The verb ``erase``: delete a recording on the PBX, with everything derived from it, and never upload it again."""

from __future__ import annotations

import re

from ..ami import actions
from .pbx import Outcome, Task, failed


async def run(task: Task) -> Outcome:
    """Erase the recording `args.key`, `args.file`; one that is not there is erased.

    :raises actions.InvalidArgument: see the executor
    """
    key, file = task.args.get("key"), task.args.get("file")
    if not isinstance(key, str) or not re.fullmatch(r"[0-9a-f]{32}", key, re.ASCII):
        raise actions.InvalidArgument("key must be 32 hex digits")
    if not isinstance(file, str) or not file:
        raise actions.InvalidArgument("file is missing")
    trouble = await task.erase(key, file)
    return failed("failed", trouble) if trouble else Outcome("done")
