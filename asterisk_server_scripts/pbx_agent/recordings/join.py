"""Sound from open files into one, block by block: mended, or two sides as left and right. Memory stays the same."""

from __future__ import annotations

from array import array
from typing import BinaryIO, Callable

from .wav import NotAudio, Wav, header, plain_header

BLOCK = 1 << 16
_SAMPLE = 2


def copy(source: BinaryIO, wav: Wav, target: BinaryIO, pause: Callable[[], None] = lambda: None) -> None:
    """Write the audio of `source` to `target` under a header that is right.

    :param pause: called after each block
    :raises NotAudio: the file got shorter, or is too long
    """
    target.write(header(wav, wav.length))
    source.seek(len(wav.header))
    left = wav.length
    while left:
        block = source.read(min(BLOCK, left))
        if not block:
            raise NotAudio("The file got shorter while it was read.")
        target.write(block)
        left -= len(block)
        pause()
    if wav.length % 2:
        target.write(b"\0")


def stereo(
    left: tuple[BinaryIO, Wav], right: tuple[BinaryIO, Wav], target: BinaryIO, pause: Callable[[], None] = lambda: None
) -> float:
    """Write two mono files as left and right of one, the shorter one followed by silence; return the seconds.

    :raises NotAudio: they do not belong together, or are too long for a WAV file
    """
    (left_file, left_wav), (right_file, right_wav) = left, right
    if not (left_wav.is_plain and right_wav.is_plain and left_wav.rate == right_wav.rate):
        raise NotAudio("The two sides of the recording do not belong together.")
    length = max(left_wav.length, right_wav.length)
    target.write(plain_header(left_wav.rate, 2, length * 2))
    left_file.seek(len(left_wav.header))
    right_file.seek(len(right_wav.header))
    for begin in range(0, length, BLOCK):
        wanted = min(BLOCK, length - begin)
        both = array("h", bytes(wanted * 2))
        both[0::2] = _samples(left_file, left_wav.length - begin, wanted)
        both[1::2] = _samples(right_file, right_wav.length - begin, wanted)
        target.write(both.tobytes())
        pause()
    return length / _SAMPLE / left_wav.rate


def _samples(file: BinaryIO, there: int, wanted: int) -> array[int]:
    """Read `wanted` bytes of which `there` are audio; the rest is silence. The order of bytes stays what it is."""
    block = file.read(max(0, min(there, wanted)))
    return array("h", block.ljust(wanted, b"\0"))
