"""What the agent says has the very shape of docs/contract.md and tests/contract/agent; what it hears may say more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pbx_agent.ami import actions
from pbx_agent.ami.reader import parse_event
from pbx_agent.calls.endpoints import Directory
from pbx_agent.calls.snapshot import snapshot
from pbx_agent.calls.tracker import Tracker
from pbx_agent.odoo.heartbeat import CONTRACT as VERSION
from pbx_agent.replay import frames_of, timed
from tests.unit.agent.ami_script import Story
from tests.unit.agent.command_desk import Desk
from tests.unit.agent.fake_ami import FakeAmi
from tests.unit.agent.fake_odoo import FakeOdoo
from tests.unit.agent.fake_pbx import FakePbx
from tests.unit.agent.waiting import hurry, until
from tests.unit.agent.whole import whole

ROOT = Path(__file__).resolve().parents[2]
CONTRACT, SCENARIOS = ROOT / "contract" / "agent", ROOT / "scenarios"


def example(name):
    return json.loads((CONTRACT / f"{name}.json").read_text("utf-8"))


# -- a value against the documented shape ------------------------------------------------------------------------------

NUMBER, FLAG, NULL = "number", "flag", None


def text(limit):
    """At most so many printable characters."""
    return lambda value: isinstance(value, str) and len(value) <= limit and value.isprintable()


def one_of(*values):
    return lambda value: value in values


def misfits(value: Any, shape: Any, where: str = "") -> list[str]:
    """What of `value` is not as documented: a dict has exactly those keys, a list one shape, a set is a choice."""
    if isinstance(shape, (set, frozenset, tuple)):
        return [] if any(not misfits(value, one, where) for one in shape) else [f"{where}: {value!r}"]
    if isinstance(shape, dict):
        if not isinstance(value, dict) or set(value) != set(shape):
            return [f"{where}: keys {sorted(set(value) ^ set(shape)) if isinstance(value, dict) else value!r}"]
        return [wrong for key in shape for wrong in misfits(value[key], shape[key], f"{where}.{key}")]
    if isinstance(shape, list):
        if not isinstance(value, list) or len(value) > shape[1]:
            return [f"{where}: {value!r}"]
        return [wrong for item in value for wrong in misfits(item, shape[0], f"{where}[]")]
    if shape is NUMBER:
        fits = isinstance(value, (int, float)) and not isinstance(value, bool)
    elif shape is FLAG:
        fits = isinstance(value, bool)
    else:
        fits = shape(value) if callable(shape) else value is shape
    return [] if fits else [f"{where}: {value!r}"]


ENDPOINT, MOMENT, ID = (text(80), NULL), (NUMBER, NULL), text(150)
PARTY = {"number": text(40), "name": text(80), "endpoint": ENDPOINT}
LEG_RESULTS = ("answered", "busy", "no-answer", "cancelled", "rejected", "failed", "elsewhere")
LEG = {
    "uniqueid": ID, "channel": text(150), "endpoint": ENDPOINT, "role": one_of("caller", "callee", "other"),
    "number": text(40), "name": text(80), "state": one_of("dialing", "ringing", "talking", "held", "ended"),
    "result": one_of(None, *LEG_RESULTS), "started_at": NUMBER, "answered_at": MOMENT, "ended_at": MOMENT,
    "talk_seconds": NUMBER, "cause": (NUMBER, NULL),
}  # fmt: skip
TRANSFER = {
    "kind": one_of("blind", "attended"), "by": text(80), "from": text(80), "to": text(80),
    "result": (text(40), NULL), "at": NUMBER,
}  # fmt: skip
CALL_RESULTS = ("answered", "busy", "no-answer", "cancelled", "rejected", "failed", "voicemail", "ivr")
SNAPSHOT = {
    "linkedid": ID, "linkedids": [ID, 20], "version": NUMBER, "partial": FLAG,
    "state": one_of("ringing", "talking", "held", "ended"), "direction": one_of("incoming", "outgoing", "internal"),
    "started_at": NUMBER, "answered_at": MOMENT, "ended_at": MOMENT, "caller": PARTY, "callee": PARTY,
    "did": (text(40), NULL), "queue": (text(80), NULL), "trunk": (text(80), NULL),
    "result": one_of(None, *CALL_RESULTS), "rang": [text(80), 60], "answered_by": ENDPOINT,
    "hung_up_by": one_of(None, "caller", "callee", "pbx"), "ring_seconds": NUMBER, "talk_seconds": NUMBER,
    "transfers": [TRANSFER, 20], "command": (text(36), NULL),
    "recording": one_of("on", "paused", None), "legs": [LEG, 60],
}  # fmt: skip
RESULT = {
    "uuid": text(36), "status": one_of("accepted", "done", "failed"), "code": text(40), "message": text(200),
    "at": NUMBER, "linkedid": (ID, NULL),
}  # fmt: skip
HELLO = {
    "contract": one_of(VERSION), "agent": {"version": text(80), "host": text(80), "started_at": NUMBER},
    "asterisk": ({"version": text(80), "system_name": text(80)}, NULL),
}  # fmt: skip
REASONS = ("asterisk_down", "ami_refused", "ami_silent", "stopping", "no_commands")
STATUS = {
    "connected": FLAG, "since": NUMBER, "reason": one_of("", *REASONS),
    "event_lag_ms": NUMBER, "spool": NUMBER, "dead_letters": NUMBER, "version": text(80),
}  # fmt: skip
COMMAND = {"uuid": text(36), "verb": text(40), "args": dict, "created_at": NUMBER, "expires_at": NUMBER}


@pytest.mark.parametrize("name", sorted(path.stem for path in CONTRACT.glob("call_*.json")))
def test_the_examples_of_snapshots_are_as_documented(name):
    assert misfits(example(name), SNAPSHOT) == []


@pytest.mark.parametrize("name", sorted(path.stem for path in CONTRACT.glob("result_*.json")))
def test_the_examples_of_results_are_as_documented(name):
    assert misfits(example(name), RESULT) == []


def test_the_examples_of_hello_and_status_are_as_documented():
    assert misfits(example("hello")["request"], HELLO) == [] and misfits(example("status")["request"], STATUS) == []


@pytest.mark.parametrize("wrong", [{"version": "1"}, {"state": "dancing"}, {"more": 1}, {"did": 5}, {"legs": [{}]}])
def test_a_wrong_shape_would_be_seen(wrong):
    assert misfits({**example("call_ringing"), **wrong}, SNAPSHOT)
    assert misfits({key: value for key, value in example("call_ringing").items() if key != "rang"}, SNAPSHOT)


# -- snapshots ---------------------------------------------------------------------------------------------------------


def told_of(frames, devices=()):
    """Every snapshot that a trace gives rise to, in order."""
    tracker, version = Tracker(Directory(devices), grace_seconds=0.0), 0
    for now, frame in timed(frames):
        event = parse_event(frame)
        if event is not None:
            tracker.feed(event, now)
            for call in tracker.take_changed():
                version += 1
                yield snapshot(call, tracker.directory, version)


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.json")), ids=lambda path: path.stem)
def test_every_snapshot_of_a_recorded_call_is_as_documented(path):
    frames = frames_of(json.dumps(json.loads(path.read_text("utf-8"))["events"]))
    wrong = [misfit for told in told_of(frames) for misfit in misfits(json.loads(json.dumps(told)), SNAPSHOT)]
    assert wrong == []


def test_a_ringing_call_is_told_as_in_the_example():
    """The same call as in call_ringing.json: every value, not only its type."""
    pbx = Story([{"endpoint": "PJSIP/101", "extension": "101"}, {"endpoint": "PJSIP/102", "extension": "102"}])
    pbx.count = 9
    caller = pbx.incoming()
    pbx.at(0.02)
    for _phone, endpoint in enumerate(("PJSIP/101", "PJSIP/102")):
        pbx.dial(caller, endpoint)
    told, wanted = pbx.call(), example("call_ringing")
    names = {leg["uniqueid"]: leg["channel"] for leg in told["legs"]}
    for leg in wanted["legs"]:
        leg["channel"] = names[leg["uniqueid"]]
    assert told == {**wanted, "version": told["version"]}


def test_hostile_texts_keep_within_the_limits():
    pbx = Story()
    evil = "\x1b[31m<b>" + "Ж" * 500 + "\u202e\x00\ufffe"
    caller = pbx.new(
        "PJSIP/" + "t" * 300, calleridnum="9" * 400, calleridname=evil, exten="5" * 400, uniqueid="u" * 400,
        context="from-carrier", channelstatedesc="Ring",
    )  # fmt: skip
    for number in range(100):
        pbx.dial(caller, f"PJSIP/{number}", calleridname=evil)
    assert misfits(json.loads(json.dumps(pbx.call())), SNAPSHOT) == []
    assert len(pbx.call()["legs"]) == 60 and len(pbx.call()["rang"]) == 60


# -- requests ----------------------------------------------------------------------------------------------------------


async def test_hello_and_status_are_sent_as_documented(tmp_path, monkeypatch):
    hurry(monkeypatch)
    async with FakeAmi() as ami, FakeOdoo() as odoo:
        async with whole(ami, odoo, tmp_path):
            await ami.stop()
            await until(lambda: odoo.bodies("status")[-1]["reason"] == "asterisk_down")
            ami.secret = "another"
            await ami.start()
            await until(lambda: odoo.bodies("status")[-1]["reason"] == "ami_refused")
    for flow, shape in (("hello", HELLO), ("status", STATUS)):
        assert odoo.bodies(flow) and [wrong for body in odoo.bodies(flow) for wrong in misfits(body, shape)] == []
    assert {body["reason"] for body in odoo.bodies("status")} >= {"", "asterisk_down", "ami_refused", "stopping"}
    assert all(body == {} for body in odoo.bodies("commands"))
    assert [sorted(body) for body in odoo.bodies("calls")] == [["items", "live"]]


async def test_the_example_answers_are_understood_with_all_that_they_may_say_besides(tmp_path, monkeypatch):
    hurry(monkeypatch)
    more = {"news": [{"a": 1}], "colour": "red"}
    async with FakeAmi() as ami, FakeOdoo() as odoo:
        odoo.tickets.append(example("hello")["response"]["ticket"])
        odoo.replies["hello"] = lambda body: {**example("hello")["response"], **more}
        odoo.replies["status"] = lambda body: {**example("status")["response"], **more}
        async with whole(ami, odoo, tmp_path) as agent:
            await until(lambda: odoo.sockets)
            await until(lambda: any(body["asterisk"] for body in odoo.bodies("hello")))
            assert agent._tracker.directory.extension("PJSIP/1052") == "105"
            assert agent._heartbeat._seconds == 15
            assert abs(agent._clock.now() - 1764000001.0) < 60  # Odoo's clock stands in the examples
    introduced = [body for body in odoo.bodies("hello") if body["asterisk"]]
    assert len(introduced) == 1  # the same config_version in both answers: no reason for another hello


# -- commands ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(path.stem for path in CONTRACT.glob("command_*.json")))
async def test_every_example_command_is_parsed_and_ends_with_a_documented_result(tmp_path, name):
    command = example(name)
    assert set(command) == set(COMMAND)
    pbx = FakePbx()
    pbx.names["1764000000.11"] = "PJSIP/101-0000000b"
    pbx.recorded["1764000000.10"] = ["PJSIP/carrier-0000000a"]
    pbx.answers["Getvar"] = {"response": "Success", "value": "UNAVAILABLE"}
    desk = Desk(tmp_path, pbx, odoo_time=command["created_at"] + 1)
    desk.executor.take({**command, "more": "said"})
    result = await desk.finished(command["uuid"])
    await desk.close()
    assert misfits(result, RESULT) == []
    expected = {
        "command_hangup": "", "command_originate": "unregistered", "command_unknown": "unknown_verb",
        "command_record": "", "command_erase": "",
    }  # fmt: skip
    assert result["code"] == expected[name]
    if name == "command_originate":
        assert {**result, "at": 0} == {**example("result_failed"), "at": 0}


def test_the_example_click_is_a_whole_action():
    command = example("command_originate")
    action = actions.originate(command["uuid"], {**command["args"], "more": "said"})
    assert action["ActionID"] == action["ChannelId"] == command["uuid"]
    assert action["Exten"] == command["args"]["dial"] and len(action["Variable"]) == 2
