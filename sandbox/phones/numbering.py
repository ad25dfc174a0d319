"""The numbers of the sandbox's company; `sandbox/etc/README.md` tells what each does."""

from __future__ import annotations

import re

EXTENSIONS = ("101", "102", "103", "104", "105")
SECOND_DEVICES = {"1052": "105"}  # a second phone → whose it is
DEVICES = (*EXTENSIONS, *SECOND_DEVICES)

_COMPANY = "+4930555701"
SALES = _COMPANY + "00"
SUPPORT_QUEUE = _COMPANY + "50"
MENU = _COMPANY + "60"
VOICEMAIL = _COMPANY + "70"


def direct_number(extension: str) -> str:
    """The number by which an extension is called from outside: 102 has +493055570102."""
    return _COMPANY + extension[1:]


def outside_number(line: str) -> str:
    """What a caller dials to reach `line`: an extension's direct number; anything else is dialled as it is.

    :raises ValueError: when that is no number
    """
    if line in EXTENSIONS:
        return direct_number(line)
    if not re.match(r"^\+?[0-9*#]{2,20}$", line):
        raise ValueError(f"{line!r} is no number: use one like {SALES}, or an extension ({', '.join(EXTENSIONS)})")
    return line
