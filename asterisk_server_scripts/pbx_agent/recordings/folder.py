"""The PBX's recording folder: what is in it, read without leaving it, and deleted from it.

Whoever may write there (Asterisk) must not reach through the agent what he cannot reach himself: links are not
followed, only whole files are opened.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from .names import Named, family, is_below, named

#: A folder that changed less than this ago (seconds) may change again within the same tick of its clock.
SETTLED_SECONDS = 2.0


class NotThere(Exception):
    """There is no such recording; the message says in words what there is instead."""


class Found(NamedTuple):
    """A recording that a look found."""

    named: Named
    size: int
    changed: float


class RecordingFolder:
    """All its methods block.

    :param folder: as configured; the folder itself may be a link
    """

    def __init__(self, folder: str, layout: str) -> None:
        self._root, self._layout = Path(os.path.realpath(folder)), layout
        #: folder → (when it changed, its folders): what did not change is not listed again
        self._known: dict[str, tuple[int, list[str]]] = {}

    def forget(self) -> None:
        """List everything at the next look."""
        self._known.clear()

    def look(self, since: float) -> Iterator[Found]:
        """Yield the recordings that changed after `since` (seconds since the epoch), of folders with news only.

        :raises OSError: the folder cannot be read
        """
        os.scandir(self._root).close()
        waiting = [""]
        while waiting:
            below = waiting.pop()
            try:
                folders = yield from self._list(below, since)
            except OSError:
                continue  # it is gone, or not ours to read; the doctor tells of the latter
            waiting += folders

    def _list(self, below: str, since: float) -> Iterator[Found]:
        status = os.stat(self._root / below, follow_symlinks=False)
        if below and not stat.S_ISDIR(status.st_mode):
            return []
        known = self._known.get(below)
        if known and known[0] == status.st_mtime_ns:
            return known[1]
        folders = []
        with os.scandir(self._root / below) as entries:
            for entry in entries:
                path = f"{below}/{entry.name}" if below else entry.name
                if entry.is_dir(follow_symlinks=False):
                    folders.append(path)
                elif (name := named(path, self._layout)) and entry.is_file(follow_symlinks=False):
                    details = entry.stat(follow_symlinks=False)
                    if details.st_mtime >= since:
                        yield Found(name, details.st_size, details.st_mtime)
        if 0 <= time.time() - status.st_mtime < SETTLED_SECONDS:
            self._known.pop(below, None)
        else:
            self._known[below] = (status.st_mtime_ns, folders)
        return folders

    def size(self, file: str) -> tuple[int, float]:
        """Return the size of a recording (its sides included) and when it last changed. :raises NotThere:"""
        sizes, changes = [], []
        for path in family(file):
            try:
                details = os.stat(self._path(path), follow_symlinks=False)
            except OSError:
                continue
            sizes.append(details.st_size)
            changes.append(details.st_mtime)
        if not sizes:
            raise NotThere("The file is gone from the PBX.")
        return sum(sizes), max(changes)

    def open(self, file: str) -> BinaryIO:
        """Open a recording for reading; the caller closes it.

        :raises NotThere: it is gone, or something else than a file
        :raises OSError: it is not ours to read
        """
        path = self._path(file)
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            raise NotThere("The file is gone from the PBX.") from None
        except OSError as error:
            if os.path.islink(path):
                raise NotThere("It is a link, not a file.") from None
            raise error
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise NotThere("It is no file.")
        return os.fdopen(handle, "rb")

    def delete(self, file: str) -> None:
        """Delete a recording with its sides; what is not there is deleted. :raises NotThere, OSError: it cannot be"""
        for path in family(file):
            try:
                os.unlink(self._path(path))
            except FileNotFoundError:
                continue

    def _path(self, file: str) -> Path:
        """:raises NotThere: the path leads out of the folder"""
        if not is_below(file):
            raise NotThere("That is no path below the recording folder.")
        path = self._root / file
        parent = os.path.realpath(path.parent)
        if parent != str(self._root) and not parent.startswith(f"{self._root}{os.sep}"):
            raise NotThere("The path leads out of the recording folder.")
        return path
