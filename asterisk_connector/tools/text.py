"""Make text that came from a telephone line harmless.

A caller's name, a channel's name, any header of a SIP peer is hostile: it may hold line breaks that split protocol
frames, NUL that PostgreSQL refuses, lone surrogates that cannot be encoded, or direction marks that turn a name round
on the screen.
"""

import unicodedata

NAME_LENGTH = 80
NUMBER_LENGTH = 40
CHANNEL_LENGTH = 150
ID_LENGTH = 150
MESSAGE_LENGTH = 500

# Control, format (direction marks, zero width), surrogate and private characters, line and paragraph separators.
_HARMFUL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Joiners are format characters too, but names in Persian or Hindi and emoji need them.
_NEEDED = {"\u200c", "\u200d"}


def clean(value: object, length: int) -> str:
    """Return ``value`` as one line of printable text of at most ``length`` characters.

    :param value: anything; what is no text (or None) gives ""
    :param length: the most characters that are kept
    """
    if not isinstance(value, str):
        return ""
    # The cut comes first so that a megabyte of rubbish costs nothing; twice the length leaves room for what is removed.
    kept = (c for c in value[: length * 2] if c in _NEEDED or unicodedata.category(c) not in _HARMFUL)
    return "".join(kept).strip()[:length].rstrip()
