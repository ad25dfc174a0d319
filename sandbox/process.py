"""Long-running processes: started in a session of their own, found again by another `./run`, stopped for certain.

A state file records pid and start time (from /proc), so that a pid that was reused by a stranger is never signalled.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sandbox.say import SandboxError

TAIL_LINES = 30
LOWEST_PORT, HIGHEST_PORT = 10000, 16000  # below Asterisk's for sound, see asterisk.py


def start_time(pid: int) -> int | None:
    """Clock ticks from boot to the start of process `pid` (proc(5), field 22 of stat); None when gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def children(pid: int) -> list[tuple[int, int]]:
    """(pid, start time) of each process that `pid` has started and that still runs."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid and fields[0] not in "ZX":
                found.append((int(path.parent.name), int(fields[19])))
    return found


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a log file, for error messages."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return "(no log)"


def wait_for(check: Callable[[], bool], seconds: float, pause: float = 0.05) -> bool:
    """Calls `check` until it is true or `seconds` have passed; returns its last answer."""
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


# Children of this run that must not outlive it, with the signal that ends each: for an interrupted run.
_children: dict[subprocess.Popen, int] = {}


def adopt(child: subprocess.Popen, sig: int) -> None:
    """Notes a child that end_children ends with signal `sig` when this run is interrupted."""
    _children[child] = sig


def end_children(seconds: float = 30) -> None:
    """Ends every child of this run that is still there: asks each, then kills those that stay."""
    running = [child for child in _children if child.poll() is None]
    for child in running:
        child.send_signal(_children[child])
    wait_for(lambda: all(child.poll() is not None for child in running), seconds)
    for child in running:
        if child.poll() is None:
            child.kill()


@dataclass
class Process:
    """One started process: its name for people, its pid, start time in ticks, log and state file (if recorded).

    sig: the signal that asks it to end in an orderly way.
    """

    name: str
    pid: int
    started: int
    log: Path
    state: Path | None = None
    sig: int = signal.SIGTERM
    popen: subprocess.Popen | None = None

    def alive(self) -> bool:
        """Whether exactly this process still runs."""
        if self.popen:
            self.popen.poll()
        return start_time(self.pid) == self.started

    def wait_ready(self, check: Callable[[], bool], seconds: float) -> None:
        """Waits until `check` is true; SandboxError with the log's tail when the process dies or time runs out."""
        wait_for(lambda: not self.alive() or check(), seconds)
        if not self.alive():
            raise SandboxError(f"{self.name} ended while starting. Its log ({self.log}) ends with:\n{tail(self.log)}")
        if not check():
            raise SandboxError(
                f"{self.name} was not ready after {seconds:.0f} s. Its log ({self.log}) ends with:\n{tail(self.log)}"
            )

    def stop(self, seconds: float = 15) -> None:
        """Asks the process to end, then kills what is left of its process group. Safe to call twice."""
        if self.alive():
            os.kill(self.pid, self.sig)
            wait_for(lambda: not self.alive(), seconds)
        self.kill()

    def kill(self) -> None:
        """Kills the process and its process group at once; returns when it is gone."""
        if self.alive():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            wait_for(lambda: not self.alive(), 5)
        elif self.popen:  # our own child, so the group id cannot have gone to a stranger
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        if self.popen:
            self.popen.wait()
            self.popen = None
        if self.state:
            self.state.unlink(missing_ok=True)


def spawn(
    name: str, argv: list, *, log: Path, state_dir: Path | None = None, sig: int = signal.SIGTERM, **options
) -> Process:
    """Starts `argv` in its own session, output appended to `log`.

    state_dir: folder for the state file by which another process can find and stop it. sig: see Process.
    options: passed to subprocess.Popen (env, cwd, user, group, extra_groups).
    Raises SandboxError when the program cannot be started.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        try:
            popen = subprocess.Popen(
                [str(part) for part in argv],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **options,
            )
        except OSError as error:
            raise SandboxError(f"{name} cannot be started: {error}") from error
    if not state_dir:  # what has a state file is meant to outlive this run
        adopt(popen, sig)
    process = Process(name, popen.pid, start_time(popen.pid) or 0, log, sig=sig, popen=popen)
    if state_dir:
        process.state = state_dir / f"{name}.json"
        write_state(process)
    return process


def write_state(process: Process) -> None:
    """Records the process in its state file (written whole, then renamed into place)."""
    process.state.parent.mkdir(parents=True, exist_ok=True)
    draft = process.state.with_suffix(".tmp")
    fields = {"name": process.name, "pid": process.pid, "started": process.started, "log": str(process.log)}
    draft.write_text(json.dumps({**fields, "sig": int(process.sig)}))
    draft.replace(process.state)


def read_state(path: Path) -> Process | None:
    """The process recorded in a state file; None when the file is missing or no such record."""
    try:
        data = json.loads(path.read_text())
        name, pid, started, sig = str(data["name"]), int(data["pid"]), int(data["started"]), int(data["sig"])
        return Process(name, pid, started, Path(data["log"]), state=path, sig=sig)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """A port of 127.0.0.1 that was free a moment ago. kind: SOCK_STREAM (TCP) or SOCK_DGRAM (UDP).

    It is none of those that Linux gives to outgoing connections: one of them could take it while the server whose port
    it is is being started again.
    """
    for _ in range(100):
        port = random.randrange(LOWEST_PORT, HIGHEST_PORT)
        if not is_taken(port, kind):
            return port
    raise SandboxError(f"no free port between {LOWEST_PORT} and {HIGHEST_PORT}")


def is_taken(port: int, kind: int = socket.SOCK_STREAM) -> bool:
    """Whether something already uses this port of 127.0.0.1."""
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # TIME_WAIT of a stopped demo is no user
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def chosen_port(variable: str, default: int, kind: int = socket.SOCK_STREAM) -> int:
    """The port from environment variable `variable`, else `default`; SandboxError names a taken or impossible one."""
    text = os.environ.get(variable, str(default))
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise SandboxError(f"{variable}={text} is no port; give a number from 1 to 65535")
    if is_taken(int(text), kind):
        raise SandboxError(f"port {text} is taken; set {variable} to a free one")
    return int(text)


def port_open(port: int) -> bool:
    """Whether a TCP server accepts connections on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
