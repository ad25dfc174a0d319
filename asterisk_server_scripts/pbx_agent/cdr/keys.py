"""The key of a row (docs/contract.md, `cdr` and `cel`): the same however often and from where it is read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any, Callable

KEY_BYTES = 16


def keys_of(identities: Iterable[Sequence[str]]) -> list[str]:
    """Return the keys of identities: the parts of each joined by NUL."""
    texts = map("\0".join, identities)
    return [blake2b(text.encode("utf-8", "replace"), digest_size=KEY_BYTES).hexdigest() for text in texts]


class Ordinals:
    """Numbers rows of the same content: 0, 1 … as long as they lie near each other.

    Rows that are the same in every column have the same second of start and end, so a store has them close together.
    What is the same and far away is the same row again, from a file that somebody copied.

    :param window: how far apart (in the places' unit) two of them may lie
    """

    def __init__(self, window: int) -> None:
        self._window = window
        self._recent: dict[str, tuple[int, int]] = {}
        self._older: dict[str, tuple[int, int]] = {}
        self._since = 0

    def of(self, base: str, place: int) -> int:
        """Return the number of the row with key `base` (identity with ordinal 0) at `place`, which only grows."""
        if place - self._since > self._window:
            # Two generations: what is still near is in one of them, what is forgotten is far away for certain.
            self._older, self._recent, self._since = self._recent, {}, place
        count, last = self._recent.get(base) or self._older.get(base) or (-1, place)
        count = count + 1 if place - last <= self._window else 0
        self._recent[base] = (count, place)
        return count

    def dump(self) -> dict[str, Any]:
        """Return what is to be kept with a cursor (JSON): a copy, reading goes on meanwhile."""
        return {"since": self._since, "recent": dict(self._recent), "older": dict(self._older)}

    def load(self, kept: object) -> None:
        """Take over what `dump` gave; what cannot be understood counts as nothing."""
        try:
            self._since = int(kept["since"])  # type: ignore[index]
            self._recent, self._older = (
                {str(base): (int(count), int(place)) for base, (count, place) in kept[name].items()}  # type: ignore[index]
                for name in ("recent", "older")
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            self._since, self._recent, self._older = 0, {}, {}


def content_keys(rows: Iterable[str], places: Iterable[int], ordinals: Ordinals) -> list[str]:
    """Return the keys of rows that have nothing but their content: identities without their ordinal, NUL-joined."""
    return [_numbered(identity, place, ordinals.of) for identity, place in zip(rows, places)]


def _numbered(identity: str, place: int, number: Callable[[str, int], int]) -> str:
    digest = blake2b(identity.encode("utf-8", "replace"), digest_size=KEY_BYTES)
    plain = digest.copy()
    plain.update(b"\x000")
    base = plain.hexdigest()
    ordinal = number(base, place)
    if not ordinal:
        return base
    digest.update(b"\0%d" % ordinal)
    return digest.hexdigest()
