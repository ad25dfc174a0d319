"""What the doctor found at each hop: in words for people, as JSON for machines; never a secret."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from ..ami.text import clean

OK, NOTE, FAILS, UNTOLD = "ok", "note", "FAILS", "unknown"
WORDS_LIMIT = 500
_WIDTH = 22


@dataclass(frozen=True)
class Finding:
    """One hop and how it is.

    :param level: OK; NOTE: works, but look at it; FAILS; UNTOLD: cannot be told, mostly because an earlier hop fails
    :param words: what was seen
    :param todo: what to do, "" when nothing is
    """

    hop: str
    level: str
    words: str
    todo: str = ""


def ok(hop: str, words: str) -> Finding:
    """This hop works."""
    return Finding(hop, OK, words)


def note(hop: str, words: str, todo: str = "") -> Finding:
    """This hop works, with something to look at."""
    return Finding(hop, NOTE, words, todo)


def fails(hop: str, words: str, todo: str) -> Finding:
    """This hop does not work."""
    return Finding(hop, FAILS, words, todo)


def untold(hop: str, words: str, todo: str = "") -> Finding:
    """Nothing can be said of this hop."""
    return Finding(hop, UNTOLD, words, todo)


def reason_of(error: OSError) -> str:
    """Return the system's words for a network error, without the address that asyncio puts in their place."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)


def all_well(findings: Iterable[Finding]) -> bool:
    """Whether nothing fails."""
    return not any(finding.level == FAILS for finding in findings)


def as_text(finding: Finding) -> str:
    """Return a finding's line or two, ready to print; what came from outside cannot move the cursor."""
    text = f"{finding.level:8} {finding.hop:{_WIDTH}} {clean(finding.words, WORDS_LIMIT)}"
    return f"{text}\n{'':8} {'':{_WIDTH}} -> {finding.todo}" if finding.todo else text


def as_json(findings: list[Finding], version: str) -> str:
    """Return all findings as one JSON object: ``{"version", "well", "findings": [{"hop", "level", "words", "todo"}]}``,
    levels in lower case.
    """
    items = [{**asdict(finding), "level": finding.level.lower()} for finding in findings]
    return json.dumps({"version": version, "well": all_well(findings), "findings": items}, indent=1, ensure_ascii=False)
