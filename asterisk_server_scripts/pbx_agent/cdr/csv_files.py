"""The files of a CSV store: the one that Asterisk writes, and what rotation made of older ones.

A rotated file has another name, a copied one another inode, a compressed one other bytes on disk; its (unpacked) first
bytes stay. So a cursor names a file by a hash of them.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import os
import re
import zlib
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO, Callable, NamedTuple

#: So many first bytes tell a file; one that is still shorter is told by what it has.
HEAD = 1024
_OPENERS: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
#: What reading a damaged compressed file raises.
BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError)


class CsvFile(NamedTuple):
    """One file: where it is, its first bytes, its size on disk."""

    path: Path
    inode: int
    size: int
    head: bytes

    @property
    def is_packed(self) -> bool:
        """Whether it is compressed; then it does not grow any more."""
        return self.path.suffix in _OPENERS

    def is_named(self, print_: str, span: int) -> bool:
        """Tell whether this is the file that a cursor named."""
        return span > 0 and len(self.head) >= span and fingerprint(self.head[:span]) == print_


def fingerprint(head: bytes) -> str:
    """Return a hash of a file's first bytes."""
    return blake2b(head, digest_size=8).hexdigest()


def open_file(path: Path) -> BinaryIO:
    """Open a file for reading, unpacked. :raises OSError:"""
    return _OPENERS[path.suffix](path, "rb") if path.suffix in _OPENERS else path.open("rb")


class CsvFolder:
    """The file at `path` and its older siblings: Master.csv.1, Master.csv-20260101.gz, Master-20260101.csv.xz …

    :param when: returns when the first row of these bytes was (seconds since the epoch), None: they are no rows
    """

    def __init__(self, path: Path, when: Callable[[bytes], float | None]) -> None:
        self._path, self._when = path, when
        stem, suffix = re.escape(path.stem), re.escape(path.suffix)
        self._pattern = re.compile(rf"{re.escape(path.name)}[.\-_]\S+|{stem}[.\-_]\d[\w.\-]*{suffix}(\.\w+)?")
        self._heads: dict[tuple[str, int, int, int], bytes] = {}

    def current(self) -> CsvFile | None:
        """Return the file that Asterisk writes, None between two acts of a rotation. :raises OSError: no access"""
        try:
            return self._look(self._path)
        except FileNotFoundError:
            return None

    def files(self) -> list[CsvFile]:
        """Return all files, the oldest first and the one that Asterisk writes last; of copies only one.

        :raises OSError: no access to the folder
        """
        current = self.current()
        found: list[tuple[float, CsvFile]] = []
        for file in sorted(self._older(), key=_rank, reverse=True):
            when = self._when(file.head)
            copies = [other for _when, other in found] + ([current] if current else [])
            if when is not None and not any(_is_copy(file.head, other.head) for other in copies):
                found.append((when, file))
        older = [file for _when, file in sorted(found, key=lambda pair: (pair[0], pair[1].path.name))]
        return older if current is None else [*older, current]

    def find(self, print_: str, span: int, least: int) -> CsvFile | None:
        """Return the older file that a cursor named, if it has at least so many bytes (a compressed one may).

        :raises OSError: no access to the folder
        """
        fitting = [f for f in self._older() if f.is_named(print_, span) and (f.is_packed or f.size >= least)]
        return max(fitting, key=_rank, default=None)

    def _older(self) -> Iterator[CsvFile]:
        for name in os.listdir(self._path.parent):
            if self._pattern.fullmatch(name):
                with contextlib.suppress(*BROKEN):  # it goes this very moment, or is no whole archive
                    yield self._look(self._path.with_name(name))

    def _look(self, path: Path) -> CsvFile:
        status = path.stat()
        key = (path.name, status.st_ino, status.st_mtime_ns, status.st_size)
        head = self._heads.get(key)
        if head is None:
            if len(self._heads) > 1000:
                self._heads.clear()
            with open_file(path) as file:
                head = self._heads[key] = file.read(HEAD)
        return CsvFile(path, status.st_ino, status.st_size, head)


def _is_copy(head: bytes, other: bytes) -> bool:
    """Tell whether two files begin with the same rows."""
    length = min(len(head), len(other))
    return length > 0 and head[:length] == other[:length]


def _rank(file: CsvFile) -> tuple[bool, int]:
    """Of two copies the unpacked one is better, then the longer one."""
    return not file.is_packed, file.size


class Tape:
    """Whole lines of a file from an offset on. The file may grow meanwhile.

    :param file: which; :param offset: where to begin, in unpacked bytes
    :raises OSError, EOFError: it cannot be read
    """

    BLOCK = 128 << 10
    #: A longer line is none: what a crash left of a file system, mostly zeros.
    LONGEST = 1 << 20

    def __init__(self, file: CsvFile, offset: int) -> None:
        self.file, self.offset = file, offset
        self._handle = open_file(file.path)
        self._handle.seek(offset)
        self._rest = b""
        self.trouble = ""

    def lines(self, most: int) -> bytes:
        """Return up to `most` whole lines, nothing where no whole line is (yet)."""
        if self._rest.count(b"\n") < most:
            self.grow()
        cut = self._cut(most)
        while cut < 0 and len(self._rest) < self.LONGEST and self.grow():
            cut = self._cut(most)
        if cut < 0 and len(self._rest) >= self.LONGEST:
            return self._rest
        return self._rest[: max(cut, 0)]

    def remainder(self) -> bytes:
        """Return what is left when there is no whole line any more: a line without its end."""
        return self._rest

    def take(self, count: int) -> None:
        """So many bytes are done."""
        self._rest = self._rest[count:]
        self.offset += count

    def grow(self) -> bool:
        """Read on; tell whether there was something."""
        if self.trouble:
            return False
        try:
            block = self._handle.read(self.BLOCK)
        except BROKEN as error:
            self.trouble = f"{type(error).__name__}: {error}"
            return False
        if block and not self._is_the_same():
            return False
        self._rest += block
        return bool(block)

    def _is_the_same(self) -> bool:
        """Tell whether the file still begins as it did: copytruncate empties it, and it may be long again by now."""
        head = self.file.head
        return self.file.is_packed or os.pread(self._handle.fileno(), len(head), 0) == head

    def _cut(self, most: int) -> int:
        """Return where the last whole line that may be taken ends, -1: there is none."""
        end = self._rest.rfind(b"\n") + 1
        if not end:
            return -1
        if self._rest.count(b"\n", 0, end) <= most:
            return end
        position = -1
        for _line in range(most):
            position = self._rest.find(b"\n", position + 1)
        return position + 1

    def is_as_found(self) -> bool:
        """Tell whether the file that was opened is the one that was found: a rotation may have come in between."""
        return os.fstat(self._handle.fileno()).st_ino == self.file.inode

    def is_whole(self) -> bool:
        """Tell whether what was opened still has all that was read of it."""
        return self.file.is_packed or os.fstat(self._handle.fileno()).st_size >= self.offset

    def close(self) -> None:
        """Let go of the file."""
        self._handle.close()


def is_line_start(file: CsvFile, offset: int) -> bool:
    """Tell whether a line begins there: another program may have written the file anew. :raises OSError:"""
    if not offset or file.is_packed:
        return True
    with file.path.open("rb") as opened:
        opened.seek(offset - 1)
        return opened.read(1) == b"\n"


def bytes_of(raw: bytes, lines: int) -> int:
    """Return how many bytes the first so many lines are."""
    if lines >= raw.count(b"\n") + (not raw.endswith(b"\n")):
        return len(raw)
    position = 0
    for _line in range(lines):
        position = raw.find(b"\n", position) + 1
    return position
