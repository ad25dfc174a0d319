"""Odoo's clock as seen from here, and the versions of snapshots."""

from __future__ import annotations

import math
import time
from typing import Callable

#: The year 2100; what claims to be later is no time.
LATEST = 4_102_444_800.0


def moment(value: object) -> float | None:
    """Return a time on the wire (seconds since the epoch), None for what is no such thing."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    # Compared before it is converted: an integer may be too large for a float.
    return float(value) if 0 < value < LATEST else None


def seconds(value: object, least: float, most: float, default: float) -> float:
    """Return a duration on the wire within bounds, `default` for what is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        return default
    return float(min(max(value, least), most))


class OdooClock:
    """Keeps the difference between Odoo's clock and ours: a command's expiry is told in Odoo's time.

    An answer that took long tells its time vaguely, so the surest one counts until another contradicts it.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._difference = 0.0
        self._doubt = math.inf

    def learn(self, told: object, asked_at: float) -> None:
        """Take over the time that an answer told; `asked_at`: our time (seconds since the epoch) when the request was
        sent.
        """
        time_told, answered_at = moment(told), self._clock()
        if time_told is None or answered_at < asked_at:
            return
        difference, doubt = time_told - (asked_at + answered_at) / 2, (answered_at - asked_at) / 2
        if doubt <= self._doubt or abs(difference - self._difference) > doubt + self._doubt:
            self._difference, self._doubt = difference, doubt

    def now(self) -> float:
        """Return Odoo's time, seconds since the epoch."""
        return self._clock() + self._difference


class Versions:
    """Numbers that only grow: this machine's clock in milliseconds, or one more than the last.

    :param floor: the last version that was given out before a restart; our clock may have been set back since
    """

    def __init__(self, floor: int = 0, clock: Callable[[], float] = time.time) -> None:
        self.last = floor
        self._clock = clock

    def next(self) -> int:
        """Return the next version."""
        self.last = max(self.last + 1, int(self._clock() * 1000))
        return self.last
