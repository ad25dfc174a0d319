"""Cleaning of text that came from a telephone line. Pure.

Everything a caller, a SIP peer or a dialplan can set is hostile: it may hold control characters, line breaks,
kilobytes.
"""

from __future__ import annotations

import re

NAME_LIMIT = 80
NUMBER_LIMIT = 40
CHANNEL_LIMIT = 150
ID_LIMIT = 150

#: What Asterisk writes where it knows nothing.
UNKNOWN = frozenset({"<unknown>", "unknown", "<none>", "(null)", "<not set>"})


def clean(value: object, limit: int) -> str:
    """Return `value` as one line of printable text of at most `limit` characters; "" for what is no text or number."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return ""
    if not value.isprintable():
        # Cut first: ten kilobytes of control characters are not worth ten thousand tests.
        value = "".join(" " if char == "\u00a0" else char for char in value[: limit * 4] if _is_text(char))
    return value.strip()[:limit]


def _is_text(char: str) -> bool:
    return char.isprintable() or char == "\u00a0"


#: Asterisk writes names as C strings: `O\\'Neil`, `\\"Bob\\"`.
_ESCAPED = re.compile(r"\\([\"'?\\abfnrtv])")
_CONTROL = frozenset("abfnrtv")


def unescaped(value: object) -> object:
    """Return a name without the backslashes that Asterisk puts before quotes; escaped control characters are spaces."""
    if not isinstance(value, str) or "\\" not in value:
        return value
    return _ESCAPED.sub(lambda match: " " if match[1] in _CONTROL else match[1], value)


def known(value: object, limit: int) -> str:
    """Return cleaned text, "" for Asterisk's ways to say that it does not know."""
    text = clean(value, limit)
    return "" if text.lower() in UNKNOWN else text


WITHHELD = frozenset({"anonymous", "restricted", "private", "unavailable", "withheld", "asterisk", "anonymous.invalid"})


def phone_number(value: object) -> str:
    """Return a number as the PBX saw it; "" when it is unknown or withheld."""
    text = known(value, NUMBER_LIMIT)
    return "" if text.lower() in WITHHELD else text
