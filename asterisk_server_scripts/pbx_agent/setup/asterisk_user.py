"""Who Asterisk is on this machine: who has to be able to read what setup writes for it."""

from __future__ import annotations

import grp
import pwd
import re
from pathlib import Path

from .. import files
from ..files import Owner, owner_of

#: The name of Asterisk's user on Debian, FreePBX and wherever nobody chose another one.
USUAL_NAME = "asterisk"


def asterisk_user(folder: Path) -> Owner:
    """Return the owner that a file for Asterisk gets in its configuration `folder`.

    The folder or its manager.conf tell by whose they are; where all is root's, by a group; then asterisk.conf
    (runuser, rungroup), then a user of the usual name.
    """
    path = folder / "manager.conf"
    known = [owner_of(folder), *([owner_of(path)] if path.exists() else [])]
    for owner in known:
        if owner.user:
            return owner
    group = next((owner.group for owner in known if owner.group), None)
    return Owner(0, _running_group(folder) if group is None else group)


def _running_group(folder: Path) -> int:
    text = files.read(folder / "asterisk.conf")
    found = dict(re.findall(r"^[ \t]*(runuser|rungroup)[ \t]*=>?[ \t]*([\w.-]+)", text, re.MULTILINE))
    try:
        if "rungroup" in found:
            return grp.getgrnam(found["rungroup"]).gr_gid
        return pwd.getpwnam(found.get("runuser", USUAL_NAME)).pw_gid
    except KeyError:
        return 0
