"""Packages of Debian's unstable suite, fetched through an apt root of our own: nothing of it is ever installed.

Odoo 19 and Asterisk 22 are packaged there only. The mirror is the one apt already uses, or DEBIAN_MIRROR; on Ubuntu the
address that Debian's own package templates name. Indexes are checked against Debian's keyring, packages by apt itself.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sandbox import system
from sandbox.paths import cache
from sandbox.say import SandboxError, say

SUITE = os.environ.get("DEBIAN_SUITE", "sid")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
TEMPLATES = Path("/usr/share/python-apt/templates")


def mirror() -> str:
    """Address of a Debian mirror (without suite). Raises SandboxError when none is known."""
    if os.environ.get("DEBIAN_MIRROR"):
        return os.environ["DEBIAN_MIRROR"]
    listed = system.run(
        [
            "apt-get",
            "indextargets",
            "--format",
            "$(ORIGIN) $(RELEASE) $(COMPONENT) $(REPO_URI)",
            "Identifier: Packages",
        ],
        "apt-get indextargets",
    )
    for line in listed.splitlines():
        origin, release, component, address = line.split(" ", 3)
        if origin == "Debian" and component == "main" and not release.endswith(("-security", "-updates")):
            return address
    return template_mirror()


def template_mirror(templates: Path = TEMPLATES) -> str:
    """Debian's address in python-apt's templates, for a system whose apt knows no Debian mirror (Ubuntu)."""
    if not templates.exists():
        system.install(["python-apt-common", "ca-certificates"], "Debian's mirror address")
    texts = [path.read_text() for path in sorted(templates.glob("[Dd]ebian.info"))]
    found = [line for text in texts for line in re.findall(r"^BaseURI:\s*(https?://\S+)", text, re.M)]
    if not found:
        raise SandboxError("no Debian mirror is known here; set DEBIAN_MIRROR to the address of one")
    return found[0]


class Archive:
    """A private apt root over one suite of Debian, by default the unstable one."""

    def __init__(self, suite: str = SUITE):
        self.suite = suite
        self.folder = cache("apt", suite)
        self.updated = False

    def _apt(self, *argv: str, what: str, cwd: Path | None = None) -> str:
        """Runs apt on this root. On the command line, so that the machine's own proxy settings stay in force."""
        options = {
            "Dir": self.folder,
            "Dir::Etc": "etc",
            "Dir::Etc::sourcelist": "sources.list",
            "Dir::Etc::sourceparts": "sources.list.d",
            "Dir::State": "state",
            "Dir::State::status": self.folder / "state/status",
            "Dir::Cache": "cache",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            "APT::Install-Recommends": "0",
            "APT::Sandbox::User": "root",  # the _apt user may not be able to enter the cache
            "Debug::NoLocking": "1",
        }
        settings = [f"-o{key}={value}" for key, value in options.items()]
        return system.run([argv[0], "-q", *settings, *argv[1:]], what, cwd=cwd)

    def update(self) -> None:
        """Writes the sources list and fetches the suite's package index, once per object."""
        if self.updated:
            return
        if not KEYRING.exists():
            system.install(["debian-archive-keyring"], "Debian's signing keys")
        for name in ("etc/apt.conf.d", "etc/preferences.d", "etc/sources.list.d", "state/lists/partial",
                     "cache/archives/partial"):  # fmt: skip
            self.folder.joinpath(name).mkdir(parents=True, exist_ok=True)
        self.folder.joinpath("state/status").touch()
        self.folder.joinpath("etc/sources.list").write_text(f"deb [signed-by={KEYRING}] {mirror()} {self.suite} main\n")
        say("Debian archive", f"reading the index of {self.suite}")
        self._apt("apt-get", "update", "-q", what=f"reading the index of Debian {self.suite} (set DEBIAN_MIRROR?)")
        self.updated = True

    def closure(self, package: str) -> list[str]:
        """Names of `package` and everything it depends on (not what it recommends)."""
        listed = self._apt("apt-get", "install", "--print-uris", "-qq", package, what=f"resolving {package}")
        return [line.split()[1].split("_")[0] for line in listed.splitlines() if line.startswith("'")]

    def version(self, package: str) -> str:
        """The version the suite offers; SandboxError when it has none."""
        found = re.search(r"Candidate: (\S+)", self._apt("apt-cache", "policy", package, what="apt-cache policy"))
        if not found or found[1] == "(none)":
            raise SandboxError(f"Debian {self.suite} offers no package {package}; set DEBIAN_SUITE or DEBIAN_MIRROR")
        return found[1]

    def fetch(self, packages: list[str], root: Path) -> None:
        """Downloads packages and unpacks them below `root`. apt checks every file against the signed index."""
        say("Debian archive", f"downloading {packages[0]} ({len(packages)} packages)")
        with _folder_beside(root) as downloads:
            self._apt("apt-get", "download", *packages, what=f"downloading {packages[0]}", cwd=downloads)
            unpack(sorted(downloads.glob("*.deb")), root)


@contextlib.contextmanager
def _folder_beside(root: Path):
    """An empty folder next to `root` for downloads, removed afterwards."""
    folder = root.with_name(root.name + ".debs")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    yield folder
    shutil.rmtree(folder)


def unpack(debs: list[Path], root: Path) -> None:
    """Unpacks .deb files below `root`, several at a time."""
    root.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda deb: system.run(["dpkg-deb", "-x", deb, root], f"unpacking {deb.name}"), debs))


def distribution_download(packages: list[str], root: Path) -> None:
    """Downloads packages of the distribution itself (its own apt) and unpacks them below `root`, installing nothing."""
    system.refresh()
    with _folder_beside(root) as downloads:
        argv = ["apt-get", "-q", "-oAPT::Sandbox::User=root", "download", *packages]
        system.run(argv, f"downloading {' '.join(packages)}", cwd=downloads)
        unpack(sorted(downloads.glob("*.deb")), root)


def depends(package: str) -> list[str]:
    """Names of the distribution's packages that `package` depends on directly."""
    done = subprocess.run(["apt-cache", "depends", "--important", package], capture_output=True, text=True, check=False)
    return re.findall(r"^\s*\|?Depends: ([^\s<]+)", done.stdout, re.M)
