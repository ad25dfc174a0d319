"""The shape of a recording (docs/contract.md, ``peaks``): how loud each moment is, as the player draws it.

It is taken from the WAV file, before that is made small: nobody has to decode two hours of Opus to see them.
"""

from __future__ import annotations

import base64
import sys
from array import array
from pathlib import Path
from typing import BinaryIO, Callable

from . import wav

BUCKETS = 500
#: Samples that are looked at in one go: about a millisecond in which no other thread works.
BLOCK = 1 << 14


def of_wav(path: Path, pause: Callable[[], None] = lambda: None) -> list[str]:
    """Return the shape of a file of 16-bit PCM: a text for each channel. Memory stays the same.

    :param pause: called after each block
    :raises NotAudio: it is none
    """
    with path.open("rb") as file:
        what = wav.examine(file, path.stat().st_size)
        file.seek(len(what.header))
        frames = what.length // what.block
        bucket = max(1, -(-frames // BUCKETS))
        found = []
        for begin in range(0, frames, bucket):
            found.append(_loudest(file, min(bucket, frames - begin), what.channels, pause))
    return [base64.b64encode(bytes(peaks)).decode("ascii") for peaks in zip(*found)]


def _loudest(file: BinaryIO, frames: int, channels: int, pause: Callable[[], None]) -> list[int]:
    """Read so many frames; return how loud the loudest sample of each channel is, 0 … 255."""
    peaks = [0] * channels
    while frames:
        samples = array("h", file.read(min(frames, BLOCK // channels) * channels * 2))
        if not samples:
            raise wav.NotAudio("The file got shorter while it was read.")
        if sys.byteorder == "big":
            samples.byteswap()
        for channel in range(channels):
            mine = samples[channel::channels]
            peaks[channel] = max(peaks[channel], max(mine), -min(mine))
        frames -= len(samples) // channels
        pause()
    return [min(255, peak * 256 // 32768) for peak in peaks]
