"""The hops on this machine: the configuration, the state folder, the spool and its dead letters.

The spool is opened for reading only: the agent that works with it must not notice.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from .. import config as configuration
from ..config import Config, ConfigError
from ..odoo.spool import DeadLetter, Spool
from .findings import FAILS, Finding, fails, note, ok, untold

SPOOL = "spool.sqlite"
SHOWN_LETTERS = 20
#: Free space below which the spool may soon have nowhere to grow.
FEW_BYTES = 100 << 20


def look_at_configuration(path: Path) -> tuple[Finding, Config | None]:
    """Read the configuration; it is None when it cannot be used."""
    hop = "configuration"
    try:
        config = configuration.load(path)
    except ConfigError as error:
        closed = path.exists() and not os.access(path, os.R_OK)
        todo = "run the doctor as root, or as the user the agent runs as" if closed else "run pbx-agent setup again"
        return fails(hop, str(error), todo), None
    return ok(hop, f"{path}, only {_name(path.stat().st_uid)} may read it"), config


def look_at_state(config: Config, config_path: Path) -> list[Finding]:
    """Look at the state folder and at the spool in it."""
    folder = Path(config.state_dir)
    found = _look_at_folder(folder, config_path)
    path = folder / SPOOL
    if found.level == FAILS:
        return [found, untold("spool", "its folder cannot be used")]
    if not path.exists():
        return [found, note("spool", "there is none yet: the agent has never run with this configuration")]
    try:
        return [found, *_look_at_spool(path)]
    except sqlite3.Error as error:
        broken = fails("spool", f"{path} cannot be read: {error}", _spool_todo(path, config_path))
        return [found, broken]


def retry(config: Config) -> Finding:
    """Put all dead letters back among what waits for Odoo."""
    path = Path(config.state_dir) / SPOOL
    if not path.exists():
        return ok("dead letters", "there is no spool yet, so none to try again")
    try:
        with _reading(path) as database:  # a broken spool must not be replaced by an empty one, as the agent would do
            database.execute("SELECT count(*) FROM dead_letter").fetchone()
        spool = Spool(path)
        try:
            count = spool.revive()
        finally:
            spool.close()
    except (sqlite3.Error, OSError) as error:
        todo = "run the doctor as the user the agent runs as"
        return fails("dead letters", f"they could not be put back: {error}", todo)
    return ok("dead letters", f"{count} put back: the agent sends them again")


def _look_at_folder(folder: Path, config_path: Path) -> Finding:
    hop, owner = "state folder", config_path.stat().st_uid
    if not folder.is_dir():
        todo = f"run pbx-agent setup again, or: install -d -m 700 -o {_name(owner)} {folder}"
        return fails(hop, f"{folder} is missing", todo)
    status = folder.stat()
    if owner and status.st_uid != owner:
        words = f"{folder} belongs to {_name(status.st_uid)}, the configuration to {_name(owner)}"
        return fails(hop, words, f"if the agent runs as {_name(owner)}: chown -R {_name(owner)} {folder}")
    if not os.access(folder, os.W_OK):
        return fails(
            hop, f"{folder} cannot be written to", f"chown it to the agent's user; you are {_name(os.getuid())}"
        )
    free = os.statvfs(folder)
    if free.f_bavail * free.f_frsize < FEW_BYTES:
        return fails(
            hop, f"{folder} has less than {FEW_BYTES >> 20} MB left", "make room: the spool must be able to grow"
        )
    return ok(hop, f"{folder} can be written to")


def _spool_todo(path: Path, config_path: Path) -> str:
    owner = _name(config_path.stat().st_uid)
    if not os.access(path, os.R_OK):
        return f"run the doctor as {owner} or as root"
    return "is the disk full or the file broken? The agent sets a broken one aside as spool.broken and begins a new one"


def _look_at_spool(path: Path) -> Iterator[Finding]:
    with _reading(path) as database:
        waiting = database.execute("SELECT count(*) FROM item").fetchone()[0]
        dead = database.execute("SELECT count(*) FROM dead_letter").fetchone()[0]
        letters = database.execute(
            "SELECT id, kind, key, payload, reason, at FROM dead_letter ORDER BY id DESC LIMIT ?", (SHOWN_LETTERS,)
        ).fetchall()
    if waiting:
        yield note(
            "spool", f"{waiting} items wait for Odoo", "they go out as soon as Odoo takes them; see the hops below"
        )
    else:
        yield ok("spool", "nothing waits for Odoo")
    if not dead:
        yield ok("dead letters", "none")
        return
    todo = "mend the reason, then: pbx-agent doctor --retry"
    yield fails("dead letters", f"Odoo refused {dead}; the agent keeps them", todo)
    for letter in map(DeadLetter._make, letters):
        moment = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(letter.at))
        yield note("dead letter", f"{letter.kind} {letter.key}, {moment}: {letter.reason}")


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)
    try:
        yield database
    finally:
        database.close()


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"
