"""The programs that the sandbox needs from the system: found, or installed from the distribution's apt.

What a distribution does not package comes from Debian 12 (see foreign), without being installed.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from sandbox import foreign, system
from sandbox.say import SandboxError

FONTS = ("fonts-dejavu-core", "fonts-noto-core", "fonts-noto-color-emoji", "fonts-symbola")
ENCODERS = ("opus-tools", "lame", "sox")
BROWSERS = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")


def ensure_venv() -> None:
    """Python's means to make virtual environments, which Debian splits off into a package."""
    if importlib.util.find_spec("ensurepip"):
        return
    system.refresh()
    version = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    system.install([version if system.available(version) else "python3-venv"], "Python virtual environments")


def ensure_tools() -> None:
    """Ghostscript (fax), encoders (recordings), fonts for the browser, and wkhtmltopdf (PDF reports) where the
    distribution has it.
    """
    system.install([*FONTS, "fontconfig", "ghostscript", "ca-certificates"], "fonts and fax conversion")
    ensure_encoders()
    if shutil.which("wkhtmltopdf") or foreign.folder().joinpath("wkhtmltopdf").exists():
        return
    system.refresh()
    if system.available("wkhtmltopdf"):
        system.install(["wkhtmltopdf"], "PDF reports")
    else:
        foreign.ensure("wkhtmltopdf")


def ensure_encoders() -> None:
    """What makes recordings small, and readable again."""
    system.install([*ENCODERS], "converting recordings")


def _is_snap(program: str) -> bool:
    """Whether the program is only a door to a snap, which may not use the sandbox's folders."""
    real = Path(program).resolve()
    return "snap" in real.parts or (real.is_file() and b"snap" in real.read_bytes()[:2000])


def browser() -> str | None:
    """The Chromium or Chrome of this machine that a test can drive; None when there is none."""
    path = f"{os.environ.get('PATH', os.defpath)}{os.pathsep}{foreign.folder()}"
    found = [shutil.which(name, path=path) for name in BROWSERS]
    return next((program for program in found if program and not _is_snap(program)), None)


def ensure_browser() -> str:
    """The browser's path; installs Chromium when none is there."""
    if browser() is None:
        system.refresh()
        if system.available("chromium"):
            system.install(["chromium"], "the browser")
        else:
            foreign.ensure("chromium")
    program = browser()
    if program is None:
        raise SandboxError("no usable Chromium was found; install google-chrome or chromium")
    return program


def ensure_node() -> None:
    """Node.js and npm, which only `./run lint` needs."""
    if not (shutil.which("node") and shutil.which("npm")):
        system.install(["nodejs", "npm"], "JavaScript linters")
