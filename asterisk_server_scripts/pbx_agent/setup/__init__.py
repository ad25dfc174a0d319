"""``pbx-agent setup``: makes an Asterisk and an Odoo know each other; may be run again at any time.

It writes ``odoo/manager.conf`` (an AMI user with the least rights, a random password) and ``odoo/extensions.conf``
(click-to-call) below Asterisk's configuration folder, adds one include line to manager.conf and extensions.conf (on a
FreePBX to manager_custom.conf and extensions_custom.conf), and writes the agent's own configuration. Whatever file it
changes in Asterisk's folder is kept beside it as ``.bak``; whatever is right already is left alone.

The key that Odoo showed comes from the environment (PBX_AGENT_ODOO_KEY), from the keyboard, or as the first line of
standard input; never as an argument, where every user of the machine could read it.
"""

from __future__ import annotations

import argparse
import getpass
import os
import secrets
import sys
from dataclasses import replace
from pathlib import Path

from .. import config as configuration
from ..config import Config, ConfigError
from ..files import Owner, acting_as
from . import advice, recordings, service, stores
from .asterisk_conf import AsteriskFolder
from .reload import COMMANDS, reload

KEY_VARIABLE = "PBX_AGENT_ODOO_KEY"
ASTERISK_ETC = "/etc/asterisk"
USERNAME = "odoo"  # the section in etc/manager.conf
DEFAULT_AMI_PORT = 5038
SECRET_BYTES = 24  # 32 characters


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line of setup, `--config` excepted, which most commands have."""
    parser.add_argument("--odoo", metavar="URL", help="Odoo's address, like https://odoo.example; default: as before")
    parser.add_argument(
        "--asterisk-etc", metavar="DIR", default=ASTERISK_ETC, help=f"Asterisk's folder, default {ASTERISK_ETC}"
    )
    parser.add_argument("--database", help="only where the address serves several databases")
    parser.add_argument("--ca-file", metavar="FILE", help="PEM file of an own certificate authority")
    parser.add_argument(
        "--state-dir", metavar="DIR", help=f"where the spool lies, default {configuration.DEFAULT_STATE_DIR}"
    )
    parser.add_argument("--ami-port", type=int, metavar="N", help="default: what manager.conf says")
    parser.add_argument("--user", help=f"who runs the agent and gets its configuration, default {service.USER}")
    parser.add_argument("--reload", action="store_true", help="tell the running Asterisk, then check every hop")
    parser.add_argument("--force", action="store_true", help="make a new AMI password even if there is one")


def main(args: argparse.Namespace) -> int:
    """Set up, say what was changed. Returns 0, 1 when the reload or a check failed, 2 when nothing could be done."""
    path = configuration.config_path(args.config)
    try:
        folder = AsteriskFolder(Path(os.path.abspath(args.asterisk_etc)))
        owner = service.agents_owner(path, args.user)
        changed, to_do = _set_up(args, folder, path, owner)
    except ConfigError as error:
        print(f"pbx-agent setup: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"pbx-agent setup: {error.filename or path}: {error.strerror}. {_rights_hint()}", file=sys.stderr)
        return 2
    for line in to_do:
        print(f"TO DO     {line}")
    if not args.reload:
        print("next      " + "; ".join(f'asterisk -rx "{command}"' for command in COMMANDS))
    code = _reload_and_check(folder.folder, path) if args.reload else 0
    for command in (*service.next_commands(changed), "pbx-agent doctor"):
        print(f"next      {command}")
    return code


def _set_up(
    args: argparse.Namespace, folder: AsteriskFolder, path: Path, owner: Owner | None
) -> tuple[bool, list[str]]:
    """Write everything; return whether the agent's configuration is a new one, and what is left to the admin."""
    old = _old_config(path)
    key = _key(old)
    with acting_as(folder.owner):
        config = _new_config(args, folder, old, key)
    _make_folders(path, config, owner)
    # All is checked by now; nothing of Asterisk's has been touched yet.
    with acting_as(folder.owner):
        folder.write_own_files(config.secret)
        folder.include_own_files()
        to_do = advice.on_asterisk(folder.folder, config.username)
        found, recorded = stores.find(folder.folder), recordings.find(folder.folder)
    fresh = {flow: store for flow, store in found.items() if not configuration.has_section(path, flow)}
    done = configuration.write(path, config, owner, fresh)
    print(f"{done:9} {path}")
    for flow, store in fresh.items():
        print(f"found     [{flow}] {store.source} {store.path or store.database}")
    if proposed := recordings.proposal(config.recordings, recorded):
        print(f"found     {proposed}")
    to_do += recordings.advice(config.recordings, folder.folder, owner)
    has_history = bool(fresh) or configuration.has_section(path, "cdr")
    return done != "unchanged", [*to_do, *advice.on_agent(config), *advice.on_history(has_history)]


def _rights_hint() -> str:
    if os.geteuid() == 0:
        return "Setup works there with the rights of the folder's owner: let him read and write it"
    return "Run setup as root, or as Asterisk's user"


def _old_config(path: Path) -> Config | None:
    """What an earlier setup wrote, as far as it can be used."""
    if not path.exists():
        return None
    try:
        return configuration.load(path, strict=False)
    except ConfigError as error:
        print(f"note      the old configuration is not used: {error}")
        return None


def _new_config(args: argparse.Namespace, folder: AsteriskFolder, old: Config | None, key: str) -> Config:
    port = advice.ami_settings(folder.folder).get("port", "")
    secret = "" if args.force else folder.secret()
    url = args.odoo or (old.url if old else "")
    if not url:
        raise ConfigError("which Odoo? Give its address: pbx-agent setup --odoo https://odoo.example")
    values = dict(
        url=url.rstrip("/"),
        key=key,
        secret=secret or secrets.token_urlsafe(SECRET_BYTES),
        username=USERNAME,
        host="127.0.0.1",
        database=_first(args.database, old and old.database, ""),
        ca_file=_first(args.ca_file and os.path.abspath(args.ca_file), old and old.ca_file, ""),
        port=args.ami_port or (int(port) if port.isdecimal() else old.port if old else DEFAULT_AMI_PORT),
        state_dir=_first(
            args.state_dir and os.path.abspath(args.state_dir), old and old.state_dir, configuration.DEFAULT_STATE_DIR
        ),
    )
    return replace(old, **values) if old else Config(**values)


def _first(*values: str | None) -> str:
    """Return the first value that is given; "" is one."""
    return next(value for value in values if value is not None)


def _key(old: Config | None) -> str:
    """The pairing key: environment, keyboard, standard input, in this order; nothing entered keeps the old one."""
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not key and sys.stdin.isatty():
        words = "Key that Odoo showed" + (" (Enter keeps the present one): " if old else ": ")
        key = getpass.getpass(words).strip()
    elif not key:
        key = sys.stdin.readline().strip()
    if not key and old:
        return old.key
    if not key:
        raise ConfigError(
            f"no key: make one in Odoo (PBX Servers, New Key for the Agent), enter it or put it into ${KEY_VARIABLE}"
        )
    return key


def _make_folders(path: Path, config: Config, owner: Owner | None) -> None:
    """Make the folders of the configuration and of the spool, or fail before anything is written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not os.access(path.parent, os.W_OK):
        raise PermissionError(13, os.strerror(13), str(path.parent))
    state = Path(config.state_dir)
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    if owner is not None:
        # What an earlier setup or a trial run made as root would be closed to the agent.
        for entry in (state, *state.glob("*.sqlite*")):
            if entry.lstat().st_uid == 0:
                os.chown(entry, *owner, follow_symlinks=False)


def _reload_and_check(folder: Path, path: Path) -> int:
    trouble = reload(folder)
    if trouble:
        print(f"pbx-agent setup: {trouble}", file=sys.stderr)
        return 1
    print(f"reloaded  {', '.join(command.split()[0] for command in COMMANDS)}")
    from ..doctor import check  # needs the libraries, which writing files does not

    return check(path, starting=True)
