"""Telling the running Asterisk to read its AMI users and its dialplan again."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

COMMANDS = ("manager reload", "dialplan reload")
SECONDS = 30


def reload(folder: Path) -> str:
    """Reload the Asterisk whose configuration `folder` this is; return what went wrong, "" when nothing did."""
    program = shutil.which("asterisk", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if not program:
        return "the program asterisk is not here: reload manager and dialplan yourself"
    main_file = folder / "asterisk.conf"
    which = ["-C", str(main_file)] if main_file.is_file() else []
    for command in COMMANDS:
        words = _told([program, *which, "-rx", command])
        if words:
            return f"Asterisk did not take {command!r}: {words}"
    return ""


def _told(argv: list[str]) -> str:
    try:
        done = subprocess.run(argv, capture_output=True, text=True, errors="replace", timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"no answer within {SECONDS} s"
    except OSError as error:
        return str(error)
    if done.returncode == 0:
        return ""
    return (done.stdout + done.stderr).strip() or f"exit code {done.returncode}"
