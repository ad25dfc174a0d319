"""A private PostgreSQL cluster: own data folder, own socket, no TCP port; no system service is touched."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

from sandbox import archive, system, user
from sandbox.paths import cache
from sandbox.process import Process, children, spawn, start_time
from sandbox.say import SandboxError, say

USER = "odoo"
SOCKET_NUMBER = 5432  # part of the socket's file name; no TCP port is opened
SETTINGS = {"jit": "off", "max_connections": "200", "shared_buffers": "256MB", "timezone": "UTC",
            "listen_addresses": "", "unix_socket_permissions": "0700",
            "dynamic_shared_memory_type": "mmap"}  # fmt: skip
# Only for data that may be lost: a power cut would destroy such a cluster, a crash of Odoo does not.
VOLATILE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "minimal",
            "max_wal_senders": "0", "autovacuum": "off"}  # fmt: skip


def _newest(pattern: str) -> Path | None:
    found = sorted(Path("/").glob(pattern), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


def binaries() -> Path:
    """Folder of initdb, postgres, psql …: the system's newest, else the ones unpacked in the cache."""
    folder = _newest("usr/lib/postgresql/*/bin/initdb")
    if folder is None:
        found = sorted(cache("postgresql").glob("usr/lib/postgresql/*/bin/initdb"))
        folder = found[-1].parent if found else None
    if folder is None:
        raise SandboxError("PostgreSQL is missing; run ./run setup")
    return folder


def ensure() -> None:
    """Unpacks the distribution's PostgreSQL in the cache unless the system has one; installs only shared libraries.

    The package itself is not installed, because that would start a system service.
    """
    with contextlib.suppress(SandboxError):
        binaries()
        return
    system.refresh()
    servers = [name for name in archive.depends("postgresql") if re.fullmatch(r"postgresql-\d+", name)]
    if not servers:
        raise SandboxError("PostgreSQL: this distribution's apt offers no package postgresql; check the apt sources")
    server = servers[0]
    client = server.replace("postgresql-", "postgresql-client-")
    libraries = {name for package in (server, client) for name in archive.depends(package)}
    needed = sorted(name for name in libraries if re.match(r"lib(?!llvm)|tzdata", name))
    system.install(needed, "PostgreSQL's shared libraries")
    say("PostgreSQL", f"unpacking {server}")
    archive.distribution_download([server, client], cache("postgresql"))
    binaries()


class Cluster:
    """One PostgreSQL cluster in `folder` (made when empty), reachable by the unix socket in `folder`/s only.

    Only the user who starts it (and root) may connect, so no password is needed.

    durable: False turns fsync off, for tests only.
    """

    def __init__(self, folder: Path, durable: bool = False, state_dir: Path | None = None):
        self.folder, self.durable = folder, durable
        self.data, self.socket, self.log = folder / "data", folder / "s", folder / "postgres.log"
        self.state_dir = state_dir
        self.process: Process | None = None

    def environment(self) -> dict[str, str]:
        """Variables with which psql, pg_dump and libpq find this cluster."""
        return {
            **os.environ,
            "PGHOST": str(self.socket),
            "PGPORT": str(SOCKET_NUMBER),
            "PGUSER": USER,
            "LC_ALL": "C.UTF-8",
        }

    def init(self, template: Path | None = None) -> None:
        """Makes the data folder: a copy of `template` (the data of a stopped cluster) or a new empty cluster."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.socket.mkdir(exist_ok=True)
        for path in (self.folder, self.socket):
            path.chmod(0o711)
        user.give(self.socket)
        if self.data.exists():
            return
        if template:
            copy_tree(template, self.data)
            return
        self.data.mkdir(mode=0o700)
        user.give(self.data)
        system.run(
            [binaries() / "initdb", "-D", self.data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
             "--no-sync", "--wal-segsize=4"],
            "initdb", cwd=self.data, **user.drop(),
        )  # fmt: skip

    def start(self) -> Cluster:
        """Starts the server and waits until it takes connections."""
        self.init()
        settings = {**SETTINGS, **({} if self.durable else VOLATILE), "port": str(SOCKET_NUMBER),
                    "unix_socket_directories": str(self.socket)}  # fmt: skip
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        self.log.touch()
        user.give(self.log)
        argv = [binaries() / "postgres", "-D", self.data, *options]
        self.process = spawn("postgres", argv, log=self.log, state_dir=self.state_dir, sig=signal.SIGINT,
                             cwd=self.data, **user.drop())  # fmt: skip
        self.process.wait_ready(self._answers, 60)
        return self

    def _answers(self) -> bool:
        argv = [binaries() / "pg_isready", "-q", "-d", "postgres"]
        return subprocess.run(argv, env=self.environment(), check=False, capture_output=True).returncode == 0

    def stop(self) -> None:
        """Stops the server in an orderly way (fast shutdown: open connections are closed)."""
        if self.process:
            self.process.stop(seconds=30)
            self.process = None

    def kill(self) -> None:
        """Kills the server and all its processes at once, as a crash would; the next start recovers the data."""
        if self.process:
            backends = children(self.process.pid)
            self.process.kill()
            for pid, started in backends:  # each leads a process group of its own
                with contextlib.suppress(ProcessLookupError):
                    if start_time(pid) == started:
                        os.kill(pid, signal.SIGKILL)
            self.process = None

    def __enter__(self) -> Cluster:
        return self.start()

    def __exit__(self, *_) -> None:
        self.stop()

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Runs one SQL statement with psql; returns its rows, unaligned, without headings."""
        argv = [binaries() / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement]
        return system.run(argv, f"SQL in {database}", env=self.environment()).strip()

    def exists(self, name: str) -> bool:
        """Whether the database exists."""
        return name in self.sql("SELECT datname FROM pg_database").splitlines()

    def createdb(self, name: str, template: str | None = None) -> None:
        """Makes a database, as a copy of database `template` when given (nobody may be connected to that one)."""
        argv = [binaries() / "createdb", "-T", template or "template0", name]
        system.run(argv, f"creating database {name}", env=self.environment())
        if self.durable:
            # A copied sequence is not logged before it has used up the numbers that the template's log had granted:
            # after a crash it would give them out again, unless there was a checkpoint.
            self.sql("CHECKPOINT")

    def dropdb(self, name: str) -> None:
        """Removes a database if it exists, closing its connections."""
        system.run([binaries() / "dropdb", "--if-exists", "--force", name], f"dropping {name}", env=self.environment())


def copy_tree(source: Path, target: Path) -> None:
    """Copies a folder with owners and modes, sharing blocks where the file system can."""
    target.parent.mkdir(parents=True, exist_ok=True)
    system.run(["cp", "-a", "--reflink=auto", source, target], f"copying {source.name}")


def remove_tree(path: Path) -> None:
    """Removes a folder if it is there."""
    if path.exists():
        shutil.rmtree(path)
