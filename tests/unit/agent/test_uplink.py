"""Calls and results reach Odoo: the newest of what lives, all of what ended, whatever is down meanwhile."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from pbx_agent.odoo import uplink
from tests.unit.agent.fake_odoo import refusing, saying
from tests.unit.agent.sender import states
from tests.unit.agent.waiting import hurry, nothing_more, until, until_asked


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    hurry(monkeypatch)


# -- live calls ------------------------------------------------------------------------------------------------------


async def test_a_change_is_sent_at_once(odoo, sender):
    sender.ring("1.1")
    await until(lambda: states(odoo, "1.1") == ["ringing"])


async def test_one_request_is_in_flight_and_the_newest_snapshot_wins(odoo, sender):
    gate = odoo.close_gate("calls")
    sender.ring("1.1")
    await until(lambda: odoo.in_flight == 1)
    for state in ("talking", "held", "talking", "held"):
        sender.ring("1.1", state)
        sender.ring("1.2", state)
        await asyncio.sleep(0.005)
    gate.set()
    await until(lambda: states(odoo, "1.2"))
    assert states(odoo, "1.1") == ["ringing", "held"] and states(odoo, "1.2") == ["held"]
    assert odoo.most_in_flight == 1 and len(odoo.bodies("calls")) == 2


async def test_what_says_nothing_new_is_not_sent(odoo, sender):
    sender.ring("1.1")
    await until(lambda: odoo.calls("1.1"))
    await until(lambda: not sender.uplink._outbox)
    sender.ring("1.1")
    await nothing_more(lambda: len(odoo.bodies("calls")))


async def test_versions_grow_from_request_to_request(odoo, sender):
    for number, state in enumerate(("ringing", "talking", "held", "talking"), 1):
        sender.ring("1.1", state)
        await until(lambda: len(odoo.calls("1.1")) == number)  # noqa: B023 - awaited within the turn
    versions = [call["version"] for call in odoo.calls("1.1")]
    assert versions == sorted(set(versions)) and len(versions) == 4


async def test_a_call_that_became_part_of_another_is_not_sent_by_itself(odoo, sender):
    gate = odoo.close_gate("calls")
    sender.ring("1.1")
    await until(lambda: odoo.in_flight)
    sender.ring("1.2")
    sender.end("1.3")
    for merged in ("1.2", "1.3"):
        sender.calls[merged] = sender.calls["1.1"]
        sender.uplink.withdraw(merged)
    gate.set()
    await until_asked(sender.is_empty)
    assert not odoo.calls("1.2") and not odoo.calls("1.3")


async def test_one_call_that_cannot_be_told_keeps_no_other_back(odoo, sender, caplog):
    sender.is_broken.add("1.1")
    sender.ring("1.1")
    sender.ring("1.2")
    await until(lambda: odoo.calls("1.2"))
    assert "linkedid=1.1 the call could not be told" in caplog.text


async def test_many_calls_are_sent_in_portions(odoo, sender):
    for number in range(450):
        sender.ring(f"1.{number}")
    await until(lambda: len(odoo.items("calls")) == 450)
    assert [len(body["items"]) for body in odoo.bodies("calls")] == [200, 200, 50]


async def test_many_calls_hold_up_no_result(odoo, sender):
    stream = {"on": True}

    def reply(body):
        for number in range(3):
            if stream["on"]:
                sender.ring(f"1.{number}", f"state-{sender.version}")

    odoo.replies["calls"] = reply
    sender.ring("1.1")
    await until(lambda: len(odoo.bodies("calls")) > 3)
    await sender.put_result("u1")
    await until(lambda: odoo.results("u1"))
    stream["on"] = False


# -- ended calls -----------------------------------------------------------------------------------------------------


async def test_an_ended_call_is_on_disk_until_odoo_has_acknowledged_it(odoo, sender):
    gate = odoo.close_gate("calls")
    sender.end("1.1")
    await until(lambda: odoo.in_flight)
    assert await sender.counts() == (1, 0)
    gate.set()
    await until_asked(sender.is_empty)
    assert states(odoo, "1.1") == ["ended"]


async def test_a_call_that_ends_while_its_ringing_is_on_its_way(odoo, sender):
    gate = odoo.close_gate("calls")
    sender.ring("1.1")
    await until(lambda: odoo.in_flight)
    sender.end("1.1")
    gate.set()
    await until(lambda: states(odoo, "1.1") == ["ringing", "ended"])
    await until_asked(sender.is_empty)


async def test_a_call_that_goes_on_after_it_seemed_over(odoo, sender):
    gate = odoo.close_gate("calls")
    sender.ring("1.9")
    await until(lambda: odoo.in_flight)
    sender.end("1.1").ended_at = None
    sender.ring("1.1", "talking")
    gate.set()
    await until(lambda: "talking" in states(odoo, "1.1"))
    await until_asked(sender.is_empty)
    assert max(odoo.calls("1.1"), key=lambda call: call["version"])["state"] == "talking"


@pytest.mark.parametrize("status", ["ok", "stale"])
async def test_acknowledged_means_ok_or_stale(odoo, sender, status):
    odoo.replies["calls"] = saying(status)
    sender.end("1.1")
    await until_asked(sender.is_empty)
    await nothing_more(lambda: len(odoo.calls("1.1")))


async def test_a_refused_call_becomes_a_dead_letter_and_blocks_nothing(odoo, sender, caplog):
    def reply(body):
        bad = {"status": "refused", "error": {"code": "bad", "message": "no such state"}}
        return {"results": [bad if item["linkedid"] == "1.1" else {"status": "ok"} for item in body["items"]]}

    odoo.replies["calls"] = reply
    sender.end("1.1")
    sender.end("1.2")
    await until_asked(lambda: sender.letters())
    assert await sender.letters() == [("1.1", "no such state")] and await sender.counts() == (0, 1)
    await nothing_more(lambda: len(odoo.bodies("calls")))
    assert "linkedid=1.1 Odoo refused the call: no such state" in caplog.text


async def test_a_dead_letter_that_was_put_back_by_another_process_is_sent(odoo, sender):
    odoo.replies["calls"] = refusing()
    sender.end("1.1")
    await until_asked(lambda: sender.letters())
    odoo.replies.clear()
    await sender.spool.call(sender.spool.revive)
    sender.uplink.look()
    await until_asked(sender.is_empty)
    assert states(odoo, "1.1") == ["ended", "ended"]


@pytest.mark.parametrize("kind", ["living", "ended", "result"])
async def test_retry_means_later_and_until_it_is_taken(odoo, sender, kind):
    answers = iter([saying("retry")] * 3)
    odoo.replies["calls"] = odoo.replies["results"] = lambda body: next(answers, lambda _body: None)(body)
    if kind == "result":
        await sender.put_result("u1")
    else:
        (sender.ring if kind == "living" else sender.end)("1.1")
    await until(lambda: len(odoo.items("results" if kind == "result" else "calls")) == 4)
    await until_asked(sender.is_empty)


async def test_retry_is_not_for_ever(odoo, sender, monkeypatch):
    monkeypatch.setattr(uplink, "MAX_ATTEMPTS", 3)
    odoo.replies["calls"] = lambda body: {
        "results": [{"status": "retry", "error": {"message": "locked"}} for _item in body["items"]]
    }
    sender.end("1.1")
    await until_asked(lambda: sender.letters())
    assert await sender.letters() == [("1.1", "locked")]
    await nothing_more(lambda: len(odoo.bodies("calls")))


# -- the announcement ------------------------------------------------------------------------------------------------


async def test_after_a_connection_odoo_is_told_once_what_lives(odoo, sender):
    for number in range(250):
        sender.ring(f"1.{number}")
    await until(lambda: len(odoo.items("calls")) == 250)
    for call in list(sender.calls.values()):
        sender.uplink.offer(call)  # nothing new, and sent all the same
    sender.uplink.announce()
    await until(lambda: "live" in odoo.bodies("calls")[-1])
    bodies = odoo.bodies("calls")
    assert len(odoo.items("calls")) == 500
    assert [sorted(body) for body in bodies].count(["items", "live"]) == 1
    assert sorted(bodies[-1]["live"]) == sorted(sender.calls)
    sender.ring("1.0", "talking")
    await until(lambda: len(odoo.bodies("calls")) > len(bodies))
    assert "live" not in odoo.bodies("calls")[-1]


async def test_that_nothing_lives_is_told_too(odoo, sender):
    sender.uplink.announce()
    await until(lambda: odoo.bodies("calls") == [{"items": [], "live": []}])


async def test_the_announcement_is_not_lost_while_odoo_is_away(odoo, sender):
    odoo.replies["calls"] = lambda body: web.Response(status=503)
    sender.ring("1.1")
    sender.uplink.announce()
    await until(lambda: len(odoo.bodies("calls")) > 2)
    sender.end("1.1")
    sender.ring("1.2")
    odoo.replies.clear()
    await until_asked(sender.is_empty)
    await until(lambda: odoo.bodies("calls")[-1].get("live") == ["1.2"] and odoo.calls("1.2"))


async def test_all_that_lives_is_told_again_when_odoo_comes_back(odoo, sender):
    sender.ring("1.1")
    sender.uplink.announce()
    await until(lambda: odoo.calls("1.1"))
    odoo.replies["calls"] = lambda body: web.Response(status=503)
    sender.ring("1.2")
    await until(lambda: len(odoo.bodies("calls")) > 2)
    odoo.replies.clear()
    await until(lambda: odoo.bodies("calls")[-1].get("live") == ["1.1", "1.2"])
    assert [call["linkedid"] for call in odoo.bodies("calls")[-1]["items"]] == ["1.1", "1.2"]


async def test_an_agent_that_does_not_know_yet_what_lives_says_nothing_of_it(odoo, sender):
    odoo.replies["calls"] = lambda body: web.Response(status=503)
    sender.end("1.1")
    await until(lambda: len(odoo.bodies("calls")) > 1)
    odoo.replies.clear()
    await until_asked(sender.is_empty)
    await nothing_more(lambda: len(odoo.bodies("calls")))
    assert not any("live" in body for body in odoo.bodies("calls"))


# -- results ---------------------------------------------------------------------------------------------------------


async def test_results_are_sent_and_go_when_odoo_has_them(odoo, sender):
    await sender.put_result("u1", "accepted")
    await until(lambda: odoo.results("u1") == [("accepted", "")])
    await sender.put_result("u1", "done")
    await until(lambda: odoo.results("u1") == [("accepted", ""), ("done", "")])
    await until_asked(sender.is_empty)


async def test_a_later_result_survives_the_acknowledgement_of_the_first(odoo, sender):
    gate = odoo.close_gate("results")
    await sender.put_result("u1", "accepted")
    await until(lambda: odoo.in_flight)
    await sender.put_result("u1", "done")
    gate.set()
    await until(lambda: odoo.results("u1") == [("accepted", ""), ("done", "")])


async def test_a_result_of_an_unknown_command_is_set_aside(odoo, sender):
    odoo.replies["results"] = saying("unknown")
    await sender.put_result("u1")
    await until_asked(lambda: sender.letters())
    assert await sender.letters() == [("u1", "unknown")]
