"""The agent as a whole: what rings at Asterisk is told to Odoo, what Odoo asks is done at Asterisk, whoever is away."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from pbx_agent import config
from pbx_agent.recordings import courtesy
from tests.unit.agent.command_desk import example
from tests.unit.agent.test_spool import AGENT
from tests.unit.agent.waiting import hurry, nothing_more, until
from tests.unit.agent.whole import is_connected, last, live, settings, whole

UUID = example("originate")["uuid"]


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    hurry(monkeypatch)


def command(name, **changed):
    return example(name, **{"created_at": time.time(), "expires_at": time.time() + 8, **changed})


# -- calls -------------------------------------------------------------------------------------------------------------


async def test_a_ringing_phone_is_told_to_odoo_at_once(ami, odoo, exchange, tmp_path):
    async with whole(ami, odoo, tmp_path):
        began = time.monotonic()
        caller, _phones = exchange.ring("+493012345678", "PJSIP/101", "PJSIP/102")
        await until(lambda: last(odoo, caller.linkedid).get("rang") == ["PJSIP/101", "PJSIP/102"])
        assert time.monotonic() - began < 0.5
    call = last(odoo, caller.linkedid)
    assert (call["state"], call["direction"], call["caller"]["number"]) == ("ringing", "incoming", "+493012345678")
    assert call["did"] == "+493055570100" and call["trunk"] == "PJSIP/carrier"


async def test_a_call_from_its_ring_to_its_end(ami, odoo, exchange, tmp_path, caplog):
    caplog.set_level("INFO")
    async with whole(ami, odoo, tmp_path):
        caller, (phone,) = exchange.ring()
        await until(lambda: last(odoo, caller.linkedid).get("state") == "ringing")
        exchange.answer(caller, phone)
        await until(lambda: last(odoo, caller.linkedid)["state"] == "talking")
        exchange.hang_up(phone, caller)
        await until(lambda: last(odoo, caller.linkedid)["state"] == "ended")
        await until(lambda: odoo.bodies("status")[-1]["spool"] == 0)
    assert last(odoo, caller.linkedid)["answered_by"] == "PJSIP/101"
    assert last(odoo, caller.linkedid)["result"] == "answered"
    assert caplog.text.count(f"linkedid={caller.linkedid} call ended") == 1


async def test_recordings_stand_still_while_it_rings_and_only_then(ami, odoo, exchange, tmp_path, monkeypatch):
    monkeypatch.setattr(courtesy, "FRESH_SECONDS", 0.3)
    monkeypatch.setattr(courtesy, "WORK_SECONDS", 0.0)
    async with whole(ami, odoo, tmp_path) as agent:
        recordings = agent._recordings
        assert not recordings._courtesy.is_on
        caller, (phone,) = exchange.ring()
        await until(lambda: recordings._courtesy.is_on and recordings._is_busy())
        await until(lambda: last(odoo, caller.linkedid).get("state") == "ringing")
        await until(lambda: not recordings._courtesy.is_on)
        exchange.answer(caller, phone)
        await until(lambda: last(odoo, caller.linkedid)["state"] == "talking")
        await until(lambda: not recordings._courtesy.is_on)
        exchange.hang_up(phone, caller)
        await until(lambda: last(odoo, caller.linkedid)["state"] == "ended")
        assert not recordings._courtesy.is_on


async def test_what_lives_when_the_agent_starts_is_told(ami, odoo, tmp_path):
    ami.channels = [
        {
            "Channel": "PJSIP/carrier-00000001", "Uniqueid": "1764000000.1", "Linkedid": "1764000000.1",
            "ChannelStateDesc": "Up", "CallerIDNum": "+493012345678", "Context": "from-carrier", "Duration": "00:01:00",
        },
        {
            "Channel": "PJSIP/101-00000002", "Uniqueid": "1764000000.2", "Linkedid": "1764000000.1",
            "ChannelStateDesc": "Ringing", "CallerIDNum": "101", "Application": "AppDial", "Duration": "00:00:03",
        },
    ]  # fmt: skip
    async with whole(ami, odoo, tmp_path):
        assert live(odoo) == ["1764000000.1"]
        call = last(odoo, "1764000000.1")
        assert (call["partial"], call["rang"]) == (True, ["PJSIP/101"])


async def test_odoo_says_which_endpoints_are_people(ami, odoo, exchange, tmp_path):
    odoo.replies["hello"] = lambda body: {
        **odoo._hello(body),
        "devices": [{"endpoint": "PJSIP/reception", "extension": "9"}],
    }
    async with whole(ami, odoo, tmp_path):
        caller, _phones = exchange.ring("+4930", "PJSIP/reception")
        await until(lambda: last(odoo, caller.linkedid).get("rang") == ["PJSIP/reception"])
        odoo.replies.clear()
        said = len(odoo.bodies("hello"))
        odoo.config_version = "another"
        await odoo.push("asterisk.config", {"config_version": "another"})
        await until(lambda: len(odoo.bodies("hello")) > said)


@pytest.mark.parametrize("answer", [{"devices": "x", "websocket": 5}, {"devices": [5, {}], "websocket": "//x"}, {}])
async def test_a_strange_hello_stops_nothing(ami, odoo, exchange, tmp_path, answer):
    odoo.replies["hello"] = lambda body: {"config_version": "7f3a", **odoo._ticket(), **answer}
    async with whole(ami, odoo, tmp_path, wait=False):
        await until(lambda: is_connected(odoo))
        caller, _phones = exchange.ring()
        await until(lambda: last(odoo, caller.linkedid).get("rang") == ["PJSIP/101"])


async def test_one_call_that_cannot_be_told_stops_no_other(ami, odoo, exchange, tmp_path, monkeypatch, caplog):
    async with whole(ami, odoo, tmp_path) as agent:
        render = agent._render
        monkeypatch.setattr(agent._uplink._outbox, "_render", lambda call: _refuse(call) or render(call))
        bad, bad_phones = exchange.ring("+49666", "PJSIP/101")
        good, _phones = exchange.ring("+49777", "PJSIP/102")
        exchange.hang_up(*bad_phones, bad)
        await until(lambda: odoo.calls(good.linkedid))
        await until(lambda: f"linkedid={bad.linkedid} the call could not be told" in caplog.text)


def _refuse(call):
    if any(channel.number == "+49666" for channel in call.channels.values()):
        raise ValueError("cannot be told")


# -- commands ----------------------------------------------------------------------------------------------------------


async def test_a_click_from_odoo_to_the_client_and_back(ami, odoo, exchange, tmp_path):
    async with whole(ami, odoo, tmp_path):
        await odoo.push("asterisk.command", command("originate"))
        await until(lambda: ami.named("Originate"))
        assert ami.named("Originate")[0]["channelid"] == UUID
        phone = exchange.click(UUID)
        exchange.pick_up(phone)
        await until(lambda: odoo.results(UUID) == [("accepted", "")])
        client = exchange.dial_out(phone)
        exchange.answer(phone, client)
        await until(lambda: odoo.results(UUID) == [("accepted", ""), ("done", "")])
        await until(lambda: last(odoo, UUID).get("state") == "talking")
        assert last(odoo, UUID)["command"] == UUID


async def test_a_click_by_bus_and_by_question_dials_once(ami, odoo, exchange, tmp_path):
    odoo.pending = [command("originate")]
    async with whole(ami, odoo, tmp_path):
        await until(lambda: ami.named("Originate"))
        await odoo.push("asterisk.command", odoo.pending[0])
        await odoo.close_sockets()
        await until(lambda: len(odoo.bodies("commands")) == 2)
        await nothing_more(lambda: len(ami.named("Originate")), 0.1)
        assert len(ami.named("Originate")) == 1


async def test_an_expired_click_never_dials_whatever_the_clocks_say(ami, odoo, tmp_path):
    odoo.clock = lambda: time.time() + 3600  # Odoo's clock is an hour ahead of ours
    async with whole(ami, odoo, tmp_path):
        await odoo.push("asterisk.command", command("originate", expires_at=odoo.clock() - 1))
        await until(lambda: odoo.results(UUID) == [("failed", "expired")])
        fresh = command("originate", uuid=UUID[:-1] + "9", expires_at=odoo.clock() + 8)
        await odoo.push("asterisk.command", fresh)
        await until(lambda: ami.named("Originate"))
        assert [fields["actionid"] for fields in ami.named("Originate")] == [fresh["uuid"]]


async def test_a_click_while_asterisk_is_away_fails_at_once_and_for_good(ami, odoo, tmp_path):
    async with whole(ami, odoo, tmp_path):
        await ami.stop()
        await until(lambda: not is_connected(odoo))
        await odoo.push("asterisk.command", command("originate"))
        await until(lambda: odoo.results(UUID) == [("failed", "not_connected")])
        await ami.start()
        await until(lambda: is_connected(odoo))
        await nothing_more(lambda: len(ami.named("Originate")), 0.1)
        assert not ami.named("Originate")


async def test_asterisk_restarts_while_a_click_rings(ami, odoo, exchange, tmp_path):
    async with whole(ami, odoo, tmp_path):
        await odoo.push("asterisk.command", command("originate"))
        await until(lambda: ami.named("Originate"))
        exchange.click(UUID)
        await until(lambda: last(odoo, UUID))
        await ami.stop()
        await ami.start()
        await until(lambda: odoo.results(UUID)[-1:] == [("failed", "lost")])


async def test_hanging_up_from_the_panel(ami, odoo, exchange, tmp_path):
    async with whole(ami, odoo, tmp_path):
        caller, (phone,) = exchange.ring()
        await until(lambda: last(odoo, caller.linkedid))
        told = command("hangup", args={"uniqueid": phone.uniqueid})
        await odoo.push("asterisk.command", told)
        await until(lambda: odoo.results(told["uuid"]) == [("done", "")])
        assert ami.named("Hangup")[0]["channel"] == phone.name


# -- its own life ------------------------------------------------------------------------------------------------------


async def test_stopping_says_farewell_last(ami, odoo, tmp_path):
    async with whole(ami, odoo, tmp_path):
        pass
    told = odoo.bodies("status")[-1]
    assert (told["connected"], told["reason"]) == (False, "stopping")
    await until(lambda: ami.connections == 0 and not odoo.sockets)
    await nothing_more(lambda: len(odoo.requests))


async def test_a_state_folder_that_cannot_be_used_is_an_error_of_the_system(ami, odoo, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError):
        async with whole(ami, odoo, tmp_path / "file" / "state", wait=False):
            pass


class Process:
    """The agent as the system starts it: `pbx-agent run`."""

    def __init__(self, ami, odoo, folder):
        config.write(folder / "agent.conf", settings(ami, odoo, folder / "state"))
        self._log = open(folder / "log", "ab")
        self.child = subprocess.Popen(
            [sys.executable, "-m", "pbx_agent", "run", "--config", str(folder / "agent.conf")],
            env={**os.environ, "PYTHONPATH": str(AGENT)}, stderr=self._log,
        )  # fmt: skip

    async def end(self, number):
        """Send a signal, return the exit code."""
        self.child.send_signal(number)
        await until(lambda: self.child.poll() is not None, 5)
        self._log.close()
        return self.child.returncode


def waiting_on_disk(path):
    """The keys of what waits in a spool that a running agent uses."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return database.execute("SELECT key FROM item").fetchall()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_cleanly(ami, odoo, tmp_path, number):
    process = Process(ami, odoo, tmp_path)
    await until(lambda: odoo.sockets and is_connected(odoo), 10)
    assert await process.end(number) == 0
    assert odoo.bodies("status")[-1]["reason"] == "stopping"
    log = (tmp_path / "log").read_text("utf-8")
    assert "level=info at=agent pbx-agent stops" in log and "the-key" not in log and "secret" not in log


async def test_what_ended_before_a_kill_is_told_after_it(ami, odoo, exchange, tmp_path):
    gate = odoo.close_gate("calls")
    process = Process(ami, odoo, tmp_path)
    await until(lambda: odoo.sockets and is_connected(odoo), 10)
    await odoo.push("asterisk.command", command("originate"))
    await until(lambda: ami.named("Originate"))
    caller, phones = exchange.ring()
    exchange.hang_up(*phones, caller)
    await until(lambda: (caller.linkedid,) in waiting_on_disk(tmp_path / "state" / "spool.sqlite"))
    await process.end(signal.SIGKILL)
    odoo.requests.clear()
    gate.set()
    again = Process(ami, odoo, tmp_path)
    await until(lambda: last(odoo, caller.linkedid).get("state") == "ended", 10)
    await until(lambda: odoo.results(UUID) == [("failed", "lost")])
    assert await again.end(signal.SIGTERM) == 0
