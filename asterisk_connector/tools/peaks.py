"""The shape of a recording: how loud each of its moments is, channel by channel.

A shape is a list with a text for each channel: the base64 of up to 500 bytes, 0 for silence, 255 for the loudest that
a sample can be. Pure; a file of hours is read in blocks.
"""

import base64
import binascii
import sys
import wave
from array import array

BUCKETS = 500
BLOCK_FRAMES = 65536


def of_wav(path) -> list | None:
    """Return the shape of a WAV file of 16 bit samples; None when it is something else.

    :param path: one or two channels of any length
    """
    try:
        with wave.open(str(path), "rb") as audio:
            channels, frames = audio.getnchannels(), audio.getnframes()
            if audio.getsampwidth() != 2 or channels not in (1, 2) or not frames:
                return None
            return [base64.b64encode(bytes(peaks)).decode() for peaks in _peaks(audio, channels, frames)]
    except (wave.Error, EOFError, OSError):
        return None


def _peaks(audio, channels, frames):
    bucket = max(1, -(-frames // BUCKETS))
    peaks = [[] for _channel in range(channels)]
    # Whole buckets a block, so that none of them is cut in two.
    step = max(1, BLOCK_FRAMES // bucket) * bucket
    while data := audio.readframes(step):
        samples = array("h", data[: len(data) // 2 * 2])
        if sys.byteorder == "big":
            samples.byteswap()
        for channel in range(channels):
            mine = samples[channel::channels]
            for begin in range(0, len(mine), bucket):
                part = mine[begin : begin + bucket]
                peaks[channel].append(min(255, max(max(part), -min(part)) * 256 // 32768))
    return peaks


def checked(value: object, channels: int) -> list | None:
    """Return a shape that came from outside, None unless it is one of so many channels."""
    if not isinstance(value, list) or len(value) != channels:
        return None
    try:
        sizes = {len(base64.b64decode(text, validate=True)) for text in value}
    except (TypeError, ValueError, binascii.Error):
        return None
    return list(value) if len(sizes) == 1 and 0 < sizes.pop() <= BUCKETS else None
