"""What Odoo sends that is no proper command: it gets a result and reaches nobody."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.agent import command_desk
from tests.unit.agent.command_desk import CREATED, Desk, example
from tests.unit.agent.fake_pbx import FakePbx
from tests.unit.agent.waiting import hurry, until

pbx, desk = command_desk.pbx, command_desk.desk  # fixtures


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    hurry(monkeypatch)


async def test_an_unknown_verb_is_refused(desk, pbx):
    command = example("unknown", expires_at=CREATED + 60)
    desk.executor.take(command)
    result = await desk.finished(command["uuid"])
    assert result["code"] == "unknown_verb" and "'dance'" in result["message"]


@pytest.mark.parametrize(
    "verb", [None, "", 5, ["originate"], "origi\0nate", "ORIGINATE", " originate", {"originate": 1}]
)
async def test_only_the_verb_itself_is_the_verb(desk, pbx, verb):
    desk.executor.take(example("originate", verb=verb))
    assert (await desk.finished())["code"] == "unknown_verb"
    assert pbx.sent == []


BAD = {
    "no args": {"args": None},
    "args are a list": {"args": ["PJSIP/101"]},
    "no expiry": {"expires_at": None},
    "expiry is text": {"expires_at": "1764000308"},
    "expiry is true": {"expires_at": True},
    "expiry is no number": {"expires_at": float("nan")},
    "never expires": {"expires_at": float("inf")},
    "too large for a clock": {"expires_at": 10**400},
    "before there were clocks": {"expires_at": -(10**400)},
    "line break in the endpoint": {"args": {**example("originate")["args"], "endpoint": "PJSIP/101\r\nAction: X"}},
    "two phones": {"args": {**example("originate")["args"], "endpoint": "PJSIP/101&PJSIP/102"}},
    "a second argument": {"args": {**example("originate")["args"], "dial": "101,60"}},
    "a context with a jump": {"args": {**example("originate")["args"], "context": "default,s,1"}},
    "a foreign header": {"args": {**example("originate")["args"], "headers": {"From": "x"}}},
    "a header with a line break": {"args": {**example("originate")["args"], "headers": {"Alert-Info": "x\r\ny"}}},
    "no endpoint": {"args": {}},
}


@pytest.mark.parametrize("changed", BAD.values(), ids=BAD)
async def test_what_is_not_allowed_is_invalid_and_reaches_nobody(desk, pbx, changed):
    desk.executor.take(example("originate", **changed))
    result = await desk.finished()
    assert (result["status"], result["code"]) == ("failed", "invalid")
    assert result["message"].isprintable() and len(result["message"]) <= 200
    assert pbx.sent == []


@pytest.mark.parametrize("command", [None, 5, "originate", [], {}, {"uuid": None}, {"uuid": "x\r\n"}, {"uuid": ["u"]}])
async def test_a_command_without_identity_is_logged_and_nothing_else(desk, pbx, caplog, command):
    desk.executor.take(command)
    await until(lambda: "without a proper identity" in caplog.text)
    assert pbx.sent == [] and desk.told == 0


# -- fuzz ------------------------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.dictionaries(st.sampled_from(["verb", "args", "created_at", "expires_at", "more"]), JSON)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(FIELDS, st.uuids(version=4), JSON)
def test_whatever_odoo_sends_ends_with_a_result(tmp_path, changed, uuid, anything):
    async def carry_out():
        pbx = FakePbx()
        desk = Desk(tmp_path, pbx)
        try:
            desk.executor.take(anything)
            desk.executor.take(example("hangup", **{"expires_at": CREATED + 60, **changed, "uuid": str(uuid)}))
            await asyncio.gather(*desk.executor._running)
            assert [status for status, _code in await desk.codes(str(uuid))] == ["failed"]
            assert pbx.sent == []
        finally:
            await desk.close()

    asyncio.run(carry_out())
