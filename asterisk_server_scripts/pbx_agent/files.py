"""Files with secrets in them: replaced in one step, never open to others for a moment."""

from __future__ import annotations

import contextlib
import os
import pwd
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Owner(NamedTuple):
    """Numeric user and group."""

    user: int
    group: int


def owner_of(path: Path) -> Owner:
    """Return who owns `path`. :raises OSError: it is not there"""
    status = path.stat()
    return Owner(status.st_uid, status.st_gid)


@contextlib.contextmanager
def acting_as(owner: Owner) -> Iterator[None]:
    """Let root work with no more rights than `owner` has; for everybody else, and for root's own things, do nothing.

    In a folder that belongs to somebody else, links may lead anywhere; whoever owns it must not reach through our hands
    what he cannot reach with his own.
    """
    if os.geteuid() != 0 or owner.user == 0:
        yield
        return
    group, groups = os.getegid(), os.getgroups()
    os.setgroups(_groups_of(owner))
    os.setegid(owner.group)
    os.seteuid(owner.user)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)


def _groups_of(owner: Owner) -> list[int]:
    try:
        return os.getgrouplist(pwd.getpwuid(owner.user).pw_name, owner.group)
    except KeyError:
        return [owner.group]


def replace(path: Path, text: str, mode: int, owner: Owner | None = None) -> None:
    """Write `text` to `path` in one step: a reader sees the old or the new content, a crash leaves one of them.

    A link at `path` is replaced, not followed.

    :param mode: rights, such as 0o600; nobody but its writer can read the file before they are set
    :param owner: who gets the file; without it, it belongs to who runs this
    :raises PermissionError: only root gives files to others
    """
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
    try:
        # surrogateescape: what is no UTF-8 in somebody else's file stays byte for byte; newline: so do its line ends
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(text)
            file.flush()
            status = os.fstat(file.fileno())
            if owner is not None and owner != (status.st_uid, status.st_gid):
                os.fchown(file.fileno(), *owner)
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(fresh, path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def read(path: Path) -> str:
    """Return a file's text byte for byte, "" where there is none."""
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return ""


def keep_copy(path: Path, owner: Owner | None = None) -> Path:
    """Copy `path` beside itself, to the first name of ``.bak``, ``.bak1``, ``.bak2`` … that is free, and return that.

    The first copy is the untouched file, the precious one: it is never overwritten.

    :param owner: who gets the copy; without it, whose the file is
    """
    number = 0
    while os.path.lexists(copy := path.with_name(f"{path.name}.bak{number or ''}")):
        number += 1
    replace(copy, read(path), path.stat().st_mode & 0o777, owner or owner_of(path))
    return copy
