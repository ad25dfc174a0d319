"""Asterisk's configuration folder, as far as setup touches it: our files below `odoo/`, one include line in two files.

Whatever is done there is done with the rights of the folder's owner (`files.acting_as`), who is mostly Asterisk's own
user: a link that he put there must not lead root to files of others.

Source for the format: "Asterisk Configuration Files", "Using The include, tryinclude and exec Constructs".
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Callable

from .. import files
from ..config import ConfigError
from ..files import Owner, owner_of
from .asterisk_user import asterisk_user

#: Our files below `odoo/`: the folder in this package that has the template, and the rights the file gets.
FILES = {"manager.conf": ("etc", 0o640), "extensions.conf": ("dialplan", 0o640)}
#: FreePBX writes manager.conf and extensions.conf itself and includes these two, which are the admin's.
FREEPBX = {"manager.conf": "manager_custom.conf", "extensions.conf": "extensions_custom.conf"}
PLACEHOLDER = "@AMI_SECRET@"
_SECRET = re.compile(r"^[ \t]*secret[ \t]*=>?[ \t]*([!-:<-~]{8,200})[ \t]*(?:;.*)?$", re.MULTILINE)


def template(name: str) -> str:
    """Return the text of a packaged file. :raises ConfigError: the installation is not complete"""
    return packaged(FILES[name][0], name).read_text("utf-8")


def packaged(room: str, name: str) -> Path:
    """Return where a file of the folder `room` lies. :raises ConfigError: the installation is not complete

    A checkout has it beside the package, where a PBX admin finds it; an installed package has it inside.
    """
    package = Path(__file__).resolve().parents[1]
    for path in (package / room / name, package.parent / room / name):
        if path.is_file():
            return path
    raise ConfigError(f"{room}/{name} is missing from this installation of pbx-agent: install it again")


class AsteriskFolder:
    """The folder with Asterisk's configuration. :param tell: called with a line about each change

    :raises ConfigError: it is no such folder
    """

    def __init__(self, folder: Path, tell: Callable[[str], None] = print) -> None:
        if not any((folder / name).is_file() for name in ("asterisk.conf", *FILES)):
            raise ConfigError(f"{folder} holds no configuration of Asterisk: give its folder with --asterisk-etc DIR")
        self.folder, self._tell = folder, tell
        self.owner = owner_of(folder)
        self._own = folder / "odoo"
        if self._own.is_symlink() or (self._own.exists() and not self._own.is_dir()):
            raise ConfigError(f"{self._own} is a link or a file: remove it, setup makes a folder there")

    def secret(self) -> str:
        """Return the AMI secret that an earlier setup left, or ""."""
        found = _SECRET.search(files.read(self._own / "manager.conf"))
        return found[1] if found else ""

    def write_own_files(self, secret: str) -> None:
        """Write our two files below `odoo/`, readable for Asterisk and nobody else."""
        owner = asterisk_user(self.folder)
        if not self._own.is_dir():
            self._own.mkdir(mode=0o750)
            self._give(self._own, owner)
        for name, (_room, mode) in FILES.items():
            self._write(self._own / name, template(name).replace(PLACEHOLDER, secret), mode, owner)

    def include_own_files(self) -> None:
        """Add the two include lines where they are missing."""
        for name in FILES:
            path = self._including_file(name)
            text = files.read(path)
            if includes(text, f"odoo/{name}") or includes(text, str(self._own / name)):
                self._tell(f"unchanged {path}")
                continue
            end = "\r\n" if "\r\n" in text else "\n"
            gap = "" if not text or text.endswith("\n") else end
            line = f"; click-to-call and popups: see odoo/{name}{end}#include odoo/{name}{end}"
            mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o640
            owner = owner_of(path) if path.exists() else asterisk_user(self.folder)
            self._write(path, text + gap + line, mode, owner)

    def _including_file(self, name: str) -> Path:
        custom = self.folder / FREEPBX[name]
        # A linked file is changed where it lies; the link stays.
        return (custom if custom.is_file() else self.folder / name).resolve()

    def _write(self, path: Path, text: str, mode: int, owner: Owner) -> None:
        exists = path.exists()
        before = files.read(path) if exists else None
        owner = self._possible(owner)
        if before == text and stat.S_IMODE(path.stat().st_mode) == mode and self._possible(owner_of(path)) == owner:
            self._tell(f"unchanged {path}")
            return
        if exists and before != text:
            self._tell(f"backup    {files.keep_copy(path, self._possible(owner_of(path)))}")
        files.replace(path, text, mode, owner)
        self._tell(f"{'changed  ' if exists else 'wrote    '} {path}")

    def _give(self, path: Path, owner: Owner) -> None:
        owner = self._possible(owner)
        if owner != owner_of(path):
            os.chown(path, *owner, follow_symlinks=False)

    def _possible(self, owner: Owner) -> Owner:
        """Return `owner`, as far as whoever writes may choose him: only root gives files to others."""
        if os.geteuid() == 0:
            return owner
        groups = {os.getegid(), *os.getgroups()}
        return Owner(os.geteuid(), owner.group if owner.group in groups else os.getegid())


def includes(text: str, name: str) -> bool:
    """Whether a configuration file's `text` includes the file `name`."""
    return bool(re.search(rf'^\s*#(try)?include\s+["<]?{re.escape(name)}[">]?\s*(;.*)?$', text, re.MULTILINE))
