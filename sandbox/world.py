"""Everything at once: PostgreSQL, Odoo with the demo company, Asterisk, the agent that pairs them.

The demo, the end-to-end tests and the benchmarks run the same world; only its ports and its length of life differ. The
phones are not part of it: a demo runs them as a process (`phones/office.py`), a test holds them in its own event loop.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from sandbox import provision, system, venv
from sandbox.asterisk import Asterisk
from sandbox.odoo import Odoo, filestore
from sandbox.odoo_client import OdooClient
from sandbox.paths import AGENT, ROOT
from sandbox.phones.numbering import DEVICES
from sandbox.postgres import Cluster, copy_tree
from sandbox.process import Process, spawn, wait_for
from sandbox.say import SandboxError, say

DB = "company"
PAIR = "PAIRED "
# The dates of the demo's invoices are relative to today, so the company is made anew for each world.
COMPANY = f"""
from odoo.addons.asterisk_connector.demo.company import load
server = load(env)
key = server.action_generate_key()["context"]["default_key"]
env.cr.commit()
import json
print({PAIR!r} + json.dumps({{"server": server.id, "key": key}}))
"""
CONNECTED_SECONDS = 40


class World:
    """One running system in `folder` (short, open path: paths.temporary).

    ports: values for ODOO_PORT, SIP_PORT, AMI_PORT, CARRIER_PORT; free ones are chosen for what is not named.
    durable: the database survives a power cut and keeps what it confirmed when it is killed; most tests do without.
    `agent_odoo_port`, `agent_ami_port`: where the agent looks for Odoo and Asterisk; a test may put a wire in between.
    """

    def __init__(self, folder: Path, ports: dict[str, int] | None = None, state_dir: Path | None = None, durable=False):
        ports = dict(ports or {})
        self.folder, self.state_dir = folder, state_dir
        self.cluster = Cluster(folder / "pg", durable=durable, state_dir=state_dir)
        self.odoo = Odoo(self.cluster, DB, folder / "odoo", port=ports.pop("ODOO_PORT", None), state_dir=state_dir)
        self.asterisk = Asterisk(folder / "pbx", values=ports, state_dir=state_dir)
        self.agent: Process | None = None
        self.agent_odoo_port = self.odoo.port
        self.agent_ami_port = int(self.asterisk.values["AMI_PORT"])
        self.server_id = 0
        self.key = ""

    # -- life ----------------------------------------------------------------------------------------------------------

    def start(self) -> World:
        """Starts everything and waits until Odoo says that the PBX is connected."""
        self._make_company()
        self.odoo.start()
        self.asterisk.write_config()
        self.pair()
        self.asterisk.start()
        self.odoo.wait_ready()
        self.start_agent()
        self.wait_connected()
        return self

    def stop(self) -> None:
        """Stops everything in the reverse order of starting and removes the folder."""
        self.stop_agent()
        self.asterisk.stop()
        self.odoo.stop()
        self.cluster.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> World:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_) -> None:
        self.stop()

    # -- parts ---------------------------------------------------------------------------------------------------------

    def _make_company(self) -> None:
        say("Odoo 19", "making the demo company")
        for folder in (self.folder, self.folder / "odoo", self.folder / "pbx"):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o711)
        provision.place_addon(self.cluster, self.folder / "template")
        self.cluster.start()
        self.cluster.createdb(DB, template="addon")
        copy_tree(filestore(self.folder / "template", "addon"), filestore(self.odoo.data, DB))
        shutil.rmtree(self.folder / "template")
        printed = self.odoo.shell(COMPANY)
        paired = [line for line in printed.splitlines() if line.startswith(PAIR)]
        if not paired:
            raise SandboxError(f"the demo company could not be made:\n{printed[-3000:]}")
        pairing = json.loads(paired[0][len(PAIR) :])
        self.server_id, self.key = pairing["server"], pairing["key"]

    @property
    def agent_config(self) -> Path:
        """The agent's configuration file."""
        return self.folder / "agent" / "agent.conf"

    def pair(self) -> None:
        """Pairs Asterisk and Odoo as an admin does: `pbx-agent setup`, with the key that Odoo showed."""
        folder, url = self.agent_config.parent, f"http://127.0.0.1:{self.agent_odoo_port}"
        places = ("--asterisk-etc", self.asterisk.etc, "--config", self.agent_config, "--state-dir", folder)
        argv = self.agent_argv("setup", "--odoo", url, "--database", DB, "--ami-port", str(self.agent_ami_port))
        system.run([*argv, *places], "pairing", env=venv.environment(AGENT, PBX_AGENT_ODOO_KEY=self.key))
        text = self.agent_config.read_text()
        if "zone = UTC" not in text:  # setup found the stores; only this Asterisk's clock is not the machine's
            text = text.replace("source = csv\n", "source = csv\nzone = UTC\n")
            self.agent_config.write_text(f"{text}\n[recordings]\nfolder = {self.asterisk.recordings}\n")

    @staticmethod
    def agent_argv(*args: str) -> list[str]:
        """Command line of the agent from this checkout."""
        return [str(venv.python()), "-m", "pbx_agent", *args]

    def start_agent(self) -> None:
        """Starts `pbx-agent run`."""
        self.agent = spawn(
            "agent", self.agent_argv("run", "--config", str(self.agent_config)), log=self.folder / "agent.log",
            state_dir=self.state_dir, env=venv.environment(AGENT),
        )  # fmt: skip

    def stop_agent(self) -> None:
        """Stops the agent in an orderly way."""
        if self.agent:
            self.agent.stop()
            self.agent = None

    def kill_agent(self) -> None:
        """Kills the agent at once; what it has on disk is there at the next start."""
        if self.agent:
            self.agent.kill()
            self.agent = None

    def client(self, login: str = "admin", password: str | None = None) -> OdooClient:
        """A signed-in session. The demo's people have their login as password."""
        return OdooClient(self.odoo.url, DB).login(login, password or login)

    def is_connected(self) -> bool:
        """Whether Odoo believes the PBX to be connected."""
        return self.cluster.sql(f"SELECT connected FROM asterisk_server WHERE id = {self.server_id}", DB) == "t"

    def wait_connected(self, connected: bool = True, seconds: float = CONNECTED_SECONDS) -> None:
        """Waits until Odoo says so. SandboxError with the agent's last words when it does not in time."""
        if not wait_for(lambda: self.is_connected() == connected, seconds):
            words = (self.folder / "agent.log").read_text(errors="replace")[-3000:]
            state = "connected" if connected else "disconnected"
            raise SandboxError(f"Odoo did not see the PBX {state} within {seconds:.0f} s. The agent says:\n{words}")

    # -- phones --------------------------------------------------------------------------------------------------------

    @property
    def pbx_address(self) -> tuple[str, int]:
        """Where phones register."""
        return "127.0.0.1", int(self.asterisk.values["SIP_PORT"])

    def office_config(self, day: dict | None = None, **habit: object) -> dict:
        """Config for `phones/office.py`: this PBX's phones and carrier.

        day: the scripted day, see there. habit: what every phone does by itself (`mode="manual"`), else each its own.
        """
        secret, carrier = self.asterisk.values["PHONE_SECRET"], self.asterisk.values["CARRIER_PORT"]
        phones = {user: {"secret": secret, **habit} for user in DEVICES}
        config = {"pbx": list(self.pbx_address), "carrier_port": carrier, "control": str(self.control_socket)}
        return {**config, "phones": phones, **({"day": day} if day else {})}

    def start_office(self, day: dict | None = None) -> Process:
        """Starts the phones and the carrier as a process; `day` as in `phones/office.py`."""
        config, log = self.folder / "office.json", self.folder / "office.log"
        config.touch(mode=0o600)
        config.write_text(json.dumps(self.office_config(day)))
        argv = [venv.python(), "-m", "sandbox.phones.office", config]
        office = spawn("phones", argv, log=log, state_dir=self.state_dir, env=venv.environment(ROOT))
        office.wait_ready(lambda: "ready" in log.read_text(errors="replace").splitlines(), 40)
        return office

    @property
    def control_socket(self) -> Path:
        """Where the office takes requests."""
        return self.folder / "phones.sock"
