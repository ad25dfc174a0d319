"""Columns of texts, many rows at once: numbers out of them, and what the wire does not bear taken away. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Union

TEXT_LIMIT = 255
LONG_LIMIT = 1000
LONG = frozenset({"lastdata", "userfield", "appdata", "extra"})
REMEMBERED = 50_000
MOST_DIGITS = 15
Number = Union[int, float, None]


def tidy(text: str, limit: int) -> str:
    """Return `text` without control characters, at most `limit` characters of it."""
    if not text.isprintable():
        text = "".join(char for char in text[: limit * 4] if char.isprintable() or char == "\u00a0")
    return text[:limit]


def is_tidy(rows: Iterable[Sequence[str]]) -> bool:
    """Tell whether no text of these rows holds what `tidy` takes away (length aside)."""
    return "".join(map("".join, rows)).isprintable()


def column(values: Sequence[str], name: str, clean: bool) -> Sequence[str]:
    """Return one column as the wire bears it. :param clean: `is_tidy` said so"""
    limit = LONG_LIMIT if name in LONG else TEXT_LIMIT
    if clean and len(max(values, key=len)) <= limit:
        return values
    return [tidy(value, limit) for value in values]


class Numbers(dict[str, Number]):
    """Texts already read → numbers, None for what is none."""

    def __missing__(self, text: str) -> Number:
        if len(self) > REMEMBERED:
            self.clear()
        self[text] = number = _number(text.strip())
        return number

    def column(self, texts: Sequence[str]) -> list[Number]:
        """Return the numbers of many texts; quick where all of them are digits."""
        joined = "".join(texts)
        if joined.isascii() and joined.isdigit() and all(texts) and len(max(texts, key=len)) <= MOST_DIGITS:
            return list(map(int, texts))
        return [self[text] for text in texts]


def _number(text: str) -> Number:
    if len(text) > MOST_DIGITS or not text.isascii():
        return None
    if text.isdigit() or (text[:1] == "-" and text[1:].isdigit()):
        return int(text)
    whole, dot, rest = text.partition(".")
    return float(text) if dot and whole.isdigit() and rest.isdigit() else None


def wholes(values: Sequence[Number]) -> Sequence[Number]:
    """Return integers only."""
    if float not in set(map(type, values)):
        return values
    return [value if isinstance(value, int) else None for value in values]


def nothing(value: Any, count: int) -> list[Any]:
    """Return a column that the store does not have."""
    return [value] * count
