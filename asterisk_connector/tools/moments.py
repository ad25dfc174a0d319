"""Notes about a moment of a recording: a link in a message of the call's chatter, and the words around it."""

import html
import re

_TAG = re.compile(r"<[^<>]*>")
_LINK = r"<a\b[^<>]*\bhref=[\"'][^\"'<>]*#asterisk_recording={recording}(?:&amp;|&)t=(\d{{1,6}})[\"'][^<>]*>.*?</a>"


def moment_of(body: str, recording_id: int) -> tuple[int, str] | None:
    """Return ``(second, words)`` of a message that links to a moment of the recording; None when it does not.

    :param body: the message as Odoo keeps it: sanitized HTML
    """
    link = re.search(_LINK.format(recording=int(recording_id)), body or "", re.DOTALL)
    if not link:
        return None
    words = _TAG.sub(" ", body[: link.start()] + " " + body[link.end() :])
    return int(link[1]), " ".join(html.unescape(words).split())
