"""The agent's configuration: one INI file that only its owner may read.

::

    [odoo]
    url = https://odoo.example        ; without a path
    key = ...                         ; the pairing key that Odoo showed once
    database =                        ; only where the host serves several
    ca_file =                         ; PEM file of an own certificate authority

    [asterisk]
    host = 127.0.0.1
    port = 5038
    username = odoo
    secret = ...

    [agent]
    state_dir = /var/lib/pbx-agent    ; the spool lies here
    log_level = info                  ; debug, info, warning, error

    [recordings]                      ; where the PBX keeps its recordings: recordings/settings.py
    [cdr]                             ; where the PBX keeps its detail records: cdr/settings.py
    [cel]                             ; the same for channel events
"""

from __future__ import annotations

import configparser
import contextlib
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from . import files, ini
from .cdr import settings
from .cdr.settings import Store
from .recordings import settings as recording_settings
from .recordings.settings import Folder

DEFAULT_PATH = "/etc/pbx-agent/agent.conf"
DEFAULT_STATE_DIR = "/var/lib/pbx-agent"
ENVIRONMENT = "PBX_AGENT_CONFIG"
LOG_LEVELS = ("debug", "info", "warning", "error")


class ConfigError(Exception):
    """The configuration cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Config:
    """What the file says, checked."""

    url: str
    key: str = field(repr=False)
    secret: str = field(repr=False)
    database: str = ""
    ca_file: str = ""
    host: str = "127.0.0.1"
    port: int = 5038
    username: str = "odoo"
    state_dir: str = DEFAULT_STATE_DIR
    log_level: str = "info"
    cdr: Store = Store()
    cel: Store = Store(table="cel")
    recordings: Folder = Folder()

    def __post_init__(self) -> None:
        """Check every value. :raises ConfigError: naming the first bad one"""
        _check_url(self.url)
        for name, value in (
            ("[odoo] key", self.key),
            ("[asterisk] secret", self.secret),
            ("[asterisk] username", self.username),
            ("[asterisk] host", self.host),
        ):
            if not value or not re.fullmatch(r"[!-~]{1,200}", value):
                raise ConfigError(f"{name} is missing or holds spaces or other characters than printable ASCII")
        if not re.fullmatch(r"[\w.-]{0,63}", self.database):
            raise ConfigError(f"[odoo] database {self.database!r} is no name of a database")
        if not 1 <= self.port <= 65535:
            raise ConfigError(f"[asterisk] port {self.port} is no port")
        for name, value in (("[odoo] ca_file", self.ca_file), ("[agent] state_dir", self.state_dir)):
            if value and (not os.path.isabs(value) or not value.isprintable() or " ;" in value):
                raise ConfigError(f"{name} {value!r} is no absolute path, or one that does not fit into a line")
        if self.log_level not in LOG_LEVELS:
            raise ConfigError(f"[agent] log_level {self.log_level!r}: choose one of {', '.join(LOG_LEVELS)}")


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        right = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # a port that is none, an address in brackets that is none
        raise ConfigError("[odoo] url is no address: give scheme and host, like https://odoo.example") from None
    if "@" in parts.netloc:
        raise ConfigError("[odoo] url holds a user or password: the key belongs into [odoo] key")
    if not right or parts.path.strip("/") or parts.query or parts.fragment or not re.fullmatch(r"[!-~]+", url):
        raise ConfigError(f"[odoo] url {url!r}: give scheme and host only, like https://odoo.example")


def config_path(given: str | None = None) -> Path:
    """Return the file to read: the one `given`, else that of the environment, else the system's."""
    return Path(given or os.environ.get(ENVIRONMENT) or DEFAULT_PATH)


def load(path: Path, *, strict: bool = True) -> Config:
    """Read and check the configuration.

    :param strict: refuse a file that others may read; setup does not, it mends that
    :raises ConfigError: with words about what to do
    """
    try:
        with open(path, encoding="utf-8") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if strict and mode & 0o077:
                raise ConfigError(f"{path} holds secrets and is open to others (mode {mode:o}). Run: chmod 600 {path}")
            text = file.read()
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist. Run: pbx-agent setup --odoo URL") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} cannot be understood: it is no UTF-8 text") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
    try:
        return parsed(text)
    except configparser.Error as error:
        raise ConfigError(f"{path} cannot be understood: {_first_line(error)}") from None
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None


def _first_line(error: Exception) -> str:
    """A parser's message repeats the line that it did not understand, which may be the one with the key."""
    line = getattr(error, "lineno", None) or next((row for row, _text in getattr(error, "errors", [])), None)
    return type(error).__name__ + (f" in line {line}" if line else "")


def parsed(text: str) -> Config:
    """Return what the INI `text` says, checked.

    :raises configparser.Error: it is no INI text
    :raises ConfigError: a value is missing or wrong
    """
    parser = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=(";",))
    parser.read_string(text)

    def value(section: str, option: str, default: str = "") -> str:
        return parser.get(section, option, fallback=default).strip()

    try:
        port = int(value("asterisk", "port", "5038"))
    except ValueError:
        raise ConfigError("[asterisk] port is no number") from None
    return Config(
        url=value("odoo", "url"),
        key=value("odoo", "key"),
        secret=value("asterisk", "secret"),
        database=value("odoo", "database"),
        ca_file=value("odoo", "ca_file"),
        host=value("asterisk", "host", "127.0.0.1"),
        port=port,
        username=value("asterisk", "username", "odoo"),
        state_dir=value("agent", "state_dir", DEFAULT_STATE_DIR),
        log_level=value("agent", "log_level", "info").lower(),
        cdr=_store(parser, "cdr"),
        cel=_store(parser, "cel"),
        recordings=_recordings(parser),
    )


def _store(parser: configparser.ConfigParser, flow: str) -> Store:
    try:
        return settings.read(dict(parser[flow]) if parser.has_section(flow) else {}, flow)
    except ValueError as error:
        raise ConfigError(f"[{flow}] {error}") from None


def _recordings(parser: configparser.ConfigParser) -> Folder:
    try:
        return recording_settings.read(dict(parser["recordings"]) if parser.has_section("recordings") else {})
    except ValueError as error:
        raise ConfigError(f"[recordings] {error}") from None


def has_section(path: Path, section: str) -> bool:
    """Whether the file at `path` says anything in `section`: then that is the admin's own word."""
    parser = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=(";",), strict=False)
    with contextlib.suppress(configparser.Error):
        parser.read_string(files.read(path))
    return parser.has_section(section)


def write(
    path: Path, config: Config, owner: files.Owner | None = None, stores: Mapping[str, Store] | None = None
) -> str:
    """Write `config` to `path`, readable by its owner only; options and comments that are not ours stay.

    A file that cannot be understood is replaced, a copy is kept beside it.

    :param owner: who gets the file; without it, it stays whose it is
    :param stores: sections for stores that the file does not have yet: ``cdr``, ``cel``
    :return: ``unchanged``, ``changed`` or ``wrote``
    :raises ConfigError: a value would not come back from the file as it went in
    """
    before, kept = files.read(path), None
    if not _is_ini(before):
        kept = files.keep_copy(path)
    further = {flow: store.section(flow) for flow, store in (stores or {}).items()}
    text = ini.updated("" if kept else before, {**_sections(config), **further})
    written = parsed(text)
    if _sections(written) != _sections(config) or {f: getattr(written, f) for f in further} != (stores or {}):
        raise ConfigError(f"{path}: a value holds a semicolon or a space at a place where it does not survive")
    exists = path.exists()
    if owner is None and exists:
        owner = files.owner_of(path)
    if exists and before == text and _is_closed(path) and owner in (None, files.owner_of(path)):
        return "unchanged"
    path.parent.mkdir(parents=True, exist_ok=True)
    files.replace(path, text, 0o600, owner)
    return "changed" if exists else "wrote"


def _is_closed(path: Path) -> bool:
    return not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) == 0o600


def _is_ini(text: str) -> bool:
    try:
        configparser.ConfigParser(interpolation=None, inline_comment_prefixes=(";",)).read_string(text)
    except configparser.Error:
        return False
    return not any("\udc80" <= char <= "\udcff" for char in text)  # bytes that are no UTF-8


def _sections(config: Config) -> dict[str, dict[str, str]]:
    return {
        "odoo": {"url": config.url, "key": config.key, "database": config.database, "ca_file": config.ca_file},
        "asterisk": {
            "host": config.host,
            "port": str(config.port),
            "username": config.username,
            "secret": config.secret,
        },
        "agent": {"state_dir": config.state_dir, "log_level": config.log_level},
    }
