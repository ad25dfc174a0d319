"""WAV files as Asterisk leaves them: told from other files, and their headers mended. Pure; works on open files.

The sizes in the header are written when the file is closed, so a killed Asterisk leaves zeros there; the file's own
length tells the truth. Source: "Multimedia Programming Interface and Data Specifications 1.0" (RIFF, WAVE).
"""

from __future__ import annotations

import struct
from typing import BinaryIO, NamedTuple

PCM = 1
MOST_BYTES = (1 << 32) - 4096  # what the header's 32 bits can tell
_MOST_HEADER = 1 << 16
_KNOWN_TAILS = frozenset({b"LIST", b"fact", b"cue ", b"id3 ", b"ID3 ", b"bext", b"afsp", b"JUNK"})


class NotAudio(Exception):
    """The file is none that can be played; the message says why, in words for a person."""


class Wav(NamedTuple):
    """What is in a WAV file: `header` up to the audio, which begins after it and is `length` bytes long."""

    header: bytes
    length: int
    encoding: int
    channels: int
    rate: int
    bits: int
    block: int

    @property
    def is_plain(self) -> bool:
        """Whether it is 16-bit PCM of one channel, as Asterisk records."""
        return (self.encoding, self.channels, self.bits) == (PCM, 1, 16)

    @property
    def seconds(self) -> float:
        """How long it is. Of compressed audio (GSM) only what the header says of its rate is known."""
        return self.length / self.block / self.rate if self.encoding == PCM else self.length / (_byte_rate(self) or 1)


def _byte_rate(wav: Wav) -> int:
    at = wav.header.find(b"fmt ")
    return struct.unpack_from("<I", wav.header, at + 16)[0]


def examine(file: BinaryIO, size: int) -> Wav:
    """Return what is in a file of `size` bytes; what its header says wrongly of sizes does not count.

    :raises NotAudio: it is no WAV file, or one that cannot be played
    """
    file.seek(0)
    head = file.read(_MOST_HEADER)
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        raise NotAudio("The file is not audio.")
    at, form = 12, b""
    while at + 8 <= len(head):
        name, told = head[at : at + 4], struct.unpack_from("<I", head, at + 4)[0]
        if name == b"data":
            whole = told % _block(form) == 0  # else the header is wrong, whatever follows
            length = _length(file, at + 8, told if whole else 0, size)
            return _wav(head[: at + 8], form, length)
        if name == b"fmt ":
            form = head[at + 8 : at + 8 + told]
        at += 8 + told + told % 2
    raise NotAudio("The file ends before its sound begins.")


def _block(form: bytes) -> int:
    """How many bytes belong together, by the format chunk; 1 where it does not say."""
    return struct.unpack_from("<H", form, 12)[0] or 1 if len(form) >= 14 else 1


def _wav(header: bytes, form: bytes, length: int) -> Wav:
    if len(form) < 16:
        raise NotAudio("The file does not say how its sound is written.")
    encoding, channels, rate, _bytes, block, bits = struct.unpack_from("<HHIIHH", form)
    if not (1 <= channels <= 2 and 4000 <= rate <= 192_000 and 1 <= block <= 4096):
        raise NotAudio("The file's description of its sound makes no sense.")
    if encoding == PCM and (bits not in (8, 16, 24, 32) or block != channels * bits // 8):
        raise NotAudio("The file's description of its sound makes no sense.")
    return Wav(header, length - length % block, encoding, channels, rate, bits, block)


def _length(file: BinaryIO, begin: int, told: int, size: int) -> int:
    """How many bytes of audio there are: up to the file's end, unless another chunk follows where the header says."""
    there = max(0, size - begin)
    if 0 < told < there:
        end = begin + told + told % 2
        file.seek(end)
        if file.read(4) in _KNOWN_TAILS or end == size:
            return told
    return there


def header(wav: Wav, length: int) -> bytes:
    """Return the header of `wav` for `length` bytes of audio. :raises NotAudio: it is longer than a WAV file can be"""
    if length > MOST_BYTES:
        raise NotAudio("The recording is too long for a WAV file.")
    total = len(wav.header) - 8 + length + length % 2
    return b"RIFF" + struct.pack("<I", total) + wav.header[8:-4] + struct.pack("<I", length)


def plain_header(rate: int, channels: int, length: int) -> bytes:
    """Return the header of `length` bytes of 16-bit PCM. :raises NotAudio: it is longer than a WAV file can be"""
    if length > MOST_BYTES:
        raise NotAudio("The recording is too long for a WAV file.")
    form = struct.pack("<HHIIHH", PCM, channels, rate, rate * channels * 2, channels * 2, 16)
    return b"".join(
        [b"RIFF", struct.pack("<I", 36 + length), b"WAVEfmt ", struct.pack("<I", 16), form, b"data",
         struct.pack("<I", length)]
    )  # fmt: skip
