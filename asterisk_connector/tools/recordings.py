"""What the agent tells of a recorded file, checked; and whether Odoo wants it. Pure."""

import re

from .text import ID_LENGTH, MESSAGE_LENGTH, clean

FILE_LENGTH = 255
#: no telephone call is longer than a week, no recording of one larger than this
MAX_SECONDS = 7 * 24 * 3600
MAX_BYTES = 16 * 1024**3
MIMETYPES = {"audio/ogg": "ogg", "audio/mpeg": "mp3", "audio/wav": "wav"}
STATES = ("ready", "failed", "waiting")
#: until the call of a recording is known, its end included, nobody can say whether a policy wants it; then it is late
PATIENCE_SECONDS = 7 * 24 * 3600
LAST_SECOND = 4102444800

_KEY = re.compile(r"[0-9a-f]{32}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


class RecordingError(ValueError):
    """An item is no recording of the contract; the message says which key is wrong."""

    code = "invalid"


def parse(item: object) -> dict:
    """Return a checked recording with all keys of the contract (docs/contract.md, ``recordings``).

    :raise RecordingError: it cannot be one
    """
    if not isinstance(item, dict):
        raise RecordingError("an object is expected")
    state = item.get("state")
    recording = {
        "key": _matching(item, "key", _KEY, "32 hex digits are expected"),
        "linkedid": _text(item, "linkedid", ID_LENGTH, needed=True),
        "uniqueid": _text(item, "uniqueid", ID_LENGTH),
        "file": _text(item, "file", FILE_LENGTH, needed=True),
        "state": state if state in STATES else _fail("state", f"one of {', '.join(STATES)} is expected"),
        "problem": clean(item.get("problem"), MESSAGE_LENGTH),
        "started_at": _number(item, "started_at", LAST_SECOND),
        "seconds": _number(item, "seconds", MAX_SECONDS),
        "channels": 2 if item.get("channels") == 2 else 1,
        "mimetype": item.get("mimetype") if item.get("mimetype") in MIMETYPES else "",
        "bytes": 0,
        "sha256": "",
    }
    if state == "ready":
        recording["bytes"] = int(_number(item, "bytes", MAX_BYTES)) or _fail("bytes", "an empty file is no recording")
        recording["sha256"] = _matching(item, "sha256", _SHA256, "64 hex digits are expected")
        if not recording["mimetype"]:
            _fail("mimetype", f"one of {', '.join(MIMETYPES)} is expected")
    return recording


def is_wanted(policy: dict, call: dict | None, age_seconds: float) -> bool | None:
    """Return whether a recording is to be uploaded; None when that cannot be said yet.

    :param policy: ``policy`` all, answered, chosen or none; ``endpoints`` and ``queues``, sets, for chosen
    :param call: ``ended``, ``answered``, ``endpoints`` (a set) and ``queue``; None when Odoo does not know it
    :param age_seconds: how long ago the recording began
    """
    kind = policy["policy"]
    if kind in ("all", "none"):
        return kind == "all"
    is_late = age_seconds > PATIENCE_SECONDS
    if call is None:
        # Who was not chosen must not be recorded; an unknown call may well have been answered.
        return (kind == "answered") if is_late else None
    if kind == "answered":
        is_sure = call["answered"]
    else:
        is_sure = bool(policy["endpoints"] & call["endpoints"]) or call["queue"] in policy["queues"]
    return True if is_sure else (False if call["ended"] or is_late else None)


def _fail(key, words):
    raise RecordingError(f"{key}: {words}")


def _matching(item, key, pattern, words):
    value = item.get(key)
    return value if isinstance(value, str) and pattern.fullmatch(value) else _fail(key, words)


def _text(item, key, length, needed=False):
    value = clean(item.get(key), length)
    return value if value or not needed else _fail(key, "a text is expected")


def _number(item, key, most):
    value = item.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        _fail(key, f"a number from 0 to {most} is expected")
    return value
