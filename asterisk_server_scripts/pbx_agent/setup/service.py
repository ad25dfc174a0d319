"""How the agent is started for good: the user it runs as, the systemd unit, and the commands that the admin runs."""

from __future__ import annotations

import os
import pwd
import shutil
from pathlib import Path

from .. import files
from ..config import ConfigError
from ..files import Owner
from .asterisk_conf import packaged

USER = "pbx-agent"
UNIT = "pbx-agent.service"
PROGRAM = Path("/usr/local/bin/pbx-agent")
SYSTEMD = Path("/run/systemd/system")  # is there where it runs
UNIT_FOLDERS = (Path("/etc/systemd/system"), Path("/lib/systemd/system"), Path("/usr/lib/systemd/system"))


def agents_owner(config_path: Path, user: str | None) -> Owner | None:
    """Return whose the agent's configuration is to be; None: whoever runs setup.

    :param user: the name that was asked for; without one it stays whose it is, unless that is root and there is a
        user of the usual name
    :raises ConfigError: no such user, or we may not give files away
    """
    if user is not None:
        owner = _named(user)
        if owner is None:
            raise ConfigError(f"there is no user {user}: {create_user(user)}")
        if os.geteuid() not in (0, owner.user):
            raise ConfigError(f"only root can give the configuration to {user}")
        return owner
    if os.geteuid() != 0:
        return None
    present = files.owner_of(config_path) if config_path.exists() else None
    if present is not None and present.user:
        return present
    return _named(USER)


def _named(user: str) -> Owner | None:
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        return None
    return Owner(entry.pw_uid, entry.pw_gid)


def create_user(user: str = USER) -> str:
    """Return the command that makes the agent's user: no password, no shell, no rights."""
    return f"useradd --system --user-group --home-dir /var/lib/pbx-agent --shell /usr/sbin/nologin {user}"


def next_commands(changed: bool) -> list[str]:
    """Return the commands that make the agent run from now on. :param changed: its configuration is a new one"""
    if not SYSTEMD.is_dir():
        return ["pbx-agent run    (under whatever keeps programs running here, as the configuration's owner)"]
    commands = []
    if _named(USER) is None:
        commands.append(f"{create_user()} && pbx-agent setup    (again: it gives its files to that user)")
    if not PROGRAM.exists():
        commands.append(f"ln -s {_this_program()} {PROGRAM}")
    if not any((folder / UNIT).is_file() for folder in UNIT_FOLDERS):
        commands.append(f"install -m 644 {packaged('systemd', UNIT)} {UNIT_FOLDERS[0]}/ && systemctl daemon-reload")
        changed = False
    commands.append(f"systemctl enable --now {USER}" + (f" && systemctl restart {USER}" if changed else ""))
    return commands


def _this_program() -> str:
    return shutil.which("pbx-agent") or "<the folder it was installed into>/bin/pbx-agent"
