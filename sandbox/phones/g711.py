"""G.711 (ITU-T): 16-bit linear samples to one byte each and back, A-law and mu-law."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import cache

from .sdp import PCMA, PCMU

RATE = 8000  # samples per second
FRAME = 160  # samples of one RTP packet: 20 ms
_ULAW_BIAS = 132
_ULAW_CLIP = 32635


def _alaw_byte(sample: int) -> int:
    """13 significant bits: sign, 3 bits of segment, 4 of the value within it; even bits inverted on the wire."""
    sign = 0x80 if sample >= 0 else 0
    magnitude = min(sample if sample >= 0 else -sample - 1, 32767) >> 4
    segment = max(magnitude.bit_length() - 4, 0)
    mantissa = (magnitude >> max(segment - 1, 0)) & 0x0F
    return (sign | segment << 4 | mantissa) ^ 0x55


def _alaw_sample(byte: int) -> int:
    byte ^= 0x55
    segment, mantissa = byte >> 4 & 7, byte & 0x0F
    magnitude = (mantissa << 4) + 8 if segment == 0 else ((mantissa << 4) + 0x108) << (segment - 1)
    return magnitude if byte & 0x80 else -magnitude


def _ulaw_byte(sample: int) -> int:
    """14 significant bits with a bias, so that a segment is the position of the highest bit; all bits inverted."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), _ULAW_CLIP) + _ULAW_BIAS
    segment = magnitude.bit_length() - 8
    return (sign | segment << 4 | (magnitude >> (segment + 3)) & 0x0F) ^ 0xFF


def _ulaw_sample(byte: int) -> int:
    byte ^= 0xFF
    magnitude = (((byte & 0x0F) << 3) + _ULAW_BIAS << (byte >> 4 & 7)) - _ULAW_BIAS
    return -magnitude if byte & 0x80 else magnitude


_ENCODERS: dict[int, Callable[[int], int]] = {PCMA: _alaw_byte, PCMU: _ulaw_byte}
_DECODED = {
    PCMA: [_alaw_sample(byte) for byte in range(256)],
    PCMU: [_ulaw_sample(byte) for byte in range(256)],
}


def encode(samples: Iterable[int], codec: int) -> bytes:
    """:param codec: RTP payload type, PCMA or PCMU"""
    encoder = _ENCODERS[codec]
    return bytes(encoder(sample) for sample in samples)


def decode(data: bytes, codec: int) -> list[int]:
    table = _DECODED[codec]
    return [table[byte] for byte in data]


@cache
def tone(frequency: int, codec: int, amplitude: int = 8000) -> bytes:
    """One second of a sine. A whole number of Hz makes it repeat without a click; 0 Hz is silence."""
    step = 2 * math.pi * frequency / RATE
    return encode((round(amplitude * math.sin(step * n)) for n in range(RATE)), codec)
