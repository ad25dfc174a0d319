"""One virtual environment for Odoo, the agent, the tests and the linters, from pinned requirement files."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from sandbox import foreign, system
from sandbox.paths import ROOT, cache
from sandbox.say import SandboxError, say

REQUIREMENTS = ROOT / "sandbox" / "requirements"
OLDEST, NEWEST = (3, 10), (3, 13)  # what Odoo 19 and the pinned wheels support


def folder() -> Path:
    """The virtual environment's folder."""
    return cache("venv")


def python() -> Path:
    """The environment's interpreter."""
    return folder() / "bin" / "python"


def environment(*paths: Path, **extra: str) -> dict[str, str]:
    """Process environment in which programs of the virtual environment come first.

    paths: folders for PYTHONPATH. extra: further variables.
    """
    result = {key: value for key, value in os.environ.items() if key not in {"PYTHONHOME", "VIRTUAL_ENV"}}
    own = (folder() / "bin", result.get("PATH", os.defpath), foreign.folder())
    result["PATH"] = os.pathsep.join(str(path) for path in own)
    result["PYTHONPATH"] = os.pathsep.join(str(path) for path in paths)
    result.update(extra)
    return result


def stamp(files: list[Path], interpreter: str) -> str:
    """Hash that changes when a requirement file or the base interpreter changes."""
    digest = hashlib.sha256(interpreter.encode())
    for path in sorted(files):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def base_python() -> str:
    """An interpreter that Odoo 19 runs on: this one, else the system's. Raises SandboxError when neither fits."""
    for candidate in (sys.executable, "/usr/bin/python3"):
        done = subprocess.run(
            [candidate, "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True, check=False
        )
        if done.returncode == 0 and OLDEST <= tuple(map(int, done.stdout.split())) <= NEWEST:
            return candidate
    raise SandboxError("Odoo 19 needs Python 3.10 to 3.13; install python3 of that age or set PYTHON to one")


def ensure() -> None:
    """Makes the virtual environment when it is missing or the requirement files have changed."""
    base = base_python()
    files = sorted(REQUIREMENTS.glob("*.txt"))
    mark, wanted = folder() / "stamp", stamp(files, base)
    if mark.exists() and mark.read_text() == wanted and python().exists():
        return
    shutil.rmtree(folder(), ignore_errors=True)
    say("Python", f"making the virtual environment ({base})")
    system.run([base, "-m", "venv", folder()], "making the virtual environment")
    say("Python", "installing packages from PyPI")
    lists = [part for path in files if path.name != "constraints.txt" for part in ("-r", path)]
    system.run(
        [python(), "-m", "pip", "install", "-q", "--prefer-binary", "-c", REQUIREMENTS / "constraints.txt", *lists],
        "installing Python packages (is PyPI reachable?)",
    )
    mark.write_text(wanted)
