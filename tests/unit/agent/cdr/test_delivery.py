"""Rows and answers that are not as they should be: found, told, and the others arrive."""

from __future__ import annotations

import gzip
import json

import pytest
from aiohttp import web

from pbx_agent.cdr import delivery
from tests.unit.agent.cdr.records import record
from tests.unit.agent.cdr.running import Running
from tests.unit.agent.waiting import hurry

BAD_REQUEST = {"error": {"code": "bad_request", "message": "rows must be lists."}}


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    hurry(monkeypatch)


async def test_the_row_that_odoo_cannot_take_is_found_and_told(odoo, store, tmp_path):
    store.add(*range(40))

    def reply(body):
        poisoned = any(row[19] == record(13)["uniqueid"] for row in body.get("rows", []))
        return web.json_response(BAD_REQUEST, status=400) if poisoned else None

    odoo.replies["cdr"] = reply
    async with Running(odoo, store.source(), tmp_path) as running:
        await running.catch_up()
        store.add(40)
        await running.catch_up()
    assert odoo.sequences() == [number for number in range(41) if number != 13]
    (problem,) = odoo.problems
    assert problem["where"] == "Master.csv:14" and "rows must be lists" in problem["why"]
    assert record(13)["uniqueid"] in problem["text"]


async def test_a_request_that_odoo_refuses_as_such_is_nobodys_fault(odoo, store, tmp_path):
    store.add(*range(40))
    refusals = [1] * 6
    odoo.replies["cdr"] = (
        lambda body: web.json_response(BAD_REQUEST, status=400) if refusals and refusals.pop() else None
    )
    async with Running(odoo, store.source(), tmp_path) as running:
        await running.catch_up()
    assert odoo.sequences() == list(range(40)) and odoo.problems == []


async def test_portions_too_large_for_odoo_are_halved(odoo, store, tmp_path):
    store.add(*range(64))
    odoo.replies["cdr"] = lambda body: web.Response(status=413) if len(body.get("rows", [])) > 10 else None
    async with Running(odoo, store.source(), tmp_path) as running:
        await running.catch_up()
    assert odoo.sequences() == list(range(64)) and odoo.problems == [] and odoo.repeated == 0


async def test_refused_rows_are_told_and_not_sent_again(odoo, store, tmp_path):
    store.add(1)
    store.add(2, start="", uniqueid="", linkedid="")
    async with Running(odoo, store.source(), tmp_path) as running:
        await running.catch_up()
        store.add(3)
        await running.catch_up()
        await running.catch_up()
    assert odoo.sequences() == [1, 3] and [len(body["rows"]) for body in odoo.portions()] == [2, 0, 1]
    assert [(p["where"], p["why"]) for p in odoo.problems] == [("Master.csv:2", "Odoo refused it: it has no time")]


async def test_many_problems_are_told_a_hundred_at_a_time(odoo, store, tmp_path):
    store.add(0)
    store.raw("garbage, with a comma\n" * 250)
    store.add(1)
    async with Running(odoo, store.source(), tmp_path) as running:
        for number in range(2, 6):
            await running.catch_up()
            store.add(number)
    assert len(odoo.problems) == 250 and {len(body.get("problems", [])) for body in odoo.portions()} <= {0, 50, 100}
    assert odoo.problems[0] == {
        "where": "Master.csv:2", "why": "not the configured number of columns", "text": "garbage, with a comma"
    }  # fmt: skip


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"imported": "1", "known": 0, "refused": []},
        {"imported": 1, "known": 0},
        {"imported": True, "known": 0, "refused": []},
        {"imported": 1, "known": 0, "refused": {}},
    ],
)
async def test_an_answer_that_is_not_the_contracts_moves_no_cursor(odoo, store, tmp_path, answer):
    store.add(0)
    answers = [answer]
    odoo.replies["cdr"] = lambda body: answers.pop() if "rows" in body and answers else None
    async with Running(odoo, store.source(), tmp_path) as running:
        await running.catch_up()
    assert odoo.sequences() == [0] and len(odoo.portions()) == 2


@pytest.mark.parametrize("unknown", [None, "0", [5], [-1], ["0"], [True], [0.0]])
async def test_a_probes_answer_that_is_none_is_asked_for_again(odoo, store, tmp_path, unknown):
    store.add(0)
    answers = [{"unknown": unknown}]
    odoo.replies["cdr"] = lambda body: answers.pop() if "keys" in body and answers else None
    async with Running(odoo, store.source(), tmp_path) as running:
        await running.catch_up()
    assert odoo.sequences() == [0] and len(odoo.probes()) == 2


@pytest.mark.parametrize("refused", [[{"row": 7}], [None], [{"row": "0"}], [{"row": True}], [{"code": "x"}]])
async def test_a_refusal_of_a_row_that_was_not_sent_is_left_alone(odoo, store, tmp_path, refused):
    store.add(0)
    odoo.replies["cdr"] = lambda body: {"imported": 1, "known": 0, "refused": refused} if "rows" in body else None
    async with Running(odoo, store.source(), tmp_path) as running:
        await running.catch_up()
    assert odoo.problems == []


async def test_a_request_to_another_machine_is_packed(odoo, store, tmp_path, monkeypatch):
    monkeypatch.setattr(delivery, "LOOPBACK", ())
    store.add(*range(100))
    async with Running(odoo, store.source(), tmp_path) as running:
        await running.catch_up()
    assert odoo.sequences() == list(range(100))
    assert {headers.get("Content-Encoding") for headers in odoo.headers} == {"gzip"}
    assert int(odoo.headers[-1]["Content-Length"]) < len(json.dumps(odoo.bodies("cdr")[-1])) / 5
    assert gzip.compress(b"{}", 1)[:2] == b"\x1f\x8b"
