"""The unprivileged user that PostgreSQL and Asterisk run as when the sandbox itself is started by root."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from sandbox.say import SandboxError


def worker() -> pwd.struct_passwd | None:
    """The user to drop to, or None when the sandbox is not root and nothing is to be dropped."""
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody")
    except KeyError as error:
        raise SandboxError("root starts PostgreSQL and Asterisk as the user 'nobody', who is missing here") from error


def drop() -> dict:
    """Keyword arguments for subprocess that start the child as the worker user (nothing when not root)."""
    user = worker()
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}


def give(path: Path) -> None:
    """Makes the worker user the owner of `path` and of everything below it."""
    user = worker()
    if not user:
        return
    os.chown(path, user.pw_uid, user.pw_gid)
    for folder, folders, files in os.walk(path):
        for name in (*folders, *files):
            os.chown(os.path.join(folder, name), user.pw_uid, user.pw_gid, follow_symlinks=False)
