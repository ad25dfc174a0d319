"""One Asterisk in a folder of its own: configuration rendered from templates, run without root, on chosen ports.

Two kinds of files make its configuration. The sandbox's own (`sandbox/etc/*.conf`: modules, phones, trunk) may hold
placeholders like @SIP_PORT@. The agent's (`asterisk_server_scripts/etc`, `…/dialplan`) are what a customer's PBX
includes: they go to `odoo/` below Asterisk's configuration folder, with the AMI secret filled in, as `pbx-agent setup`
leaves them.
"""

from __future__ import annotations

import csv
import random
import re
import secrets
import shutil
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

from sandbox import asterisk_source, system, user
from sandbox.paths import AGENT, ROOT
from sandbox.phones.g711 import tone
from sandbox.phones.sdp import PCMA
from sandbox.process import Process, free_port, is_taken, spawn
from sandbox.say import SandboxError

TEMPLATES = ROOT / "sandbox" / "etc"
PLACEHOLDER = re.compile(r"@([A-Z][A-Z0-9_]*)@")
RTP_PORTS = 200
RTP_LOWEST, RTP_HIGHEST = 16000, 32000  # below Linux' range for outgoing connections

FOLDERS = ("etc", "lib", "spool", "spool/monitor", "run", "log", "log/cdr-custom", "log/cel-custom", "agi-bin", "moh")
#: what sandbox/etc/cdr_custom.conf writes, in this order; that of cel_custom.conf is the one that the agent expects
CDR_COLUMNS = (
    "start answer end clid src dst dcontext channel dstchannel lastapp lastdata duration billsec disposition amaflags"
    " accountcode peeraccount userfield uniqueid linkedid sequence recordingfile"
)
HOLD_TONE = 620  # Hz; a phone on hold hears what no phone sends
HOLD_SECONDS = 10

MAIN = """\
[directories]
astetcdir => {folder}/etc
astmoddir => {source.modules}
astvarlibdir => {folder}/lib
astdbdir => {folder}/lib
astkeydir => {folder}/lib
astdatadir => {source.data}
astagidir => {folder}/agi-bin
astspooldir => {folder}/spool
astrundir => {folder}/run
astlogdir => {folder}/log
astsbindir => /usr/sbin

[options]
verbose = 3
nocolor = yes
highpriority = no
live_dangerously = no
documentation_language = en_US
; the folder in which Debian keeps the prompts; attended transfer by keys and voice mail play some
defaultlanguage = en_US_f_Allison
"""


def render(text: str, values: Mapping[str, object], name: str = "template") -> str:
    """Replaces every @NAME@ by its value; SandboxError names a placeholder that has none.

    name: the file, for the error.
    """

    def value(found: re.Match) -> str:
        if found[1] not in values:
            raise SandboxError(f"{name}: nothing is known for the placeholder {found[0]}")
        return str(values[found[1]])

    return PLACEHOLDER.sub(value, text)


def free_range(count: int) -> int:
    """First port of `count` neighbouring UDP ports of 127.0.0.1 that were free a moment ago; an even one."""
    for _ in range(100):
        first = random.randrange(RTP_LOWEST, RTP_HIGHEST - count, 2)
        if not any(is_taken(port, socket.SOCK_DGRAM) for port in range(first, first + count)):
            return first
    raise SandboxError(f"no {count} free UDP ports in a row between {RTP_LOWEST} and {RTP_HIGHEST}")


class Asterisk:
    """An Asterisk that lives in `folder` (short path, open to other users: see paths.temporary).

    values: placeholders for the templates that differ from the free ports and the random AMI secret chosen here.
    templates: folder with the sandbox's own configuration files. agent: the folder with the customer's `etc` and
    `dialplan`. state_dir: where the process is recorded, see process.spawn.
    """

    def __init__(
        self,
        folder: Path,
        values: Mapping[str, object] | None = None,
        templates: Path = TEMPLATES,
        agent: Path = AGENT,
        state_dir: Path | None = None,
    ):
        self.folder, self.templates, self.agent, self.state_dir = folder, templates, agent, state_dir
        self.source = asterisk_source.find()
        self.etc, self.log = folder / "etc", folder / "log" / "console"
        self.process: Process | None = None
        first = free_range(RTP_PORTS)
        self.values: dict[str, object] = {
            "FOLDER": folder,
            "SIP_PORT": free_port(socket.SOCK_DGRAM),
            "AMI_PORT": free_port(),
            "AGENT_PORT": free_port(),
            "CARRIER_PORT": free_port(socket.SOCK_DGRAM),
            "PHONE_SECRET": secrets.token_urlsafe(12),
            "AMI_SECRET": secrets.token_urlsafe(24),
            "RTP_START": first,
            "RTP_END": first + RTP_PORTS - 1,
            **(values or {}),
        }

    def write_config(self) -> None:
        """Makes the folders and writes the whole configuration anew."""
        for name in FOLDERS:
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.etc / "asterisk.conf").write_text(MAIN.format(folder=self.folder, source=self.source))
        for path in sorted(self.templates.glob("*.conf")):
            (self.etc / path.name).write_text(render(path.read_text(), self.values, path.name))
        own = self.etc / "odoo"
        own.mkdir(exist_ok=True)
        secret = {"AMI_SECRET": self.values["AMI_SECRET"]}
        for path in sorted([*(self.agent / "etc").glob("*.conf"), *(self.agent / "dialplan").glob("*.conf")]):
            (own / path.name).write_text(render(path.read_text(), secret, path.name))
        for path in sorted((self.agent / "agi-bin").glob("*")):
            if path.is_file():
                shutil.copy(path, self.folder / "agi-bin" / path.name)
        (self.folder / "moh" / "hold.alaw").write_bytes(tone(HOLD_TONE, PCMA) * HOLD_SECONDS)
        for name in FOLDERS:
            user.give(self.folder / name)
        self.etc.chmod(0o700)  # the AMI secret is in it

    def records(self, kind: str) -> Path:
        """The CSV file of `cdr` or `cel` rows."""
        return self.folder / "log" / f"{kind}-custom" / "Master.csv"

    def written(self, since: int = 0) -> list[dict[str, str]]:
        """The detail records so far, without the first `since`; columns as in CDR_COLUMNS."""
        path = self.records("cdr")
        lines = path.read_text("utf-8", "replace").splitlines()[since:] if path.exists() else []
        return [dict(zip(CDR_COLUMNS.split(), line)) for line in csv.reader(lines)]

    @property
    def recordings(self) -> Path:
        """The folder that MixMonitor writes to."""
        return self.folder / "spool" / "monitor"

    def _argv(self, *args: str) -> list[str]:
        return [*self.source.command, "-C", str(self.etc / "asterisk.conf"), *args]

    def start(self, wait: bool = True) -> Asterisk:
        """Writes the configuration and starts; waits until all modules are loaded unless told not to."""
        self.write_config()
        self.log.touch()
        user.give(self.log)
        argv = self._argv("-f", "-n", "-v")
        self.process = spawn(
            "asterisk", argv, log=self.log, state_dir=self.state_dir, cwd=self.folder / "run",
            env=system.plain_environment(HOME=str(self.folder / "lib")), **user.drop(),
        )  # fmt: skip
        if wait:
            self.wait_booted()
        return self

    def wait_booted(self, seconds: float = 60) -> None:
        """Waits until Asterisk says that it has fully booted."""
        self.process.wait_ready(self._booted, seconds)

    def _booted(self) -> bool:
        if not (self.folder / "run" / "asterisk.ctl").exists():
            return False
        return "fully booted" in self._console("core waitfullybooted").stdout

    def _console(self, command: str) -> subprocess.CompletedProcess:
        argv = self._argv("-rx", command)
        return subprocess.run(argv, capture_output=True, text=True, errors="replace", timeout=60, check=False)

    def rx(self, command: str) -> str:
        """Runs one console command and returns what it printed. SandboxError when no Asterisk answers."""
        done = self._console(command)
        if done.returncode:
            raise SandboxError(f"Asterisk did not take the command {command!r}: {(done.stdout + done.stderr).strip()}")
        return done.stdout

    def stop(self) -> None:
        """Stops Asterisk in an orderly way; calls are hung up."""
        if self.process:
            self.process.stop()
            self.process = None

    def kill(self) -> None:
        """Kills Asterisk at once, as a power cut would."""
        if self.process:
            self.process.kill()
            self.process = None

    def __enter__(self) -> Asterisk:
        return self.start()

    def __exit__(self, *_) -> None:
        self.stop()
