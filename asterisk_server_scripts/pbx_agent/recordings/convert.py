"""One closed recording → one finished file in the state folder: mended, both sides in it, small.

A file there has its last name only when it is complete; whatever stops in between leaves a ``.draft`` or ``.part``,
which is removed at the next start.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import logging
import os
import shutil
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, BinaryIO, Callable, NamedTuple

from . import encoders, join, peaks, wav
from .courtesy import Courtesy
from .folder import NotThere, RecordingFolder
from .names import sides
from .wav import NotAudio, Wav

_logger = logging.getLogger(__name__)

#: More than this no call fills: eighteen hours of one side.
MOST_BYTES = 1 << 30
#: So many seconds the two sides may lack of what the mixed file has, before that is trusted more.
SIDES_LACK_SECONDS = 2.0
MOST_SAID = 100
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Empty(Exception):
    """There is no sound in it."""


class Waits(Exception):
    """Something has to be mended first; the message says what, in words for a person."""


class Draft(NamedTuple):
    """A file of ours on its way; `is_plain`: 16-bit PCM, which every encoder reads. `seconds` 0: not known."""

    path: Path
    is_plain: bool = False
    channels: int = 1
    seconds: float = 0.0


class Made(NamedTuple):
    """What is ready to be sent; `output` is the file's name in the state folder, `peaks` its shape, [] if not known."""

    output: str
    mimetype: str
    channels: int
    seconds: float
    bytes: int
    sha256: str
    peaks: list[str]


class Converter:
    """Makes finished files.

    :param folder: the PBX's recordings
    :param work: folder for what is made; it must exist
    :param run: runs a function with its arguments in a thread
    :param courtesy: lets calls go first
    :param patience: the seconds that a program gets at least; it gets as many as the recording is long
    """

    def __init__(
        self, folder: RecordingFolder, work: Path, run: Callable[..., Awaitable[Any]], patience: float,
        courtesy: Courtesy,
    ) -> None:  # fmt: skip
        self._folder, self._work, self._run, self._patience = folder, work, run, patience
        self._courtesy = courtesy
        self._said: set[str] = set()

    async def make(self, file: str, name: str, form: str) -> Made:
        """Convert a recording.

        :param file: its path below the recording folder
        :param name: what the finished file is called, without an ending
        :param form: opus, mp3, wav or keep
        :raises Empty: nobody talked
        :raises NotAudio, NotThere: it can never be sent
        :raises Waits: later perhaps
        """
        try:
            draft = await self._run(self._draft, file, name)
            draft = await self._readable(draft, name, form)
            draft, shape = await asyncio.gather(self._encoded(draft, name, form), self._shape(draft))
            return await self._run(self._finish, draft, name, shape)
        except OSError as error:
            raise self._waits(error) from error
        finally:
            await self._run(self._clear, name)

    def _waits(self, error: OSError) -> Waits:
        if error.errno in _FULL:
            return Waits("The PBX's disk is full: there is no room for converting recordings.")
        if error.errno in (errno.EACCES, errno.EPERM):
            return Waits("The agent may not read this recording on the PBX.")
        return Waits(f"The recording cannot be read on the PBX: {error.strerror or error}")

    def _clear(self, name: str) -> None:
        for path in self._work.glob(f"{name}.*.*"):
            path.unlink(missing_ok=True)

    # -- reading ---------------------------------------------------------------------------------------------------

    def _draft(self, file: str, name: str) -> Draft:
        """In a thread: take over the sound, so that nothing of the PBX's own is touched from here on."""
        ending = Path(file).suffix.lower()
        with contextlib.ExitStack() as opened:
            if ending == ".wav":
                return self._draft_wav(opened, file, self._work / f"{name}.draft.wav")
            source, size = self._open(opened, file)
            if not size:
                raise Empty
            target = self._work / f"{name}.draft{ending}"
            with target.open("wb") as output:
                while block := source.read(join.BLOCK):
                    output.write(block)
                    self._courtesy.pause()
            return Draft(target)

    def _open(self, opened: contextlib.ExitStack, file: str) -> tuple[BinaryIO, int]:
        source = opened.enter_context(self._folder.open(file))
        size = os.fstat(source.fileno()).st_size
        if size > MOST_BYTES:
            raise NotAudio(f"The file is larger than {MOST_BYTES >> 20} MB; no call is so long.")
        free = shutil.disk_usage(self._work).free
        if free < 4 * size + encoders.MARGIN_BYTES:
            raise Waits(f"The PBX's disk is full: {free >> 20} MB are not enough for converting recordings.")
        return source, size

    def _draft_wav(self, opened: contextlib.ExitStack, file: str, target: Path) -> Draft:
        whole: tuple[BinaryIO, Wav] | None = None
        trouble: Exception = Empty()
        try:
            source, size = self._open(opened, file)
            if size:
                whole = source, wav.examine(source, size)
        except (NotAudio, NotThere) as error:
            trouble = error
        pair = self._sides(opened, file, whole[1] if whole else None)
        with target.open("wb") as output:
            if pair:
                seconds = join.stereo(*pair, output, self._courtesy.pause)
                return Draft(target, True, 2, seconds)
            if whole is None:
                raise trouble
            if not whole[1].length:
                raise Empty
            join.copy(*whole, output, self._courtesy.pause)
        what = whole[1]
        return Draft(target, (what.encoding, what.bits) == (wav.PCM, 16), what.channels, what.seconds)

    def _sides(
        self, opened: contextlib.ExitStack, file: str, whole: Wav | None
    ) -> tuple[tuple[BinaryIO, Wav], tuple[BinaryIO, Wav]] | None:
        """Return what came from the client and what went to him, where both are there and as long as the whole."""
        found = []
        for path in sides(file):
            try:
                source, size = self._open(opened, path)
                found.append((source, wav.examine(source, size)))
            except (NotAudio, NotThere):
                return None
        left, right = found
        if not (left[1].is_plain and right[1].is_plain and left[1].rate == right[1].rate):
            return None
        longest = max(left[1].seconds, right[1].seconds)
        if not longest or (whole and longest < whole.seconds - SIDES_LACK_SECONDS):
            return None
        return left, right

    # -- converting ------------------------------------------------------------------------------------------------

    async def _readable(self, draft: Draft, name: str, form: str) -> Draft:
        """Return sound that browsers play and encoders read."""
        ending = draft.path.suffix
        if draft.is_plain or (ending in encoders.MIMETYPES and (ending != ".wav" or form == "keep")):
            return draft
        target, words = self._work / f"{name}.decoded.wav", "none is installed"
        for encoder in encoders.installed(encoders.DECODERS):
            words = await encoders.run(encoder, draft.path, target, 1, self._time_for(draft), self._courtesy)
            if not words:
                return await self._run(self._plain, target)
            self._say_once(f"a {ending[1:]} file could not be read: {words}")
        if ending == ".wav":
            return draft
        raise Waits(f"A {ending[1:]} file needs sox or ffmpeg on the PBX: {words}.")

    def _plain(self, path: Path) -> Draft:
        with path.open("rb") as file:
            what = wav.examine(file, path.stat().st_size)
        if not what.length:
            raise Empty
        return Draft(path, True, what.channels, what.seconds)

    async def _shape(self, draft: Draft) -> list[str]:
        return await self._run(peaks.of_wav, draft.path, self._courtesy.pause) if draft.is_plain else []

    async def _encoded(self, draft: Draft, name: str, form: str) -> Draft:
        """Return the small file, or the draft where none is wanted or there is no program that makes one."""
        if form not in encoders.ENDINGS or draft.path.suffix != ".wav":
            return draft
        there = encoders.installed(encoders.ENCODERS[form])
        if not there:
            names = ", ".join(encoder.program for encoder in encoders.ENCODERS[form])
            self._say_once(f"no program for {form} is installed ({names}): recordings are sent as WAV")
        for encoder in there:
            target = self._work / f"{name}.part{encoders.ENDINGS[form]}"
            seconds = self._time_for(draft)
            words = await encoders.run(encoder, draft.path, target, draft.channels, seconds, self._courtesy)
            if not words:
                return draft._replace(path=target)
            self._say_once(f"a recording could not be made {form}: {words}")
        return draft

    def _time_for(self, draft: Draft) -> float:
        return max(self._patience, draft.seconds)

    def _say_once(self, words: str) -> None:
        """What concerns one recording mostly concerns all."""
        if words not in self._said and len(self._said) < MOST_SAID:
            self._said.add(words)
            _logger.warning("%s", words)

    # -- finishing -------------------------------------------------------------------------------------------------

    def _finish(self, draft: Draft, name: str, shape: list[str]) -> Made:
        ending = draft.path.suffix
        with draft.path.open("rb") as file:
            digest = sha256(file, self._courtesy.pause)
            os.fsync(file.fileno())
        target = self._work / f"{name}{ending}"
        os.replace(draft.path, target)
        size = target.stat().st_size
        seconds = round(draft.seconds, 3)
        return Made(target.name, encoders.MIMETYPES[ending], draft.channels, seconds, size, digest, shape)


def sha256(file: BinaryIO, pause: Callable[[], None]) -> str:
    """Return the checksum of an open file, from its beginning; `pause` is called after each block."""
    file.seek(0)
    digest = hashlib.sha256()
    while block := file.read(join.BLOCK):
        digest.update(block)
        pause()
    return digest.hexdigest()
