"""What every reader of a store can do; the sync loop knows nothing else of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from .keys import Ordinals
from .portion import Cursor, Portion, Row
from .zone import StoreZone


class StoreTrouble(Exception):
    """The store cannot be read now; the message says in words why and what to do. It is tried again later."""


class Source(Protocol):
    """A store of detail records or channel events. All methods block, and are called in one thread at a time.

    Nothing is ever written to a store, and no lock is held between two calls.
    """

    kind: str
    name: str
    zone: StoreZone
    #: So many seconds of it are read again at each look; 0: it only grows at its end.
    overlap: float

    def check(self) -> list[str]:
        """Return in words what is wrong or unwise, nothing when all is well."""

    def read(self, cursor: Cursor | None, limit: int, brief: bool = False) -> Portion:
        """Return about `limit` rows after `cursor`, of the oldest ones without one.

        :param brief: the rows' keys and times are enough where that is quicker (then `Portion.is_brief`)
        :raises StoreTrouble:
        """

    def again(self, cursor: Cursor, since: float | None = None) -> Cursor | None:
        """Return from where to look for rows that came or were committed since `cursor` was reached.

        :param since: a call that began then (seconds since the epoch) has just ended, look for its rows only
        :returns: None when there is certainly nothing new
        :raises StoreTrouble:
        """

    def day_cursors(self, days: Sequence[str]) -> list[Cursor]:
        """Return cursors from which `read` gives the rows of these days (YYYY-MM-DD in the store's zone)."""

    def count_days(self, since: str) -> dict[str, int]:
        """Return how many rows each day from `since` (YYYY-MM-DD) on has. :raises StoreTrouble:"""

    def close(self) -> None:
        """Let go of files and connections; the next call opens them again."""


class Shaper(Protocol):
    """Makes rows of the wire out of a store's rows: `CdrRows`, `CelRows`."""

    columns: Sequence[str]
    names: tuple[str, ...]
    #: Index of the column that says when a row was.
    start: int | None

    def fits(self, row: Sequence[str]) -> bool:
        """Tell whether a row of another width may be taken for one of this store."""

    def shape(
        self, rows: Sequence[Sequence[str]], places: Iterable[int], ordinals: Ordinals, brief: bool = False
    ) -> list[Row]:
        """Return the rows as the wire has them."""
