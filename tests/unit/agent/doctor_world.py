"""What the doctor is tried on: an Asterisk as setup leaves it, an Odoo that hears of an agent, a configuration."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest

from pbx_agent import cli, config, doctor
from pbx_agent.cdr.settings import Store
from pbx_agent.cdr.state import Position, State
from pbx_agent.config import Config
from pbx_agent.doctor import asterisk as on_asterisk
from pbx_agent.doctor import network
from pbx_agent.doctor import odoo as on_odoo
from pbx_agent.odoo.spool import Spool
from tests.unit.agent.fake_ami import FakeAmi, frame, listing, reply
from tests.unit.agent.fake_odoo import DEVICES, FakeOdoo
from tests.unit.agent.waiting import until
from tests.unit.agent.whole import settings

RIGHTS = ("ping", "originate", "hangup", "redirect", "coresettings", "coreshowchannels", "getvar")
AGENT = {"version": "1.0.0", "host": socket.gethostname()[:80], "connected": True, "reason": ""}


class Pbx(FakeAmi):
    """An Asterisk whose configuration is as setup leaves it."""

    def __init__(self):
        super().__init__()
        self.rights = dict.fromkeys(RIGHTS, "an action")
        places = ("odoo-dial,1,1", f"odoo-version,{on_asterisk.VERSION},1", "from-internal")
        self.values = {f"DIALPLAN_EXISTS({place})": "1" for place in places}

    def _listcommands(self, fields):
        return reply(fields, **self.rights)

    def _getvar(self, fields):
        name = fields["variable"]
        usual = "NOT_INUSE" if name.startswith("DEVICE_STATE") else ""
        return reply(fields, Variable=name, Value=self.values.get(name, usual))

    def _originate(self, fields):
        failure = frame(Event="OriginateResponse", ActionID=fields["actionid"], Response="Failure", Reason="0")
        return super()._originate(fields) + failure

    def _coreshowchannels(self, fields):
        return listing(fields, "CoreShowChannelsComplete", [{"Event": "CoreShowChannel", "Channel": "PJSIP/101-1"}])


class Odoo(FakeOdoo):
    """An Odoo that hears of an agent, and knows how a doctor asks."""

    def __init__(self):
        super().__init__()
        self.agent = dict(AGENT)
        self.silent_for = 3.0
        self.devices = DEVICES
        self.is_echoing = True

    def _hello(self, body):
        answer = super()._hello(body)
        if "probe" not in body:
            return answer
        if self.is_echoing:
            asyncio.ensure_future(self._echo(body["probe"]))
        seen = {"last_seen": answer["time"] - self.silent_for} if self.silent_for is not None else {"last_seen": None}
        return {**answer, "devices": self.devices, "agent": {**self.agent, **seen}}

    async def _echo(self, mark):
        await until(lambda: self.sockets or self._runner is None)
        await self.push("asterisk.probe", {"probe": mark})


@pytest.fixture
async def ami():
    async with Pbx() as running:
        yield running


@pytest.fixture
async def odoo():
    async with Odoo() as running:
        yield running


@pytest.fixture
def path(ami, odoo, tmp_path):
    """The configuration of an agent between the two, which has run before."""
    (tmp_path / "state").mkdir()
    Spool(tmp_path / "state" / "spool.sqlite").close()
    store = Store(source="csv", path=str(tmp_path / "Master.csv"), columns=("start", "linkedid"), zone="UTC")
    tell_call(tmp_path)
    config.write(tmp_path / "agent.conf", settings(ami, odoo, tmp_path / "state"), stores={"cdr": store})
    state = State(tmp_path / "state" / "history.sqlite")
    state.keep("cdr", "csv:Master.csv", Position({}, 1764000000.0))
    state.close()
    return tmp_path / "agent.conf"


def tell_call(folder, moment=None):
    """Let the PBX write the record of a call of now."""
    start = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(moment or time.time()))
    with open(folder / "Master.csv", "a", encoding="utf-8") as file:
        file.write(f'"{start}","1764000000.1"\n')


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Deadlines short enough for tests."""
    monkeypatch.setattr(on_asterisk, "EVENT_SECONDS", 0.1)
    monkeypatch.setattr(on_asterisk, "QUIET_SECONDS", 0.05)
    monkeypatch.setattr(on_asterisk, "PACE", on_asterisk.PACE._replace(connect=0.3, reply=0.3))
    monkeypatch.setattr(on_odoo, "SECONDS", 0.3)
    monkeypatch.setattr(network, "SECONDS", 0.5)


def rewritten(path, **values):
    """Change some values of the configuration."""
    old = config.load(path)
    config.write(path, Config(**{**{name: getattr(old, name) for name in ("url", "key", "secret", "port")},
                                 "state_dir": old.state_dir, "database": old.database, **values}))  # fmt: skip


async def seen(path, **options):
    """hop -> (level, words and what to do); the last of hops with the same name."""
    return {f.hop: (f.level, f"{f.words} {f.todo}") for f in await doctor.examine(path, **options)}


async def failing(path, **options):
    """hop -> words and what to do, of what fails."""
    return {f.hop: f"{f.words} {f.todo}" for f in await doctor.examine(path, **options) if f.level == "FAILS"}


async def run(*arguments):
    """The exit code of the command."""
    return await asyncio.to_thread(cli.main, ["doctor", *map(str, arguments)])
