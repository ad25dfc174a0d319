"""Session descriptions (RFC 4566) and the offer/answer of one audio stream (RFC 3264): G.711 and RFC 4733 digits."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

PCMU, PCMA = 0, 8
DTMF = 101  # the dynamic payload type we offer; in an answer the offerer's number is used
_NAMES = {PCMU: "PCMU", PCMA: "PCMA"}
_MIRROR = {"sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}
_AND_ON_HOLD = {"sendrecv": "sendonly", "recvonly": "inactive"}


class SdpError(ValueError):
    """A description without an audio stream that we can speak: answered with 488."""


@dataclass(frozen=True)
class Description:
    """One side of an audio stream.

    :param codecs: RTP payload types of G.711, best first
    :param dtmf: payload type of telephone-event, None = digits can't be sent
    :param direction: sendrecv, sendonly (this side holds), recvonly or inactive, seen from the side that wrote it
    :param media: all m-lines as received; an answer must refuse the ones it does not want, in their order
    """

    host: str
    port: int
    codecs: tuple[int, ...] = (PCMA, PCMU)
    dtmf: int | None = DTMF
    direction: str = "sendrecv"
    media: tuple[str, ...] = field(default=("audio",), compare=False)

    @property
    def holds(self) -> bool:
        """The side that wrote this does not want to hear us (new and old way to say so)."""
        return self.direction in ("sendonly", "inactive") or self.host == "0.0.0.0"

    def encode(self, session: int, version: int) -> bytes:
        """The body of a message.

        :param session: stays the same for a dialog
        :param version: grows with each change (RFC 3264, 8)
        """
        lines = ["v=0", f"o=- {session} {version} IN IP4 {self.host}", "s=-", f"c=IN IP4 {self.host}", "t=0 0"]
        audio_written = False
        for line in self.media:
            if line.startswith("audio") and not audio_written:
                audio_written = True
                lines += self._audio_lines()
            else:
                kind, _, *rest = line.split()
                lines.append(" ".join([f"m={kind} 0", *rest]))
        return ("\r\n".join(lines) + "\r\n").encode()

    def _audio_lines(self) -> list[str]:
        payloads = [*self.codecs, *([self.dtmf] if self.dtmf is not None else [])]
        lines = [f"m=audio {self.port} RTP/AVP {' '.join(map(str, payloads))}"]
        lines += [f"a=rtpmap:{codec} {_NAMES[codec]}/8000" for codec in self.codecs]
        if self.dtmf is not None:
            lines += [f"a=rtpmap:{self.dtmf} telephone-event/8000", f"a=fmtp:{self.dtmf} 0-15"]
        return [*lines, "a=ptime:20", f"a={self.direction}"]


def parse(body: bytes) -> Description:
    """Read the first usable audio stream.

    :raises SdpError: when there is none
    """
    session, *sections = re.split(r"^m=", body.decode("utf-8", "replace").replace("\r\n", "\n"), flags=re.M)
    audio = next((section for section in sections if re.match(r"audio [1-9]", section)), None)
    if audio is None:
        raise SdpError("no audio stream in the session description")
    head = re.match(r"audio (\d+)(?:/\d+)? RTP/AVP((?: \d+)+)", audio)
    host = re.search(r"^c=IN IP4 (\S+)", audio, re.M) or re.search(r"^c=IN IP4 (\S+)", session, re.M)
    if not head or not host:
        raise SdpError(f"an audio stream I can't read: m={audio.splitlines()[0]}")
    payloads = [int(number) for number in head[2].split()]
    codecs = tuple(number for number in payloads if number in _NAMES)
    if not codecs:
        raise SdpError("no G.711 among the offered codecs")
    events = re.search(r"^a=rtpmap:(\d+) telephone-event/8000", audio, re.M | re.I)
    return Description(
        host[1],
        int(head[1]),
        codecs,
        int(events[1]) if events and int(events[1]) in payloads else None,
        _direction(audio) or _direction(session) or "sendrecv",
        tuple(section.splitlines()[0] for section in sections),
    )


def _direction(section: str) -> str:
    found = re.search(r"^a=(sendrecv|sendonly|recvonly|inactive)\s*$", section, re.M)
    return found[1] if found else ""


def answer(offer: Description, host: str, port: int, on_hold: bool = False) -> Description:
    """Our answer: the offer's codecs in its order, its digits, its direction seen from our side.

    :param on_hold: we keep the other side on hold, whatever it offers
    """
    direction = _MIRROR[offer.direction]
    if on_hold:
        direction = _AND_ON_HOLD.get(direction, direction)
    return replace(offer, host=host, port=port, direction=direction)
