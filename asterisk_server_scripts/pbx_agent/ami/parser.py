"""Bytes of an AMI stream -> frames as dictionaries with lower-case keys. Pure.

A frame is a run of ``Key: value`` lines that ends with an empty line. Bytes are kept until a frame is whole, so a UTF-8
character that TCP split in two survives. Source: Asterisk's manager interface, "AMI v2 specification".

Asterisk writes numbers as SIP carried them, and SIP can carry line breaks (``sip:1%0d%0aUniqueid: 2@…``): who calls can
write lines into the events of his own call. Such an event says something twice, Asterisk's own never do; it is left
out. That he writes no whole frame is the care of `connection.py` (lists) and of the filter in etc/manager.conf
(events).
"""

from __future__ import annotations

import re
from typing import Union

Frame = dict[str, Union[str, list[str]]]

#: Keys that Asterisk itself repeats; of any other key only the first value counts.
REPEATED = frozenset({"chanvariable", "destchanvariable", "variable", "output"})
#: Asterisk's own events stay far below this; a stream without frame ends is no AMI stream.
MAX_FRAME_BYTES = 1 << 20
#: Not str.splitlines(): that also cuts at characters which a caller's name may contain.
_LINE_END = re.compile(r"\r\n|\n|\r")


def parse_frame(text: str) -> Frame:
    """Return the fields of one frame's `text`; lines without a colon (the greeting, noise) are left out.

    :param text: the lines of a frame, ended by LF or CRLF
    :return: lower-case key -> value; a list for keys that Asterisk repeats
    """
    return _parse(text)[0]


def _parse(text: str) -> tuple[Frame, str]:
    """Return a frame, and a key that it must not have twice and has ("" where there is none)."""
    frame: Frame = {}
    twice = ""
    for line in text.split("\n"):
        key, colon, value = line.partition(":")
        if not colon:
            continue
        key = key.strip().lower()
        value = value.strip(" \r")
        if key in REPEATED:
            frame.setdefault(key, []).append(value)  # type: ignore[union-attr]
        elif key in frame:
            twice = key
        elif key:
            frame[key] = value
    return frame, twice


class FrameBuffer:
    """Gathers bytes from a socket and gives whole frames, in order.

    :ivar forged: how many events were left out because a caller wrote into them
    """

    def __init__(self) -> None:
        self._pending = b""
        self.banner = ""
        self.forged = 0

    def feed(self, data: bytes) -> list[Frame]:
        """Take `data` as it came from the socket and return the frames it completed.

        :raises ValueError: more than MAX_FRAME_BYTES without the end of a frame
        """
        chunks = (self._pending + data).split(b"\r\n\r\n")
        self._pending = chunks.pop()
        if len(self._pending) > MAX_FRAME_BYTES:
            self._pending = b""
            raise ValueError(f"no end of frame within {MAX_FRAME_BYTES} bytes: this is no AMI stream")
        frames = []
        for chunk in chunks:
            text = chunk.decode("utf-8", "replace")
            if not self.banner and text.lstrip().startswith("Asterisk Call Manager"):
                self.banner = text.lstrip().partition("\n")[0].strip()
            frame, twice = _parse(text)
            if twice and "event" in frame:
                self.forged += 1
            elif frame:
                frames.append(frame)
        return frames


def parse_capture(text: str) -> list[Frame]:
    """Return the frames of a whole captured stream, however its lines end (CRLF, LF) and however many blank lines part
    them.
    """
    lines: list[str] = []
    frames: list[Frame] = []
    for line in [*_LINE_END.split(text), ""]:
        if line.strip():
            lines.append(line.strip())
            continue
        frame = parse_frame("\n".join(lines))
        lines = []
        if frame:
            frames.append(frame)
    return frames
