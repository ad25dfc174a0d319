"""Programs of the system that make sound small, or readable: whichever of them is installed. None is needed: WAV is
what everybody can send.

They get names of our own only, never one that a dialplan made, no shell, little priority, and so much time.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import shutil
from pathlib import Path
from typing import Callable, NamedTuple

from ..ami.text import clean
from .courtesy import Courtesy

_logger = logging.getLogger(__name__)

NICENESS = "19"
#: Room that is left to the spool and to history, whatever waits to be converted.
MARGIN_BYTES = 64 << 20
#: Speech on the telephone, bits per second and channel.
OPUS_BITS, MP3_BITS = 16_000, 32_000
MIMETYPES = {".opus": "audio/ogg", ".ogg": "audio/ogg", ".mp3": "audio/mpeg", ".wav": "audio/wav"}


class Encoder(NamedTuple):
    """A program, and its arguments for a source, a target and a number of channels."""

    program: str
    arguments: Callable[[str, str, int], list[str]]


def _ffmpeg(*options: str) -> Callable[[str, str, int], list[str]]:
    def arguments(source: str, target: str, channels: int) -> list[str]:
        told = [option.replace("BITS", str(channels * OPUS_BITS)) for option in options]
        return ["-nostdin", "-v", "error", "-y", "-i", source, "-vn", *told, target]

    return arguments


#: Each format's programs, the best first. Long frames: nobody waits for the next one, and a fifth of the work is saved.
ENCODERS = {
    "opus": (
        Encoder("opusenc", lambda source, target, channels: [
            "--quiet", "--discard-comments", "--discard-pictures", "--framesize", "60", "--bitrate",
            str(channels * OPUS_BITS // 1000), source, target]),
        Encoder("ffmpeg", _ffmpeg("-c:a", "libopus", "-frame_duration", "60", "-b:a", "BITS", "-f", "ogg")),
        Encoder("sox", lambda source, target, channels: ["-V1", source, "-t", "ogg", "-C", "1", target]),
    ),
    "mp3": (
        Encoder("lame", lambda source, target, channels: [
            "--quiet", "-b", str(channels * MP3_BITS // 1000), source, target]),
        Encoder("ffmpeg", _ffmpeg("-c:a", "libmp3lame", "-b:a", "BITS", "-f", "mp3")),
        Encoder("sox", lambda source, target, channels: ["-V1", source, "-t", "mp3", target]),
    ),
}  # fmt: skip
#: What reads what we cannot read ourselves, and makes a plain WAV file of it.
DECODERS = (
    Encoder("sox", lambda source, target, channels: ["-V1", source, "-e", "signed", "-b", "16", "-t", "wav", target]),
    Encoder("ffmpeg", _ffmpeg("-c:a", "pcm_s16le", "-f", "wav")),
)
ENDINGS = {"opus": ".opus", "mp3": ".mp3"}


def installed(encoders: tuple[Encoder, ...]) -> list[Encoder]:
    """Return those of the programs that are there, in their order."""
    return [encoder for encoder in encoders if shutil.which(encoder.program)]


async def run(encoder: Encoder, source: Path, target: Path, channels: int, seconds: float, courtesy: Courtesy) -> str:
    """Convert `source` to `target`; return "", or in words why that failed: then there is no `target`.

    :raises OSError: ENOSPC, it ran out of room, which the program itself may not say
    :param seconds: how much time the program gets
    :param courtesy: stops it while calls go first
    """
    try:
        words = await _work(encoder, source, target, channels, seconds, courtesy)
        if not words and not (target.is_file() and target.stat().st_size):
            words = f"{encoder.program} wrote nothing"
    except OSError as error:
        words = f"{encoder.program}: {error.strerror or error}"
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    if words:
        free = shutil.disk_usage(target.parent).free  # before what it wrote is gone
        target.unlink(missing_ok=True)
        if free < MARGIN_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return words


async def _work(encoder: Encoder, source: Path, target: Path, channels: int, seconds: float, courtesy: Courtesy) -> str:
    nice = shutil.which("nice")
    argv = [*([nice, "-n", NICENESS] if nice else []), encoder.program]
    argv += encoder.arguments(str(source), str(target), channels)
    process = await asyncio.create_subprocess_exec(
        *argv, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}, cwd=target.parent,
    )  # fmt: skip
    try:
        with courtesy.holding(process):
            _output, said = await asyncio.wait_for(process.communicate(), seconds)
    except asyncio.TimeoutError:
        return f"{encoder.program} was not ready within {seconds:.0f} s"
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode == 0:
        return ""
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return clean(f"{encoder.program} ended with {process.returncode}: {lines[-1] if lines else ''}", 200)
