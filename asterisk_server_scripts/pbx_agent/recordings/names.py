"""What the name of a file says: whether it is a recording, of which call, and which side of it. Pure.

Paths are those below the recording folder. Names come from dialplans, and dialplans put callers' numbers into them:
what does not look exactly like a recording of the chosen layout is left alone.

- ``plain``: odoo-record of our dialplan. ``2026/01/31/in-1764000000.10.wav`` with the linkedid; beside it ``-rx`` (what
  came from the client) and ``-tx`` (what went to him). A second attempt of the same call has ``_2``.
- ``freepbx``: ``2026/01/31/out-0123456-101-20260131-101500-1764000000.10.wav``, at the end the channel's uniqueid.
- ``mikopbx``: ``2026/01/31/10/mikopbx-1764000000.10_oWgzQFMPRA.mp3`` with the uniqueid. Its WAV files are the
  beginnings of these, which the PBX converts itself.
- ``askozia``: any name in which a uniqueid can be told.
"""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from ..ami.text import ID_LIMIT

PATH_LIMIT = 255
_UNIQUEID = r"(?:[A-Za-z][A-Za-z0-9_]{0,39}-)?[0-9]{9,11}\.[0-9]{1,10}"
_DAY = r"[0-9]{4}/[0-9]{2}/[0-9]{2}/"
_LAYOUTS = {
    "plain": re.compile(
        _DAY + r"(?:in|out)-(?P<linkedid>[A-Za-z0-9.-]{1,150}?)(?:_[0-9]{1,3})?(?P<part>-rx|-tx)?\.wav", re.ASCII
    ),
    "freepbx": re.compile(
        _DAY + rf"[^/]*-[0-9]{{8}}-[0-9]{{6}}-(?P<uniqueid>{_UNIQUEID})\.(?:wav|WAV|gsm|mp3|ogg)", re.ASCII
    ),
    "mikopbx": re.compile(
        _DAY + rf"[0-9]{{2}}/(?:[a-z]+_)?(?P<uniqueid>{_UNIQUEID})_[^/]*\.(?:mp3|webm)", re.ASCII
    ),
    "askozia": re.compile(
        rf"(?:[^/]+/)*[^/]*?(?<![A-Za-z0-9])(?P<uniqueid>{_UNIQUEID})(?!\.?[0-9])[^/]*\.(?:mp3|wav|ogg)", re.ASCII
    ),
}  # fmt: skip
#: What else belongs to a recording: removed with it.
_SIDES = ("-rx", "-tx", "_in", "_out")


class Named(NamedTuple):
    """A recording as its name tells it; "" where it does not. A file of one side (`part`) belongs to `file`."""

    file: str
    linkedid: str
    uniqueid: str = ""
    part: str = ""


def named(path: str, layout: str) -> Named | None:
    """Return what `path` names in this layout, None: it is no recording."""
    if not is_below(path):
        return None
    match = _LAYOUTS[layout].fullmatch(path)
    if match is None:
        return None
    found = match.groupdict()
    part = found.get("part") or ""
    file = path.replace(f"{part}.wav", ".wav") if part else path
    uniqueid = found.get("uniqueid") or ""
    # The channel that is recorded from the beginning is mostly the one that gave the call its linkedid.
    return Named(file, found.get("linkedid") or uniqueid, uniqueid, part)


def is_below(path: object) -> bool:
    """Whether `path` is one of a file below a folder: relative, without ways out, without control characters."""
    if not isinstance(path, str) or not 0 < len(path) <= PATH_LIMIT or not path.isprintable():
        return False
    return "\\" not in path and all(part not in ("", ".", "..") for part in path.split("/"))


def family(file: str) -> list[str]:
    """Return the paths of a recording and of all that a PBX may have made of it."""
    stem, _dot, _ending = file.rpartition(".")
    return list(dict.fromkeys([file, f"{stem}.wav", *(f"{stem}{side}.wav" for side in _SIDES)]))


def sides(file: str) -> tuple[str, str]:
    """Return the paths of what was heard from the client and of what he heard."""
    stem = file.rpartition(".")[0]
    return f"{stem}-rx.wav", f"{stem}-tx.wav"


def key_of(linkedid: str, file: str) -> str:
    """Return the recording's identity (docs/contract.md, "recordings")."""
    return hashlib.blake2b(f"{linkedid}\0{file}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def began(linkedid: str, uniqueid: str) -> float:
    """Return when the channel began (seconds since the epoch) as its id tells, 0: it does not."""
    for text in (uniqueid, linkedid):
        match = re.search(r"(?:^|-)([0-9]{9,10})\.[0-9]+$", text[:ID_LIMIT], re.ASCII)
        if match:
            return float(match[1])
    return 0.0
