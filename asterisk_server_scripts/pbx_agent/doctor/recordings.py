"""The hop from the PBX's recording folder to the files that are sent: readable, something to make them small, nothing
that waits.

The state is opened for reading only, as the spool is.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from ..config import Config
from ..recordings import encoders
from .findings import Finding, fails, note, ok, untold

FOLDER, ENCODERS, WAITING = "recordings", "encoders", "recordings sent"
STATE = "recordings.sqlite"
SHOWN = 5
#: Folders below the recording folder that are tried: those of some days.
TRIED = 50


def examine(config: Config) -> list[Finding]:
    """Look at the folder, the programs and the state."""
    settings = config.recordings
    if not settings.is_used:
        return [ok(FOLDER, "none are sent: [recordings] in the configuration names no folder")]
    found = [_look_at_folder(settings.folder, settings.keep_local), _look_for_encoders(settings.format)]
    path = Path(config.state_dir) / STATE
    if not path.exists():
        return [*found, note(WAITING, "the agent has not run yet since they were switched on")]
    try:
        return [*found, *_look_at_state(path)]
    except sqlite3.Error as error:
        return [*found, untold(WAITING, f"{path} cannot be read: {error}", "run the doctor as the agent's user")]


def _look_at_folder(folder: str, keep_local: bool) -> Finding:
    if not os.path.isdir(folder):
        return fails(FOLDER, f"{folder} is no folder, or closed", "correct folder in [recordings] of the configuration")
    closed = [path for path in _folders(Path(folder)) if not os.access(path, os.R_OK | os.X_OK)]
    if closed:
        todo = "let the agent's user read there: usermod -aG asterisk pbx-agent, then restart the agent"
        return fails(FOLDER, f"{closed[0]} may not be read", todo)
    if not os.access(folder, os.W_OK):
        words = f"{folder} can be read, but nothing in it deleted"
        todo = "recordings that have to be erased on demand stay there until the agent's user may write to it"
        return note(FOLDER, words, todo) if keep_local else fails(FOLDER, words, f"keep_local = no; {todo}")
    return ok(FOLDER, f"{folder} can be read, and what is erased deleted")


def _folders(root: Path) -> list[Path]:
    """Return the folder and some of the newest below it."""
    found, waiting = [], [root]
    while waiting and len(found) < TRIED:
        folder = waiting.pop()
        found.append(folder)
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            waiting += sorted(Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False))
    return found


def _look_for_encoders(form: str) -> Finding:
    if form in ("wav", "keep"):
        return ok(ENCODERS, f"none is needed: format = {form}")
    wanted = form or "opus"
    there = encoders.installed(encoders.ENCODERS[wanted])
    if there:
        return ok(ENCODERS, f"{there[0].program} makes {wanted}")
    names = " or ".join(encoder.program for encoder in encoders.ENCODERS[wanted])
    words = f"nothing that makes {wanted} is installed: recordings are sent as WAV, ten times as large"
    return note(ENCODERS, words, f"install {names} (Debian: apt-get install opus-tools, lame)")


def _look_at_state(path: Path) -> list[Finding]:
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)) as database:
        counts = dict(database.execute("SELECT state, count(*) FROM recording GROUP BY state"))
        problems = database.execute(
            "SELECT file, problem FROM recording WHERE problem != '' AND state IN ('closed', 'failed', 'refused')"
            " ORDER BY at DESC LIMIT ?", (SHOWN,)
        ).fetchall()  # fmt: skip
    waiting = counts.get("closed", 0) + counts.get("ready", 0)
    words = f"{counts.get('sent', 0)} are in Odoo, {waiting} wait"
    if not problems:
        return [ok(WAITING, words)]
    return [note(WAITING, words), *(note("recording", f"{file}: {problem}") for file, problem in problems)]
