"""What the sandbox takes from the distribution's own apt: looked for first, installed only when missing.

Debian 12, Debian 13 and Ubuntu 24.04. As root, or through `sudo -n`; where neither works, the error names the packages.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import threading

from sandbox.say import SandboxError, say

_apt = threading.Lock()


def run(argv: list, what: str, **options) -> str:
    """Runs a short command and returns its output; SandboxError with `what` and the command's own words on failure."""
    options.setdefault("env", {**os.environ, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"})
    try:
        done = subprocess.run([str(part) for part in argv], capture_output=True, text=True, check=False, **options)
    except OSError as error:
        raise SandboxError(f"{what}: {error}") from error
    if done.returncode:
        raise SandboxError(
            f"{what} failed ({argv[0]} ended with {done.returncode}):\n{(done.stderr + done.stdout)[-3000:].strip()}"
        )
    return done.stdout


def plain_environment(**extra: str) -> dict[str, str]:
    """Environment for a server that needs nothing of ours: a search path, a neutral language, UTC."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC", **extra}


def installed(package: str) -> bool:
    """Whether dpkg knows the package as installed."""
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Status}", package], capture_output=True, text=True, check=False)
    return done.stdout == "install ok installed"


def available(package: str) -> bool:
    """Whether the distribution's apt offers the package, and not only a snap in a package's clothes (Ubuntu)."""
    done = subprocess.run(["apt-cache", "policy", package], capture_output=True, text=True, check=False)
    found = re.search(r"Candidate: (\S+)", done.stdout)
    return bool(found) and found[1] != "(none)" and "snap" not in found[1]


@functools.cache
def refresh() -> None:
    """Reads apt's package lists anew, once per run; without root's rights the lists stay as they are."""
    try:
        rights = _as_root()
    except SandboxError as error:
        say("apt", f"{error}: taking the package lists as they are")
        return
    say("apt", "reading package lists")
    run([*rights, "apt-get", "update", "-q"], "apt-get update")


def _as_root() -> list[str]:
    if os.getuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n", "DEBIAN_FRONTEND=noninteractive"]
    raise SandboxError("neither root nor password-free sudo")


def install(packages: list[str], what: str) -> None:
    """Installs distribution packages that are not there yet. what: the purpose, for progress and errors."""
    missing = [package for package in packages if not installed(package)]
    if not missing:
        return
    try:
        with _apt:
            refresh()
            say("apt", f"installing {' '.join(missing)} ({what})")
            run(
                [*_as_root(), "apt-get", "install", "-y", "-q", "--no-install-recommends",
                 "-o", "DPkg::Lock::Timeout=300", *missing],
                f"installing {' '.join(missing)}",
            )  # fmt: skip
    except SandboxError as error:
        raise SandboxError(f"{what}: please install {' '.join(missing)} with apt-get ({error})") from error
