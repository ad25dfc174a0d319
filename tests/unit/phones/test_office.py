"""The office: phones and carrier in one process, told what to do over a socket."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys

import pytest

from sandbox.phones.commands import Commands, describe
from sandbox.phones.control import ControlServer, ask
from sandbox.phones.day import Day
from sandbox.phones.numbering import SALES
from sandbox.phones.office import ConfigError, Office

from .conftest import Switch


def config_of(switch, tmp_path, **more):
    return {
        "pbx": list(switch.address), "carrier_port": 0, "control": str(tmp_path / "c.sock"),
        "phones": {"101": {"secret": "right", "mode": "manual"}, "102": {"secret": "right", "mode": "manual"}}, **more,
    }  # fmt: skip


@pytest.fixture
async def office(switch, tmp_path):
    """A running office at a switch that answers every call."""
    async with Office(config_of(switch, tmp_path)) as running:
        yield running


@pytest.fixture
async def do(office):
    """Give the office a command as one would over the socket."""

    async def run(**request):
        return await Commands(office).run(request)

    return run


async def ring_at(office, user):
    """Let somebody call a phone of the office, past the switch."""
    phone = office.phones[user]
    caller = Switch({})
    caller.pbx = (phone.host, phone.transport.port)
    await caller.start()
    call = caller.call(user)
    await phone.wait_ringing()
    return caller, call


async def test_all_phones_are_registered_while_it_runs(switch, tmp_path):
    async with Office(config_of(switch, tmp_path)):
        assert set(switch.contacts) == {"101", "102"}
    assert switch.contacts == {}


async def test_a_call_from_outside_goes_to_sales_by_default(office, switch, do):
    answer = await do(do="call", **{"from": "+4930901820"}, name="Eva", seconds=0.2)
    assert (answer["number"], answer["phone"], answer["direction"]) == (SALES, "carrier", "outgoing")
    await do(do="wait", call=answer["call"], state="confirmed")
    assert (switch.last_invite.sender.uri.user, switch.last_invite.sender.name) == ("+4930901820", "Eva")
    ended = await do(do="wait", call=answer["call"], state="ended")
    assert ended["ending"] == {"by": "local", "status": 200, "reason": ""}


async def test_an_extension_is_called_by_its_number_and_a_hidden_caller_stays_hidden(office, switch, do):
    await do(do="call", **{"from": "+4930901820"}, to="102", withheld=True)
    await do(do="wait", phone="carrier", state="confirmed")
    assert switch.last_invite.uri.startswith("sip:+493055570102@")
    assert switch.last_invite.sender.uri.user == "anonymous"


async def test_a_phone_dials_and_does_all_that_one_can_do_in_a_call(office, switch, do):
    await do(do="call", **{"from": "101"}, to="+4930")
    await do(do="wait", phone="101", state="confirmed")
    held = await do(do="hold", phone="101")
    assert held["held"] is True
    assert (await do(do="list"))["calls"][0]["held"] is True
    assert (await do(do="resume", phone="101"))["held"] is False
    await do(do="dtmf", phone="101", digits="42#")
    await switch.calls[0].wait_digits("42#")
    await do(do="hangup", phone="101")
    await do(do="wait", phone="101", state="idle")


async def test_a_phone_is_told_to_answer_or_decline(office, do):
    caller, call = await ring_at(office, "102")
    listed = (await do(do="list"))["calls"]
    assert [(c["phone"], c["state"], c["number"]) for c in listed] == [("102", "ringing", "switch")]
    await do(do="answer", phone="102")
    await call.wait_state("confirmed")
    await do(do="hangup", call=listed[0]["call"])
    await call.wait_state("ended")
    again = caller.call("102")
    await do(do="wait", phone="102", state="ringing")
    await do(do="decline", phone="102", status=486)
    await again.wait_state("ended")
    assert again.ending.status == 486
    await caller.stop()


async def test_modes_change_from_now_on(office, switch, do):
    await do(do="mode", phone="101", mode="busy")
    await do(do="mode", number="+49301", mode="answer", after=3, talk=5)
    assert (await do(do="list"))["phones"][0] == {"phone": "101", "registered": True, "mode": "busy"}
    assert office.carrier.rules["+49301"].talk == 5
    await do(do="unregister", phone="101")
    assert "101" not in switch.contacts
    await do(do="register", phone="101")
    assert "101" in switch.contacts


@pytest.mark.parametrize(
    "request_, complaint",
    [
        ({}, "can't do None"),
        ({"do": "fly"}, "can't do 'fly'; I can do call"),
        ({"do": "call"}, 'needs "from"'),
        ({"do": "call", "from": 5}, 'needs "from"'),
        ({"do": "call", "from": "Eva"}, "'Eva' is no number"),
        ({"do": "call", "from": "+4930", "to": "\r\n"}, "is no number"),
        ({"do": "call", "from": "+4930", "seconds": "long"}, '"seconds" must be a number'),
        ({"do": "answer", "phone": "109"}, "no phone '109'; there are 101, 102"),
        ({"do": "answer", "phone": "101"}, "no ringing calls fit"),
        ({"do": "hangup", "call": "x"}, 'name one by "call"'),
        ({"do": "transfer", "phone": "101", "attended": True}, "joins two calls, this phone has 0"),
        ({"do": "mode", "phone": "101", "mode": "asleep"}, "no mode 'asleep'"),
        ({"do": "wait", "phone": "101", "state": "ringing", "seconds": 0.05}, "101 should have a call that is ringing"),
    ],
)
async def test_nonsense_is_answered_with_what_to_say_instead(do, request_, complaint):
    with pytest.raises((ValueError, LookupError, RuntimeError, AssertionError)) as told:
        await do(**request_)
    assert complaint in str(told.value)


async def test_the_socket_speaks_json_lines_and_is_its_owners_alone(office, tmp_path):
    path = tmp_path / "control.sock"
    async with ControlServer(path, Commands(office).run) as control:
        office.carrier.listeners.append(lambda call: control.publish({"event": "call", **describe(call)}))
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        reader, writer = await asyncio.open_unix_connection(str(path))

        async def say(line):
            writer.write(line + b"\n")
            return json.loads(await asyncio.wait_for(reader.readline(), 3))

        assert (await say(b'{"do": "list"}'))["ok"] is True
        assert "not JSON" in (await say(b"{"))["error"]
        assert "JSON object" in (await say(b"[1]"))["error"]
        assert "no phone '9'" in (await say(b'{"do": "answer", "phone": "9"}'))["error"]
        assert (await say(b'{"do": "watch"}')) == {"ok": True}
        event = await say(b'{"do": "call", "from": "+4930", "name": "\\u03a9"}')
        assert (event["event"], event["state"], event["number"]) == ("call", "calling", SALES)
        with pytest.raises(RuntimeError, match="another office"):
            async with ControlServer(path, Commands(office).run):
                pass
        writer.close()
    assert not path.exists()


async def test_asking_from_outside_the_loop(office, tmp_path):
    path = tmp_path / "control.sock"
    loop = asyncio.get_running_loop()
    with pytest.raises(ConnectionError, match="start the demo first"):
        ask(path, {"do": "list"})
    async with ControlServer(path, Commands(office).run):
        answer = await loop.run_in_executor(None, ask, path, {"do": "list"})
        assert [phone["phone"] for phone in answer["phones"]] == ["101", "102"]
        with pytest.raises(RuntimeError, match="can't do 'fly'"):
            await loop.run_in_executor(None, ask, path, {"do": "fly"})


@pytest.mark.parametrize(
    "change",
    [
        {"pbx": []}, {"pbx": ["h", "x"]}, {"phones": {"101": {}}}, {"phones": {"101": {"secret": "x", "mode": "y"}}},
        {"phones": {"101": {"secret": "x", "volume": 11}}}, {"day": {"callers": []}}, {"day": {"callers": [{"n": 1}]}},
    ],
)  # fmt: skip
async def test_a_config_with_a_mistake_is_refused(switch, tmp_path, change):
    with pytest.raises(ConfigError, match="config is wrong"):
        Office(config_of(switch, tmp_path, **change))


async def test_a_day_brings_callers_in_turn_until_it_ends(office, switch):
    lines = [{"number": f"+49309{n}", "name": "", "line": "102"} for n in range(3)]
    day = Day.from_json({"callers": lines, "pause": [0, 0.01], "talk": [0, 0.01], "seed": 7})
    running = asyncio.ensure_future(day.run(office.carrier))
    await switch.changes.until(lambda: len(switch.calls) >= 6, 10, lambda: f"six calls, not {len(switch.calls)}")
    running.cancel()
    callers = [call.number for call in switch.calls][:6]
    assert set(callers[:3]) == set(callers[3:]) == {"+493090", "+493091", "+493092"}
    assert callers[2] != callers[3]
    assert callers == [caller.number for caller, _ in zip(day.turns(), range(6))]


async def test_the_process_says_when_it_is_ready_and_leaves_politely(switch, tmp_path):
    path = tmp_path / "office.json"
    path.write_text(json.dumps(config_of(switch, tmp_path)))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox.phones.office", str(path), stdout=subprocess.PIPE, cwd=os.getcwd()
    )
    assert await asyncio.wait_for(process.stdout.readline(), 10) == b"ready\n"
    assert set(switch.contacts) == {"101", "102"}
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 10) == 0
    assert switch.contacts == {}
    assert not (tmp_path / "c.sock").exists()


async def test_the_process_says_why_it_can_not_start(tmp_path):
    path = tmp_path / "office.json"
    path.write_text(json.dumps({"control": str(tmp_path / "c.sock")}))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox.phones.office", str(path), stderr=subprocess.PIPE, cwd=os.getcwd()
    )
    _, words = await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode == 1
    assert b"the phones can't start: the phones' config is wrong: KeyError('pbx')" in words
