"""The keys of rows that Odoo has for certain, as far back as a store is read again. Pure."""

from __future__ import annotations

from collections.abc import Iterable

#: More are not remembered; then Odoo is asked.
MOST = 200_000
PRUNE_SECONDS = 3600.0


class Known:
    """:param seconds: what began longer ago is not read again, and forgotten; 0: nothing is"""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._starts: dict[str, float] = {}
        self._pruned = 0.0

    def __contains__(self, key: str) -> bool:
        return key in self._starts

    def __bool__(self) -> bool:
        return bool(self._starts)

    def add(self, rows: Iterable[tuple[str, float | None]], now: float) -> None:
        """Odoo has these rows: key and start (seconds since the epoch, None: no time, so it is read at each look)."""
        if not self._seconds:
            return
        floor = now - self._seconds - PRUNE_SECONDS
        fresh = {key: start or float("inf") for key, start in rows if start is None or start > floor}
        if len(self._starts) < MOST:
            self._starts.update(fresh)
        if now - self._pruned > PRUNE_SECONDS:
            self._pruned = now
            self._starts = {key: start for key, start in self._starts.items() if start > floor}
