"""A private MariaDB server: own data folder, own socket, no TCP port; no system service is touched.

Only the tests of the agent's MySQL reader use it: FreePBX keeps its detail records there.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from pathlib import Path

from sandbox import archive, system, user
from sandbox.paths import cache
from sandbox.process import Process, spawn, wait_for
from sandbox.say import SandboxError, say

PACKAGE = "mariadb-server-core"  # the programs only; mariadb-server would start a system service
SETTINGS = ("--no-defaults", "--skip-networking", "--skip-log-bin", "--innodb-flush-log-at-trx-commit=0",
            "--innodb-buffer-pool-size=64M", "--innodb-log-file-size=16M", "--aria-pagecache-buffer-size=8M",
            "--key-buffer-size=8M", "--loose-skip-performance-schema", "--character-set-server=utf8mb4")  # fmt: skip
SCHEMA = ("mysql_system_tables.sql", "mysql_system_tables_data.sql")


def root() -> Path:
    """The folder `usr` with the programs: the system's, else the one unpacked in the cache."""
    for folder in (Path("/usr"), cache("mariadb", "usr")):
        if (folder / "sbin" / "mariadbd").exists() and (folder / "share" / "mysql" / SCHEMA[0]).exists():
            return folder
    raise SandboxError("MariaDB is missing; run ./run setup")


def ensure() -> None:
    """Unpacks the distribution's MariaDB in the cache unless the system has one; installs only shared libraries."""
    with contextlib.suppress(SandboxError):
        root()
        return
    system.refresh()
    libraries = sorted(name for name in archive.depends(PACKAGE) if re.match(r"lib", name))
    system.install(libraries, "MariaDB's shared libraries")
    say("MariaDB", f"unpacking {PACKAGE}")
    archive.distribution_download([PACKAGE], cache("mariadb"))
    root()


class Mariadb:
    """One server in `folder` (made when empty; short, open path: see paths.temporary), reachable by `socket` only.

    Its superuser is `root` without a password; nobody else reaches the socket's folder.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.data, self.socket, self.log = folder / "data", folder / "s" / "mariadb.sock", folder / "mariadb.log"
        self.process: Process | None = None

    def _argv(self) -> list[str]:
        usr = root()
        return [
            str(usr / "sbin" / "mariadbd"), *SETTINGS, f"--basedir={usr}", f"--datadir={self.data}",
            f"--lc-messages-dir={usr / 'share' / 'mysql'}", f"--socket={self.socket}",
            f"--plugin-dir={usr / 'lib' / 'mysql' / 'plugin'}",
        ]  # fmt: skip

    def init(self) -> None:
        """Makes the data folder with the system's own tables."""
        for folder in (self.folder, self.socket.parent):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o711)
        user.give(self.socket.parent)
        if self.data.exists():
            return
        self.data.mkdir(mode=0o700)
        user.give(self.data)
        tables = "".join((root() / "share" / "mysql" / name).read_text() for name in SCHEMA)
        statements = f"CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\n{tables}"
        system.run([*self._argv(), "--bootstrap"], "making MariaDB's tables", input=statements, cwd=self.data,
                   **user.drop())  # fmt: skip

    def start(self) -> Mariadb:
        """Starts the server and waits until it takes connections."""
        self.init()
        self.log.touch()
        user.give(self.log)
        self.process = spawn("mariadb", self._argv(), log=self.log, cwd=self.data, **user.drop())
        self.process.wait_ready(self.socket.exists, 30)
        return self

    def stop(self) -> None:
        """Stops the server in an orderly way."""
        if self.process:
            self.process.stop()
            wait_for(lambda: not self.socket.exists(), 5)
            self.process = None

    def remove(self) -> None:
        """Stops the server and removes its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Mariadb:
        return self.start()

    def __exit__(self, *_) -> None:
        self.stop()
