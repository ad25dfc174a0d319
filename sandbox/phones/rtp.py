"""The audio of one call: RTP (RFC 3550) with a tone out, what came in lately, keys both ways (RFC 4733)."""

from __future__ import annotations

import asyncio
import random
import struct
from collections import deque
from collections.abc import Callable, Iterable

from . import tone
from .g711 import FRAME, RATE, decode
from .g711 import tone as sine
from .sdp import PCMA, PCMU, Description

DIGITS = "0123456789*#ABCD"  # event codes 0..15
_FRAME_SECONDS = FRAME / RATE
_DIGIT_FRAMES = 5  # 100 ms
_GAP_FRAMES = 4  # 80 ms of silence, so that two equal digits stay two
_REMEMBERED = 500  # packets: the last 10 s
_HEADER = struct.Struct("!BBHII")
_EVENT = struct.Struct("!BBH")


class RtpStream(asyncio.DatagramProtocol):
    """Open with `await RtpStream.open(host)`, tell it the far end with `connect()`, end with `close()`.

    :ivar tone: Hz of the sine that is sent; 0 = silence. May change at any time
    :ivar muted: nothing is sent, as by a phone that holds
    :ivar digits: every digit received so far
    """

    def __init__(self, frequency: int, changed: Callable[[], None]) -> None:
        self.tone = frequency
        self.muted = False
        self.digits = ""
        self.received = 0
        self._changed = changed
        self._remote: tuple[str, int] | None = None
        self._codec = PCMA
        self._dtmf: int | None = None
        self._heard: deque[tuple[float, int, bytes]] = deque(maxlen=_REMEMBERED)
        self._last_event: tuple[bytes, bytes] | None = None
        self._outgoing: deque[bytes | None] = deque()
        self._sequence = random.randrange(1 << 15)
        self._timestamp = random.getrandbits(31)
        self._event_start = 0
        self._source = random.getrandbits(32)
        self._sender: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, host: str, frequency: int, changed: Callable[[], None] = lambda: None) -> RtpStream:
        """:param changed: called for each digit received"""
        loop = asyncio.get_running_loop()
        _, stream = await loop.create_datagram_endpoint(lambda: cls(frequency, changed), local_addr=(host, 0))
        return stream

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._socket: asyncio.DatagramTransport = transport  # type: ignore[assignment]
        self.port: int = transport.get_extra_info("sockname")[1]

    def connect(self, remote: Description) -> None:
        """Send to the far end that its description names, from now on."""
        self._remote = (remote.host, remote.port)
        self._codec, self._dtmf = remote.codecs[0], remote.dtmf
        if self._sender is None:
            self._sender = asyncio.get_running_loop().create_task(self._send_for_ever())

    def close(self) -> None:
        if self._sender:
            self._sender.cancel()
        self._socket.close()

    async def _send_for_ever(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            self._send_frame()
            self._timestamp += FRAME
            # A machine that was busy for long does not catch up with a burst: a real phone's clock would not either.
            due = max(due + _FRAME_SECONDS, loop.time() - _FRAME_SECONDS)
            await asyncio.sleep(due - loop.time())

    def _send_frame(self) -> None:
        if self._outgoing:
            self._send_digit_frame(self._outgoing.popleft())
        elif not self.muted:
            second = sine(self.tone, self._codec)
            start = self._timestamp % RATE // FRAME * FRAME
            self._send(self._codec, second[start : start + FRAME], self._timestamp)

    def _send_digit_frame(self, event: bytes | None) -> None:
        """All packets of one digit carry the time it started at; the first one is marked (RFC 4733, 2.5.1)."""
        if event is None:
            return
        first = _EVENT.unpack(event)[2] == FRAME
        if first:
            self._event_start = self._timestamp
        self._send(self._dtmf or 0, event, self._event_start, marked=first)

    def _send(self, payload: int, data: bytes, timestamp: int, marked: bool = False) -> None:
        if self._remote and not self._socket.is_closing():
            self._sequence = (self._sequence + 1) & 0xFFFF
            head = _HEADER.pack(0x80, payload | marked << 7, self._sequence, timestamp & 0xFFFFFFFF, self._source)
            self._socket.sendto(head + data, self._remote)

    async def send_digits(self, digits: str) -> None:
        """Press keys one after another; returns when the last one is out, or the call is over.

        :param digits: of 0-9, *, #, A-D
        :raises ValueError: for anything else, or when the far end takes no digits
        """
        unknown = set(digits) - set(DIGITS)
        if unknown:
            raise ValueError(f"no keys for {''.join(sorted(unknown))!r}: use {DIGITS}")
        if self._dtmf is None or self._sender is None:
            raise ValueError("the far end did not offer telephone-event, digits can't be sent")
        for digit in digits:
            self._outgoing.extend(_digit_packets(DIGITS.index(digit)))
        while self._outgoing and not self._sender.done():
            await asyncio.sleep(_FRAME_SECONDS)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) < _HEADER.size or data[0] >> 6 != 2:
            return
        payload, body = data[1] & 0x7F, data[_HEADER.size :]
        if payload in (PCMA, PCMU):
            self.received += 1
            self._heard.append((asyncio.get_running_loop().time(), payload, body))
        elif payload == self._dtmf and len(body) >= _EVENT.size:
            self._received_event(body[0], data[4:8], data[8:12])

    def _received_event(self, code: int, timestamp: bytes, source: bytes) -> None:
        """The packets of one digit share their timestamp: the first one of them counts."""
        if (timestamp, source) != self._last_event and code < len(DIGITS):
            self._last_event = (timestamp, source)
            self.digits += DIGITS[code]
            self._changed()

    def samples(self, seconds: float) -> list[int]:
        """What came in during the last `seconds` (at most 10)."""
        since = asyncio.get_running_loop().time() - seconds
        return [sample for when, codec, data in self._heard if when >= since for sample in decode(data, codec)]

    def hears(self, frequencies: Iterable[int], seconds: float = 0.4) -> set[int]:
        """Which of the tones (Hz) came in during the last `seconds`."""
        return tone.heard(self.samples(seconds), frequencies)


def _digit_packets(code: int) -> list[bytes | None]:
    """Growing durations, the last one sent three times with the end bit, then a gap."""
    volume = 10  # dBm0 below full scale
    packets: list[bytes | None] = [_EVENT.pack(code, volume, FRAME * n) for n in range(1, _DIGIT_FRAMES + 1)]
    packets += [_EVENT.pack(code, 0x80 | volume, FRAME * _DIGIT_FRAMES)] * 3
    return [*packets, *[None] * _GAP_FRAMES]
