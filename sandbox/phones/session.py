"""The audio session of one call: offers, answers and the stream they are about (RFC 3264)."""

from __future__ import annotations

import random
from collections.abc import Callable

from . import sdp
from .rtp import RtpStream


class AudioSession:
    """Open with `await AudioSession.open(...)`, end with `close()`.

    :ivar stream: the RTP stream
    :ivar remote_held: the other side's last description put us on hold
    """

    def __init__(self, host: str, stream: RtpStream) -> None:
        self.stream = stream
        self.remote_held = False
        self._host = host
        self._id = random.getrandbits(31)
        self._version = 0

    @classmethod
    async def open(cls, host: str, tone: int, changed: Callable[[], None]) -> AudioSession:
        """:param tone: Hz to send
        :param changed: called for each digit received
        """
        return cls(host, await RtpStream.open(host, tone, changed))

    def close(self) -> None:
        self.stream.close()

    def offer(self, held: bool = False) -> bytes:
        """The body that offers our audio, or puts the other side on hold."""
        return self._encode(sdp.Description(self._host, self.stream.port, direction="sendonly" if held else "sendrecv"))

    def answer(self, offer: bytes, held: bool) -> bytes:
        """Take an offer and return our answer; an empty one asks for our own offer.

        :raises SdpError: when we have nothing in common
        """
        if not offer:
            return self.offer(held)
        remote = sdp.parse(offer)
        self._connect(remote)
        return self._encode(sdp.answer(remote, self._host, self.stream.port, held))

    def accept(self, answer: bytes) -> None:
        """Take the answer to our offer.

        :raises SdpError: when it is none
        """
        self._connect(sdp.parse(answer))

    def _connect(self, remote: sdp.Description) -> None:
        self.remote_held = remote.holds
        self.stream.connect(remote)

    def _encode(self, description: sdp.Description) -> bytes:
        self._version += 1
        return description.encode(self._id, self._version)
