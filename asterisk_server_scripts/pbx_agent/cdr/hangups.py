"""When to look for the rows of calls that have just ended: a PBX writes them some moments after the hangup. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: Seconds after a hangup; then the look of every minute finds what comes later.
LOOKS = (0.2, 0.6, 1.2, 2.5)
#: A look that takes long (no index, a slow disk) is followed by so many times its length without one.
REST = 9.0
MOST = 1000


@dataclass
class _Ended:
    began: float
    at: float
    looks: int = 0
    is_found: bool = False


class Hangups:
    """Calls that ended; moments are seconds of one steady clock, `began` is seconds since the epoch."""

    def __init__(self) -> None:
        self._ended: dict[str, _Ended] = {}
        self._not_before = 0.0

    def add(self, linkedid: str, began: float, now: float) -> None:
        """A call ended."""
        if len(self._ended) < MOST:
            self._ended[linkedid] = _Ended(began, now)

    def due(self) -> float | None:
        """Return when the next look is due, None: there is nothing to look for."""
        if not self._ended:
            return None
        return max(self._not_before, min(call.at + LOOKS[call.looks] for call in self._ended.values()))

    def since(self) -> float:
        """Return since when the next look must read (seconds since the epoch)."""
        return min(call.began for call in self._ended.values())

    def looked(self, linkedids: Iterable[str], is_any: bool, began: float, now: float, reading: float) -> None:
        """A look found rows of these calls.

        :param is_any: it found rows, and the store does not tell whose
        :param began: when it began; a call whose row was found gets one more look, for the rows of its other legs
        :param reading: seconds that the store took; the rest of the time the look waited for Odoo, and what was due
            meanwhile is still to be looked for
        """
        self._not_before = now + reading * REST
        found = set(linkedids)
        for linkedid, call in list(self._ended.items()):
            was_found, call.is_found = call.is_found, call.is_found or is_any or linkedid in found
            before = call.looks
            while call.looks < len(LOOKS) and call.at + LOOKS[call.looks] <= began + reading:
                call.looks += 1
            if call.looks >= len(LOOKS) or (was_found and call.looks > before):
                del self._ended[linkedid]
