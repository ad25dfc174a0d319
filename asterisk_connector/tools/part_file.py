"""A file that arrives piece by piece: what is there survives a restart, and how much that is, its size says.

Nothing here holds more than a block in memory.
"""

import contextlib
import errno
import hashlib
import os
import shutil
from pathlib import Path

BLOCK = 1024 * 1024
#: a disk is full before its last byte: the database and Odoo's own files need room too
RESERVE = 512 * 1024 * 1024


class DiskFullError(Exception):
    """There is no room for more; nothing of the piece was kept."""


class PartFile:
    """A part of a file.

    :param path: where it lies; its folder is made when it is written to
    """

    def __init__(self, path):
        self.path = Path(path)

    @property
    def size(self) -> int:
        """How many bytes are there."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, data: bytes):
        """Add a piece, whole or not at all.

        :raise DiskFullError: there is no room for it
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not has_room(self.path.parent, len(data)):
            raise DiskFullError
        before = self.size
        try:
            with self.path.open("ab") as file:
                file.write(data)
        except OSError as error:
            if self.size > before:
                os.truncate(self.path, before)
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFullError from error
            raise

    def digests(self) -> tuple:
        """Return ``(sha256, sha1)`` in hex: the first is the agent's word, by the second Odoo names its files."""
        sha256, sha1 = hashlib.sha256(), hashlib.sha1(usedforsecurity=False)
        with self.path.open("rb") as file:
            while block := file.read(BLOCK):
                sha256.update(block)
                sha1.update(block)
        return sha256.hexdigest(), sha1.hexdigest()

    def publish(self, target):
        """Let the finished file appear at ``target`` in one step; the part stays until it is removed.

        Where the file system has no hard links it goes there instead.
        """
        with self.path.open("rb") as file:
            os.fsync(file.fileno())
        try:
            with contextlib.suppress(FileExistsError):
                os.link(self.path, target)
        except OSError:
            os.replace(self.path, target)

    def remove(self):
        """Take it away, if it is there."""
        self.path.unlink(missing_ok=True)


def has_room(folder, size: int) -> bool:
    """Return whether ``size`` more bytes fit onto the disk of a folder, or of the nearest one above that exists."""
    folder = Path(folder)
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free >= size + RESERVE
