"""The whole agent: the dialplan tells what it records, the call ends, the recording is in Odoo; commands reach it."""

from __future__ import annotations

import time

import pytest

from pbx_agent.agent import Agent
from pbx_agent.recordings.settings import Folder
from tests.unit.agent import whole as whole_agent
from tests.unit.agent.command_desk import example
from tests.unit.agent.fake_ami import FakeAmi
from tests.unit.agent.recordings import sounds
from tests.unit.agent.recordings.post import quick
from tests.unit.agent.waiting import nothing_more, until
from tests.unit.agent.whole import Exchange, whole


@pytest.fixture(autouse=True)
def _quick(monkeypatch, tmp_path):
    quick(monkeypatch)
    (tmp_path / "monitor").mkdir()
    plain = whole_agent.settings
    folder = Folder(str(tmp_path / "monitor"))
    monkeypatch.setattr(whole_agent, "settings", lambda *args: plain(*args, recordings=folder))


@pytest.fixture
async def ami():
    async with FakeAmi() as running:
        yield running


def told(ami, channel, file=None):
    """What odoo-record says when it begins."""
    file = file or f"{sounds.DAY}/in-{channel.linkedid}.wav"
    ami.event("MixMonitorStart", **channel.fields())
    ami.event("UserEvent", **channel.fields(), UserEvent="OdooRecording", File=file)


async def test_a_recorded_call_ends_in_odoo(ami, odoo, tmp_path):
    async with whole(ami, odoo, tmp_path):
        exchange = Exchange(ami)
        caller, (phone,) = exchange.ring()
        told(ami, caller)
        exchange.answer(caller, phone)
        file = f"{sounds.DAY}/in-{caller.linkedid}.wav"
        sounds.record(tmp_path / "monitor", file)
        await until(lambda: odoo.calls(caller.linkedid))
        await nothing_more(lambda: len(odoo.bodies("recordings")), 0.2)
        exchange.hang_up(phone, caller)
        await until(lambda: odoo.bytes_of(file))
    item = odoo.item(file)
    assert item["linkedid"] == caller.linkedid and item["uniqueid"] == caller.uniqueid
    assert abs(item["started_at"] - time.time()) < 30  # when they began to talk


async def test_the_policy_looks_at_who_took_part(ami, odoo, tmp_path):
    odoo.policy.update(policy="chosen", endpoints=["PJSIP/102"])
    async with whole(ami, odoo, tmp_path) as agent:
        exchange, files = Exchange(ami), []
        for endpoint in ("PJSIP/101", "PJSIP/102"):
            caller, (phone,) = exchange.ring("+493012345678", endpoint)
            told(ami, caller)
            exchange.answer(caller, phone)
            files.append(f"{sounds.DAY}/in-{caller.linkedid}.wav")
            sounds.record(tmp_path / "monitor", files[-1])
            exchange.hang_up(phone, caller)
        await until(lambda: odoo.bytes_of(files[1]))
        state = agent._recordings._state
        await until(lambda: (state.get(files[0]) or state.get(files[1])).state == "unwanted")
    assert not odoo.item(files[0])


async def test_other_peoples_events_and_hostile_files_are_left_alone(ami, odoo, tmp_path):
    async with whole(ami, odoo, tmp_path) as agent:
        exchange = Exchange(ami)
        caller, _phones = exchange.ring()
        ami.event("UserEvent", **caller.fields(), UserEvent="Other", File=sounds.NAME)
        ami.event("UserEvent", UserEvent="OdooRecording", File=sounds.NAME)
        for file in ("../../etc/passwd", "x" * 5000, "\x1b[2J", "2026/01/31/in-1.wav/../x.wav"):
            told(ami, caller, file)
        await until(lambda: odoo.calls(caller.linkedid))
        await nothing_more(lambda: len(agent._recordings._state.counts()), 0.2)
        assert agent._recordings._state.counts() == {}


async def test_odoo_pauses_a_recording_and_goes_on(ami, odoo, tmp_path):
    async with whole(ami, odoo, tmp_path):
        exchange = Exchange(ami)
        caller, (phone,) = exchange.ring()
        exchange.answer(caller, phone)
        told(ami, caller)
        await until(lambda: odoo.calls(caller.linkedid))
        for number, on in ((1, False), (2, True)):
            uuid = f"0b4f6f1e-6a3d-4f0e-9d55-0d4a5d0c1a{number:02}"
            command = example("record", uuid=uuid, created_at=time.time(), expires_at=time.time() + 8)
            await odoo.push("asterisk.command", {**command, "args": {"linkedid": caller.linkedid, "on": on}})
            await until(lambda uuid=uuid: odoo.results(uuid) == [("done", "")])
        sent = [(action["channel"], action["direction"], action["state"]) for action in ami.named("MixMonitorMute")]
        assert sent == [(caller.name, "both", "1"), (caller.name, "both", "0")]


async def test_odoo_erases_a_recording(ami, odoo, tmp_path):
    async with whole(ami, odoo, tmp_path):
        sounds.record(tmp_path / "monitor")
        key = (await until(lambda: odoo.bytes_of(sounds.NAME) and odoo.item(sounds.NAME)))["key"]
        command = example("erase", created_at=time.time(), expires_at=time.time() + 8)
        await odoo.push("asterisk.command", {**command, "args": {"key": key, "file": sounds.NAME}})
        await until(lambda: odoo.results(command["uuid"]) == [("done", "")])
        assert not list((tmp_path / "monitor").rglob("*.wav"))


async def test_an_agent_without_a_recording_folder_works_as_ever(ami, odoo, tmp_path, monkeypatch):
    monkeypatch.undo()
    async with whole(ami, odoo, tmp_path) as agent:
        assert isinstance(agent, Agent)
        exchange = Exchange(ami)
        caller, phones = exchange.ring()
        told(ami, caller)
        exchange.hang_up(*phones, caller)
        await until(lambda: odoo.calls(caller.linkedid) and odoo.calls(caller.linkedid)[-1]["state"] == "ended")
        assert not odoo.bodies("recordings") and not (tmp_path / "recordings.sqlite").exists()
