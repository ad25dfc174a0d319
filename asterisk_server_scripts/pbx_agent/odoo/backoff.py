"""Waiting times between attempts: growing, limited, and spread by chance so that many agents do not knock at once."""

from __future__ import annotations

import random

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 30.0
#: The longest wait of what finds out whether Odoo is there, and of the channel through which its commands come: well
#: below the 8 s in which a click must reach the agent. Users take a PBX for connected as soon as Odoo is back.
KNOCK_SECONDS = 3.0
#: After a fault that a person has to mend.
MISCONFIGURED_SECONDS = 60.0


def delay(failures: int, longest: float | None = None) -> float:
    """Return the seconds to wait after so many failures in a row (1 …): half of it certain, half by chance.

    :param longest: no more than this, seconds; `LONGEST_SECONDS` where it is not given
    """
    ceiling = min(longest or LONGEST_SECONDS, FIRST_SECONDS * 2 ** min(failures, 10))
    return ceiling / 2 + random.uniform(0, ceiling / 2)
