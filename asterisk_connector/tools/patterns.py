"""Which numbers may be dialled: a short list that an admin can read.

One pattern a line or separated by commas::

    +49*        numbers that begin with +49
    +1xxxxxxxxxx  "x" is any one digit
    1xx         extensions 100 to 199
    !+4990*     a leading "!" forbids; what is forbidden stays so, whatever else allows it

"*" at the end means "whatever follows"; elsewhere it is the star key.
"""

import re
from functools import lru_cache

_PATTERN = re.compile(r"!?\+?[0-9x*#]+\*?|!?\+\*|!?\*", re.IGNORECASE)


def invalid_patterns(text: str) -> list:
    """Return the entries of the list that are no patterns, as they were written."""
    return [entry for entry in _entries(text) if not _PATTERN.fullmatch(entry)]


@lru_cache(maxsize=256)
def _compiled(text: str) -> tuple:
    """The list as (allow, forbid): two tuples of regular expressions."""
    allow, forbid = [], []
    for entry in _entries(text):
        if _PATTERN.fullmatch(entry):
            (forbid if entry.startswith("!") else allow).append(_regex(entry.lstrip("!")))
    return tuple(allow), tuple(forbid)


def is_allowed(number: str, text: str) -> bool:
    """Return whether the list allows the number.

    :param number: E.164, or an internal number as dialled
    :param text: the list; an empty one allows nothing
    """
    allow, forbid = _compiled(text or "")
    return any(r.fullmatch(number) for r in allow) and not any(r.fullmatch(number) for r in forbid)


def _entries(text: str) -> list:
    return [entry for entry in re.split(r"[\s,;]+", text or "") if entry]


def _regex(entry: str) -> re.Pattern:
    rest = entry.endswith("*")
    body = entry[:-1] if rest else entry
    return re.compile("".join("[0-9]" if c in "xX" else re.escape(c) for c in body) + (".*" if rest else ""))
