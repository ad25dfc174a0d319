"""The text of a note that several people, or several tabs, write at once: nothing that anybody typed is lost."""

import re
import unicodedata

#: the longest note that is taken; a browser offers less
NOTE_LENGTH = 100_000
_KEPT = {"\n", "\t"}
# Control characters and lone surrogates: PostgreSQL refuses some, no encoding has the others.
_HARMFUL = {"Cc", "Cs"}


def clean_note(value: object) -> str:
    """Return a note as it may be stored: lines of text, spaces as they were typed, nothing that harms.

    :param value: anything; what is no text gives ""
    """
    if not isinstance(value, str):
        return ""
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in _KEPT or unicodedata.category(c) not in _HARMFUL)


def merge_notes(base: str, mine: str, theirs: str) -> str:
    """Return the text with both changes, word by word.

    Where both changed the same place both are kept, theirs first.

    :param base: what I had before me when I began to type
    :param mine: what I have made of it
    :param theirs: what others have made of it meanwhile
    """
    if theirs in (base, mine):
        return mine
    if mine == base:
        return theirs
    words = _words(base)
    begin, end, insert = _change(words, _words(mine))
    their_begin, their_end, their_insert = _change(words, _words(theirs))
    if end < their_begin or (end == their_begin and begin < end):
        parts = (words[:begin], insert, words[end:their_begin], their_insert, words[their_end:])
    elif their_end < begin or (their_end == begin and their_begin < their_end):
        parts = (words[:their_begin], their_insert, words[their_end:begin], insert, words[end:])
    else:
        # The changes touch: each as if it had replaced the whole of what either did.
        first, last = min(begin, their_begin), max(end, their_end)
        insert = "".join([*words[first:begin], *insert, *words[end:last]])
        their_insert = "".join([*words[first:their_begin], *their_insert, *words[their_end:last]])
        parts = (words[:first], both(their_insert, insert), words[last:])
    return "".join("".join(part) for part in parts)


def both(first: str, second: str) -> str:
    """Return two texts as one: the longer where it has the other in it, else one below the other.

    Where the first one begins a new line and the second one goes on in the old one, the second comes before.
    """
    if _has(first, second):
        return first
    if _has(second, first):
        return second
    return second + first if first[0] == "\n" != second[0] else f"{first.rstrip()}\n{second}"


def _has(text: str, part: str) -> bool:
    """Return whether the part stands in the text, word for word, or the text is the part and more."""
    words, wanted = " ".join(text.split()), " ".join(part.split())
    return words.startswith(wanted) or f" {wanted} " in f" {words} "


def _words(text: str) -> list:
    """Return the words and what is between them; joined they are the text again."""
    return re.findall(r"\s+|\S+", text)


def _change(base: list, changed: list) -> tuple:
    """Return ``(begin, end, insert)``: that stretch of the base was replaced by those words."""
    begin = _common(base, changed)
    tail = _common(base[begin:][::-1], changed[begin:][::-1])
    return begin, len(base) - tail, changed[begin : len(changed) - tail]


def _common(one: list, other: list) -> int:
    """Return how many words two texts begin with alike."""
    length = min(len(one), len(other))
    return next((at for at in range(length) if one[at] != other[at]), length)
