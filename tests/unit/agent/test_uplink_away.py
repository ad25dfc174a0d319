"""The way to Odoo while Odoo, or the disk, takes nothing."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from pbx_agent.odoo import backoff, outbox, uplink
from tests.unit.agent.fake_odoo import saying
from tests.unit.agent.sender import Sender, states
from tests.unit.agent.test_spool import fill_disk, free_disk
from tests.unit.agent.waiting import hurry, nothing_more, until, until_asked


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    hurry(monkeypatch)


# -- Odoo away -------------------------------------------------------------------------------------------------------

AWAY = {
    "wrong key": lambda body: web.Response(status=401),
    "not an agent's key": lambda body: web.Response(status=403),
    "another contract": lambda body: web.json_response({"error": {"code": "contract", "message": "1"}}, status=409),
    "a page about an error": lambda body: web.Response(status=500, text="<html>Oops</html>", content_type="text/html"),
    "restarting": lambda body: web.Response(status=502),
    "no JSON": lambda body: web.Response(text="<html>log in</html>"),
    "no answer for each": lambda body: {"results": []},
    "another object": lambda body: {"jsonrpc": "2.0"},
    "a proxy's refusal": lambda body: web.Response(status=400, text="plain HTTP to an HTTPS port"),
}


@pytest.mark.parametrize("trouble", AWAY.values(), ids=AWAY)
async def test_nothing_is_dropped_while_odoo_does_not_take_it(odoo, sender, trouble, caplog):
    caplog.set_level("INFO")
    odoo.replies["calls"] = odoo.replies["results"] = trouble
    sender.ring("1.1")
    sender.end("1.2")
    await sender.put_result("u1")
    await until(lambda: len(odoo.bodies("calls")) >= 3)
    assert await sender.counts() == (2, 0)
    odoo.replies.clear()
    await until_asked(sender.is_empty)
    assert states(odoo, "1.2")[-1] == "ended" and odoo.results("u1")[-1] == ("done", "")
    assert states(odoo, "1.1")[-1] == "ringing"
    assert caplog.text.count("nothing is lost, trying again") == 1 and "Odoo takes calls again" in caplog.text


async def test_a_call_with_which_odoo_fails_holds_up_no_other(odoo, sender, monkeypatch):
    monkeypatch.setattr(uplink, "MAX_ATTEMPTS", 4)

    def fails(body):
        return web.Response(status=500) if "1.666" in {call["linkedid"] for call in body["items"]} else None

    odoo.replies["calls"] = fails
    sender.end("1.666")
    for number in range(5):
        sender.end(f"1.{number}")
    await until_asked(lambda: is_dead(sender, 1))
    sender.ring("1.7")
    await until(lambda: states(odoo, "1.7") == ["ringing"])
    taken = {call["linkedid"] for body in odoo.bodies("calls") if fails(body) is None for call in body["items"]}
    assert taken == {f"1.{number}" for number in (*range(5), 7)}


async def is_dead(sender, letters):
    return await sender.counts() == (0, letters)


async def test_an_odoo_that_hangs_is_asked_again(odoo, sender):
    gate = odoo.close_gate("calls")
    sender.end("1.1")
    await until(lambda: len(odoo.bodies("calls")) == 2)
    gate.set()
    await until_asked(sender.is_empty)


async def test_odoo_goes_away_and_comes_back(odoo, sender):
    await odoo.stop()
    sender.end("1.1")
    sender.ring("1.2")
    await until(lambda: sender.uplink.trouble)
    sender.ring("1.2", "talking")
    await odoo.start()
    await until_asked(sender.is_empty)
    await until(lambda: states(odoo, "1.2") == ["talking"])


async def test_a_wrong_key_is_tried_once_a_minute_or_when_odoo_was_heard_of(odoo, sender, monkeypatch):
    assert backoff.MISCONFIGURED_SECONDS == 0.08
    monkeypatch.setattr(backoff, "MISCONFIGURED_SECONDS", 60.0)
    odoo.replies["calls"] = lambda body: web.Response(status=401)
    sender.ring("1.1")
    await until(lambda: odoo.bodies("calls"))
    sender.ring("1.1", "talking")
    await nothing_more(lambda: len(odoo.bodies("calls")))
    odoo.replies.clear()
    sender.uplink.nudge()
    await until(lambda: states(odoo, "1.1")[-1] == "talking")


def test_waiting_times_grow_are_bounded_and_differ(monkeypatch):
    monkeypatch.undo()
    assert (backoff.FIRST_SECONDS, backoff.LONGEST_SECONDS, backoff.MISCONFIGURED_SECONDS) == (0.5, 30.0, 60.0)
    for failures in (1, 2, 3, 10, 1000):
        waits = {backoff.delay(failures) for _time in range(20)}
        ceiling = min(30.0, 0.5 * 2 ** min(failures, 10))
        assert ceiling / 2 <= min(waits) <= max(waits) <= ceiling and len(waits) > 10
        assert backoff.delay(failures, 4.0) <= min(ceiling, 4.0)


async def test_ten_thousand_calls_while_odoo_is_down_lie_on_disk_and_arrive_in_order(odoo, sender):
    await odoo.stop()
    for number in range(10_000):
        sender.end(f"1.{number}")
        del sender.calls[f"1.{number}"]
        if number % 100 == 0:
            await asyncio.sleep(0)
    assert await sender.counts() == (10_000, 0)
    box = sender.uplink._outbox
    assert len(box._ended) <= outbox.IN_MEMORY and not box._unsaved and not box._live
    await odoo.start()
    await until_asked(sender.is_empty, 60)
    arrived = [int(call["linkedid"].partition(".")[2]) for call in odoo.items("calls")]
    assert sorted(set(arrived)) == list(range(10_000)) and len(arrived) < 11_000
    # The newest may go from memory, first; what was answered too late comes a second time.
    waited = [number for number in dict.fromkeys(arrived) if number < 9000]
    assert waited == sorted(waited)


async def test_a_restart_with_a_full_spool(odoo, tmp_path):
    odoo.replies["calls"] = odoo.replies["results"] = lambda body: web.Response(status=503)
    async with Sender(odoo, tmp_path) as before:
        for number in range(300):
            before.end(f"1.{number}")
        await before.put_result("u1")
        await until(lambda: odoo.bodies("calls"))
    odoo.requests.clear()
    odoo.replies.clear()
    async with Sender(odoo, tmp_path) as after:
        await until_asked(after.is_empty)
        assert [call["linkedid"] for call in odoo.items("calls")] == [f"1.{number}" for number in range(300)]
        assert odoo.results("u1") == [("done", "")]


async def test_a_restart_while_an_item_is_put_off(odoo, tmp_path, monkeypatch):
    monkeypatch.setattr(backoff, "delay", lambda failures: 0.2)
    odoo.replies["results"] = saying("retry")
    async with Sender(odoo, tmp_path) as before:
        await before.put_result("late")
        await until(lambda: odoo.bodies("results"))
        await asyncio.sleep(0.02)
    odoo.replies.clear()
    async with Sender(odoo, tmp_path) as after:
        await after.put_result("new")
        await until(lambda: odoo.results("new"))
        await until_asked(after.is_empty)
        assert len(odoo.results("late")) == 2


# -- the disk --------------------------------------------------------------------------------------------------------


async def test_a_full_disk_delays_no_call(odoo, sender):
    sender.end("1.0")
    await until_asked(sender.is_empty)
    fill_disk(sender.spool)
    for number in range(1, 300):
        sender.end(f"1.{number}")
    sender.ring("2.1")
    await until(lambda: len(odoo.items("calls")) >= 301)
    await sender.uplink.flush()
    await until(lambda: not sender.uplink._outbox._unsaved)


async def test_a_full_disk_and_no_odoo_lose_nothing_but_memory(odoo, sender, tmp_path):
    fill_disk(sender.spool)
    odoo.replies["calls"] = lambda body: web.Response(status=503)
    for number in range(400):
        sender.end(f"1.{number}{'x' * 500}")
    await until(lambda: len(odoo.bodies("calls")) > 3)
    free_disk(sender.spool)  # what waits in memory is written with the next attempts
    await until_asked(lambda: _has(sender, 400))
    odoo.replies.clear()
    await until_asked(sender.is_empty)
    assert len({call["linkedid"] for call in odoo.items("calls")}) == 400


async def _has(sender, waiting):
    return (await sender.counts())[0] == waiting


async def test_acknowledgements_that_the_disk_does_not_take_are_booked_later(odoo, sender, monkeypatch, caplog):
    settle, failures = sender.spool.settle, iter([uplink.sqlite3.OperationalError("database or disk is full")] * 2)

    def fail_twice(*args):
        error = next(failures, None)
        if error:
            raise error
        settle(*args)

    monkeypatch.setattr(sender.spool, "settle", fail_twice)
    await sender.put_result("u1")
    await until_asked(sender.is_empty)
    assert odoo.results("u1") == [("done", "")] * 3
    assert "the spool cannot be used: database or disk is full" in caplog.text


async def test_a_spool_that_cannot_be_read_keeps_no_live_call_back(odoo, sender, monkeypatch):
    def fail(*_args):
        raise uplink.sqlite3.DatabaseError("database disk image is malformed")

    monkeypatch.setattr(sender.spool, "waiting", fail)
    sender.uplink.look()
    sender.ring("1.1")
    await until(lambda: states(odoo, "1.1") == ["ringing"])


async def test_an_error_of_ours_loses_no_snapshot(odoo, sender, monkeypatch, caplog):
    post, errors = sender.client.post, iter([RuntimeError("ours")])

    async def fail_once(flow, body):
        error = next(errors, None)
        if error:
            raise error
        return await post(flow, body)

    monkeypatch.setattr(sender.client, "post", fail_once)
    await sender.put_result("u1")
    sender.ring("1.1")
    sender.end("1.2")
    await until(lambda: states(odoo, "1.1") == ["ringing"])
    await until(lambda: states(odoo, "1.2") == ["ended"])
    await until(lambda: odoo.results("u1"))
    assert "an error of ours" in caplog.text
