"""One Odoo 19 on a private cluster: its config file, its one-shot runs (install, test) and its server process."""

from __future__ import annotations

import configparser
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from sandbox import odoo_source, system, venv
from sandbox.paths import ADDON, ROOT
from sandbox.postgres import SOCKET_NUMBER, USER, Cluster
from sandbox.process import Process, free_port, spawn, tail
from sandbox.say import SandboxError

MASTER_PASSWORD = "not-used"  # the database manager is off (list_db) and the server listens on loopback only
FIXED_ENV = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1"}


class Odoo:
    """Odoo for database `db` of `cluster`, with files in `folder` (config, log, data).

    port: HTTP port on 127.0.0.1, a free one by default. threaded server (workers=0): the websocket shares the port.
    """

    def __init__(self, cluster: Cluster, db: str, folder: Path, port: int | None = None, state_dir: Path | None = None):
        self.cluster, self.db, self.folder = cluster, db, folder
        self.port = port or free_port()
        self.data, self.log, self.config = folder / "odoo-data", folder / "odoo.log", folder / "odoo.conf"
        self.state_dir = state_dir
        self.source = odoo_source.find()
        self.options: dict[str, str | int] = {}
        self.process: Process | None = None

    @property
    def url(self) -> str:
        """Address of the server."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self, **extra: str) -> dict[str, str]:
        """Environment for Odoo's processes: the virtual environment, Odoo's code and a private temporary folder."""
        temporary = self.folder / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        return venv.environment(self.source.python_path, **{**FIXED_ENV, "TMPDIR": str(temporary), **extra})

    def write_config(self, **options: str | int) -> Path:
        """Writes odoo.conf and returns its path. options: settings of one's own, kept for later writes."""
        self.options.update(options)
        self.data.mkdir(parents=True, exist_ok=True)
        settings: dict[str, object] = {
            "addons_path": ",".join(str(path) for path in self._addons_path()),
            "data_dir": self.data,
            "db_host": self.cluster.socket,
            "db_port": SOCKET_NUMBER,
            "db_user": USER,
            "db_name": self.db,
            "dbfilter": f"^{self.db}$",
            "list_db": False,
            "admin_passwd": MASTER_PASSWORD,
            "http_interface": "127.0.0.1",
            "http_port": self.port,
            "gevent_port": self.port,
            "workers": 0,
            "max_cron_threads": 1,
            "limit_time_real": 600,
            **self.options,
        }
        parser = configparser.RawConfigParser()
        parser["options"] = {key: str(value) for key, value in settings.items()}
        with self.config.open("w") as file:
            parser.write(file)
        return self.config

    def _addons_path(self) -> list[Path]:
        own = [ROOT] if (ADDON / "__manifest__.py").exists() else []
        return [*self.source.addons, *own]

    def _argv(self, *args: str) -> list:
        self.write_config()
        return [venv.python(), self.source.script, *args]

    def run_once(self, *args: str, log: Path | None = None, seconds: float = 1800, env: dict | None = None) -> Path:
        """Runs Odoo with `--stop-after-init` and returns its log. SandboxError with the log's tail when it fails.

        args: for example "-i", "crm". env: further environment variables.
        """
        log = log or self.log
        code = self.call_once(*args, log=log, seconds=seconds, env=env)
        if code:
            raise SandboxError(
                f"Odoo ended with {code} ({' '.join(args)}). Its log ({log}) ends with:\n{tail(log, 60)}"
            )
        return log

    def call_once(self, *args: str, log: Path, seconds: float, env: dict | None = None) -> int:
        """Like run_once, but returns the exit code whatever it is. SandboxError only when `seconds` run out."""
        argv = self._argv("-c", str(self.config), "-d", self.db, *args, "--stop-after-init", "--logfile=")
        process = spawn(f"odoo-{self.db}", argv, log=log, state_dir=self.state_dir, env=self.environment(**(env or {})))
        try:
            return process.popen.wait(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise SandboxError(f"Odoo took more than {seconds:.0f} s. Its log ends with:\n{tail(log)}") from error
        finally:
            process.kill()

    def shell(self, code: str) -> str:
        """Runs Python code in `odoo shell` (with `env`); returns what it printed. The code commits for itself."""
        argv = self._argv(
            "shell", "-c", str(self.config), "-d", self.db, "--no-http", "--log-level=error", "--logfile="
        )
        return system.run(argv, "odoo shell", input=code, env=self.environment())

    def start(self, *args: str) -> Odoo:
        """Starts the server without waiting."""
        argv = self._argv("-c", str(self.config), "-d", self.db, "--logfile=", *args)
        self.process = spawn("odoo", argv, log=self.log, state_dir=self.state_dir, env=self.environment())
        return self

    def wait_ready(self, seconds: float = 120) -> Odoo:
        """Waits until the server answers with its database loaded."""
        self.process.wait_ready(self._healthy, seconds)
        return self

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/web/health?db_server_status=1", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """Stops the server."""
        if self.process:
            self.process.stop()
            self.process = None

    def kill(self) -> None:
        """Kills the server at once, as a crash would."""
        if self.process:
            self.process.kill()
            self.process = None

    def __enter__(self) -> Odoo:
        return self.start().wait_ready()

    def __exit__(self, *_) -> None:
        self.stop()


def filestore(folder: Path, db: str) -> Path:
    """Where Odoo with data folder `folder` keeps the attachments of a database."""
    return folder / "filestore" / db
