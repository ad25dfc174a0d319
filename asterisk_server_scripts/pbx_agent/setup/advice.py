"""What the PBX's admin has to see to himself: setup says it in words and touches nothing of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from ..config import Config
from .asterisk_conf import FREEPBX
from .asterisk_reading import count_sections, lines_of, section

LOOPBACK = ("127.0.0.1", "::1", "localhost")
OUTBOUND, OUTBOUND_VARIABLE = "from-internal", "ODOO_OUTBOUND_CONTEXT"


def ami_settings(folder: Path) -> dict[str, str]:
    """Return [general] of manager.conf, names in lower case."""
    return section(lines_of(folder, "manager.conf"), "general")


def on_asterisk(folder: Path, username: str) -> list[str]:
    """Return what is to be done in Asterisk's `folder`. :param username: of our AMI user"""
    return [*_about_ami(folder, username), *_about_dialplan(folder)]


def on_agent(config: Config) -> list[str]:
    """Return what is wrong with a configuration that works."""
    parts = urlsplit(config.url)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        return [f"{config.url} is not encrypted: the key and the calls can be read on the way. Use https"]
    return []


def on_history(is_known: bool) -> list[str]:
    """Return what is to be done for yesterday's calls. :param is_known: whether the agent knows where they are"""
    if is_known:
        return []
    return ["say in [cdr] of the agent's configuration where this PBX keeps its call records: docs/history.md"]


def _about_ami(folder: Path, username: str) -> Iterator[str]:
    lines = lines_of(folder, "manager.conf")
    general = section(lines, "general")
    if not _is_true(general.get("enabled", "no")):
        yield "AMI is off: set enabled = yes in [general] of manager.conf, then restart Asterisk or reload its manager"
    if general.get("bindaddr", "0.0.0.0") not in LOOPBACK:
        yield "AMI listens to the network: set bindaddr = 127.0.0.1 in [general] of manager.conf"
    if not _is_true(general.get("allowmultiplelogin", "yes")):
        yield "allowmultiplelogin = no in manager.conf: pbx-agent doctor cannot log in while the agent is"
    if count_sections(lines, username) > 1:
        yield f"manager.conf has another user [{username}]: Asterisk mixes the two. Remove or rename the other one"
    yield from _not_included(folder, "manager.conf")


def _about_dialplan(folder: Path) -> Iterator[str]:
    yield from _not_included(folder, "extensions.conf")
    lines = lines_of(folder, "extensions.conf")
    chosen = section(lines, "globals").get(OUTBOUND_VARIABLE.lower())
    context = chosen or OUTBOUND
    if count_sections(lines, context.lower()) or _in_ael(folder, context):
        return
    if chosen:
        yield f"{OUTBOUND_VARIABLE} in [globals] of extensions.conf names {chosen}, and there is no such context"
    else:
        yield (
            f"no context {OUTBOUND}: set {OUTBOUND_VARIABLE} in [globals] of extensions.conf to the context in which "
            "the employees' phones dial"
        )


def _in_ael(folder: Path, context: str) -> bool:
    return bool(re.search(rf"\bcontext\s+{re.escape(context)}\b", "\n".join(lines_of(folder, "extensions.ael"))))


def _not_included(folder: Path, name: str) -> Iterator[str]:
    """FreePBX's own file must include the one that is the admin's, where our include line went."""
    custom = folder / FREEPBX[name]
    if custom.is_file() and (folder / name).is_file() and not _reaches(folder, name):
        yield f"{name} does not include {custom.name}, where our line is: add to it  #include {custom.name}"


def _reaches(folder: Path, name: str) -> bool:
    ours = lines_of(folder, f"odoo/{name}")
    return bool(ours) and "\n".join(ours) in "\n".join(lines_of(folder, name))


def _is_true(value: str) -> bool:
    return value.lower() in ("yes", "true", "y", "t", "1", "on")
