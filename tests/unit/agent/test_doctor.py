"""`pbx-agent doctor` between a fake Asterisk and a fake Odoo: what it says of this machine, and how it says it."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3

import pytest
from aiohttp import web

from pbx_agent import doctor
from pbx_agent.doctor import devices as on_devices
from pbx_agent.doctor import local
from pbx_agent.doctor import odoo as on_odoo
from pbx_agent.odoo.spool import Spool
from tests.unit.agent import doctor_world
from tests.unit.agent.doctor_world import failing, rewritten, run, seen
from tests.unit.agent.fake_ami import reply
from tests.unit.agent.waiting import until
from tests.unit.agent.whole import is_connected, live, whole

ami, odoo, path, quick = doctor_world.ami, doctor_world.odoo, doctor_world.path, doctor_world.quick  # fixtures


# -- all well ----------------------------------------------------------------------------------------------------------


async def test_all_well(path, capsys):
    assert await run("--config", path) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "all well"
    assert {line.split()[0] for line in lines[:-1]} == {"ok"}
    for words in ("22.10.1", "Berlin", "odoo-dial", "knows all 2", "none is missing", "open now: 1"):
        assert any(words in line for line in lines), words


async def test_all_well_for_machines(path, capsys):
    assert await run("--config", path, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["well"] is True
    assert {finding["level"] for finding in told["findings"]} == {"ok"}
    assert set(told["findings"][0]) == {"hop", "level", "words", "todo"}


async def test_one_failure_is_the_exit_code(path, odoo, capsys):
    odoo.key = "another"
    assert await run("--config", path, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["well"] is False
    assert [finding["hop"] for finding in told["findings"] if finding["level"] == "fails"] == ["key"]


async def test_a_running_agent_is_not_disturbed(path, ami, odoo, tmp_path):
    async with whole(ami, odoo, tmp_path / "state"):
        greetings = len(odoo.bodies("hello"))
        assert not await failing(path)
        assert is_connected(odoo) and live(odoo) is not None
        await until(lambda: (ami.logins, ami.connections) == (2, 1))
        assert all("probe" in body for body in odoo.bodies("hello")[greetings:])
        assert not odoo.items("results")


async def test_nothing_is_asked_that_would_ring_or_leave_a_trace(path, ami, odoo):
    await doctor.examine(path)
    (originate,) = ami.named("originate")
    assert originate["channel"] == "PJSIP/odoo-doctor-rings-nobody"
    assert {fields["action"].lower() for fields in ami.received} == {
        "login", "coresettings", "listcommands", "originate", "setvar", "coreshowchannels", "getvar"
    }  # fmt: skip
    assert {flow for flow, _body in odoo.requests} == {"hello"}


# -- the configuration -------------------------------------------------------------------------------------------------


async def test_a_missing_configuration_ends_it(tmp_path, capsys):
    assert await run("--config", tmp_path / "agent.conf") == 1
    assert "pbx-agent setup" in capsys.readouterr().out


async def test_an_open_configuration_ends_it(path, ami):
    path.chmod(0o644)
    assert "chmod 600" in (await failing(path))["configuration"]
    assert not ami.received


async def test_a_configuration_that_is_not_yours_to_read(path, monkeypatch):
    monkeypatch.setattr(local.configuration, "open", _not_yours, raising=False)
    monkeypatch.setattr(local.os, "access", lambda *_args: False)
    assert "as root" in (await failing(path))["configuration"]


def _not_yours(*_args, **_options):
    raise PermissionError(13, "Permission denied")


# -- the state folder and the spool ------------------------------------------------------------------------------------


async def test_a_missing_state_folder(path, tmp_path):
    rewritten(path, state_dir=str(tmp_path / "gone"))
    assert "is missing" in (await failing(path))["state folder"]
    assert not (tmp_path / "gone").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
async def test_a_state_folder_of_somebody_else(path, tmp_path):
    os.chown(path, 65534, 65534)
    assert "chown -R nobody" in (await failing(path))["state folder"]
    os.chown(tmp_path / "state", 65534, 65534)
    assert "state folder" not in await failing(path)


async def test_a_full_disk(path, monkeypatch):
    monkeypatch.setattr(local, "FEW_BYTES", 1 << 60)
    assert "make room" in (await failing(path))["state folder"]


async def test_no_spool_yet_is_no_failure(path, tmp_path):
    (tmp_path / "state" / "spool.sqlite").unlink()
    assert (await seen(path))["spool"][0] == "note"
    assert [entry.name for entry in (tmp_path / "state").iterdir()] == ["history.sqlite"]


@pytest.fixture
def spool(tmp_path, path):
    spool = Spool(tmp_path / "state" / "spool.sqlite")
    yield spool
    spool.close()


async def test_what_waits_is_counted(path, spool):
    for number in range(3):
        spool.put("call", f"1764000000.{number}", {"version": 1})
    assert (await seen(path))["spool"] == (
        "note",
        "3 items wait for Odoo they go out as soon as Odoo takes them; see the hops below",
    )


async def test_dead_letters_are_shown_with_their_reasons(path, spool):
    for number in range(25):
        spool.bury("call", f"1764000000.{number}", {"version": 1}, f"reason {number}\x1b[2J", 1764000000.0)
    words = (await failing(path))["dead letters"]
    assert "25" in words and "--retry" in words
    letters = [finding.words for finding in await doctor.examine(path) if finding.hop == "dead letter"]
    assert len(letters) == 20 and "reason 24" in letters[0]


async def test_what_came_from_outside_cannot_move_the_cursor(path, spool, capsys):
    spool.bury("call", "1764000000.1", {}, "bad\x1b[2J\r\nok       everything", 1764000000.0)
    await run("--config", path)
    lines = capsys.readouterr().out.splitlines()
    assert not any("\x1b" in line for line in lines)
    assert not any(line.startswith("ok       everything") for line in lines)


async def test_dead_letters_are_tried_again_when_told(path, spool, capsys):
    spool.bury("call", "1764000000.1", {"version": 1}, "no such company", 1764000000.0)
    assert await run("--config", path, "--retry") == 0
    assert "1 put back" in capsys.readouterr().out
    assert spool.counts() == (1, 0)


async def test_a_running_agent_sends_what_was_put_back(path, ami, odoo, tmp_path, monkeypatch):
    monkeypatch.setattr("pbx_agent.odoo.uplink.SPOOL_AGAIN_SECONDS", 0.03)
    monkeypatch.setattr("pbx_agent.agent.UPKEEP_SECONDS", 0.05)
    dead = Spool(tmp_path / "state" / "spool.sqlite")
    dead.bury("result", "4f1c", {"uuid": "4f1c", "status": "done", "code": ""}, "was refused", 1764000000.0)
    dead.close()
    async with whole(ami, odoo, tmp_path / "state"):
        await doctor.examine(path, retry=True)
        await until(lambda: odoo.results("4f1c"))


async def test_looking_changes_nothing(path, spool, tmp_path):
    spool.put("call", "1764000000.1", {"version": 1})
    before = (tmp_path / "state" / "spool.sqlite").read_bytes()
    await doctor.examine(path)
    assert (tmp_path / "state" / "spool.sqlite").read_bytes() == before
    assert spool.counts() == (1, 0)


@pytest.mark.parametrize("retry", [False, True])
async def test_a_broken_spool_is_told_and_left_alone(path, tmp_path, retry):
    file = tmp_path / "state" / "spool.sqlite"
    file.write_bytes(b"this is no database, whatever it is called" * 100)
    found = await failing(path, retry=retry)
    assert "cannot be read" in found["spool"]
    assert ("dead letters" in found) == retry
    assert {entry.name for entry in file.parent.iterdir()} == {"history.sqlite", "spool.sqlite"}


async def test_a_spool_that_is_being_written_to_can_be_looked_at(path, spool, tmp_path):
    writer = sqlite3.connect(tmp_path / "state" / "spool.sqlite", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert (await seen(path))["spool"][0] == "ok"
    writer.close()


# -- a doctor does not fall ill, and tells no secrets ------------------------------------------------------------------


async def test_no_secret_is_ever_told(path, ami, odoo, capsys):
    odoo.replies["hello"] = lambda body: web.json_response(
        {"error": {"code": "x", "message": f"wrong key {odoo.key}"}}, status=401
    )
    ami.answers["login"] = lambda fields: reply(fields, Response="Error", Message=f"not {fields['secret']}")
    for more in ((), ("--json",)):
        assert await run("--config", path, *more) == 1
    said = "".join(capsys.readouterr())
    assert odoo.key not in said and "right" not in said.replace("rights", "")


async def test_an_error_of_ours_is_a_finding(path, monkeypatch):
    async def broken(*_args):
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr(on_odoo, "examine", broken)
    monkeypatch.setattr(on_devices, "examine", broken)
    found = await failing(path)
    assert "ZeroDivisionError" in found["Odoo"] and "ZeroDivisionError" in found["phones"]


async def test_what_hangs_is_given_up(path, monkeypatch):
    async def hanging(*_args):
        await asyncio.Event().wait()

    monkeypatch.setattr(doctor, "PART_SECONDS", 0.05)
    monkeypatch.setattr(on_odoo, "examine", hanging)
    assert "not done within" in (await failing(path))["Odoo"]
