"""Where Asterisk's programs lie: the system's own (18 or newer), or Debian's package unpacked in the cache.

The unpacked one was built against newer libraries than the system has, so it is started through the dynamic loader that
was unpacked with it (ld.so(8), --library-path).
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sandbox import archive
from sandbox.paths import cache
from sandbox.say import SandboxError, say

RECIPE = "1"  # raise it when the unpacked tree has to be made anew
OLDEST = 18
WANTED = re.compile(
    r"^(asterisk(-modules|-core-sounds-en|-core-sounds-en-gsm)?|lib(?!perl|icu|pam-modules|c-gconv).*|zlib1g|openssl-provider-legacy)$"
)
LOADERS = {"x86_64": "ld-linux-x86-64.so.2", "aarch64": "ld-linux-aarch64.so.1"}


@dataclass(frozen=True)
class Source:
    """One Asterisk: the command that starts it, its modules, its data folder (sounds, documentation), its version."""

    command: tuple[str, ...]
    modules: Path
    data: Path
    version: str


def find() -> Source:
    """The Asterisk to run. Raises SandboxError when there is none yet."""
    source = _system() or _unpacked()
    if source is None:
        raise SandboxError("Asterisk is missing; run ./run setup")
    return source


def _system() -> Source | None:
    program = os.environ.get("ASTERISK") or shutil.which("asterisk", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not program:
        return None
    done = subprocess.run([program, "-V"], capture_output=True, text=True, check=False)
    found = re.search(r"(\d+)\.\d+", done.stdout)
    if not found or int(found[1]) < OLDEST:
        return None
    folders = [
        *Path("/usr/lib").glob("*/asterisk/modules"),
        Path("/usr/lib/asterisk/modules"),
        Path("/usr/lib64/asterisk/modules"),
    ]
    modules = next((folder for folder in folders if folder.is_dir()), None)
    data = next(
        (path for path in map(Path, ("/usr/share/asterisk", "/var/lib/asterisk")) if (path / "documentation").is_dir()),
        None,
    )
    return Source((program,), modules, data, done.stdout.strip()) if modules and data else None


def _unpacked() -> Source | None:
    root = cache("asterisk")
    if not (root / "stamp").exists():
        return None
    loader = LOADERS[platform.machine()]
    libraries = next(root.glob("usr/lib/*-linux-gnu*"))
    command = (str(libraries / loader), "--library-path", str(libraries), str(root / "usr/sbin/asterisk"))
    return Source(command, libraries / "asterisk/modules", root / "usr/share/asterisk", (root / "stamp").read_text())


def ensure(debian: archive.Archive) -> None:
    """Unpacks Asterisk unless the system has one or it is already there. debian: an archive, updated when needed."""
    root = cache("asterisk")
    if _system() or ((root / "stamp").exists() and (root / "stamp").read_text().startswith(f"{RECIPE} ")):
        return
    if platform.machine() not in LOADERS:
        raise SandboxError(
            f"Asterisk: no recipe for {platform.machine()}; install asterisk {OLDEST} or newer with apt-get"
        )
    debian.update()
    version = debian.version("asterisk")
    draft = root.with_name("asterisk.new")
    for folder in (draft, root):
        shutil.rmtree(folder, ignore_errors=True)
    say("Asterisk", f"fetching and unpacking {version}")
    debian.fetch([name for name in debian.closure("asterisk") if WANTED.match(name)], draft)
    (draft / "stamp").write_text(f"{RECIPE} {version}")
    draft.rename(root)
