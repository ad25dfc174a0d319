"""One list of items to Odoo and a verdict for each, also when Odoo cannot take the list as a whole."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx_agent.odoo.answers import FAILED, MISCONFIGURED, OK, UNAVAILABLE, Answer
from pbx_agent.odoo.client import OdooClient
from pbx_agent.odoo.delivery import ACKNOWLEDGED, REFUSED, RETRY, deliver
from tests.unit.agent.fake_odoo import saying

CONTRACT = Path(__file__).resolve().parents[2] / "contract" / "agent"
BAD_REQUEST = {"error": {"code": "bad_request", "message": "items must be a list of objects."}}


@pytest.fixture
async def client(odoo):
    async with OdooClient(odoo.url, odoo.key, seconds=1.0) as opened:
        yield opened


def item(number, **more):
    return {"linkedid": f"1.{number}", "version": number, **more}


def statuses(delivery):
    return [verdict.status for verdict in delivery.verdicts]


async def test_verdicts_come_in_the_order_of_the_items(odoo, client):
    example = json.loads((CONTRACT / "batch_with_bad_items.json").read_text("utf-8"))

    def reply(body):
        error = {"code": "no_version", "message": "its version is no integer"}
        results = [{"status": status} for status in example["statuses"]]
        return {"results": [{**r, "error": error} if r["status"] == "refused" else r for r in results]}

    odoo.replies["calls"] = reply
    delivery = await deliver(client, "calls", example["request"]["items"], {})
    assert odoo.bodies("calls") == [example["request"]]
    assert statuses(delivery) == [REFUSED, REFUSED, ACKNOWLEDGED, REFUSED, REFUSED]
    assert delivery.verdicts[0].reason == "its version is no integer"


@pytest.mark.parametrize(
    "status, verdict",
    [("ok", ACKNOWLEDGED), ("stale", ACKNOWLEDGED), ("refused", REFUSED), ("unknown", REFUSED), ("retry", RETRY)]
    + [(other, RETRY) for other in ("later", "", None, 5, ["ok"], {"ok": 1})],
)
async def test_what_is_not_said_clearly_is_tried_again(odoo, client, status, verdict):
    odoo.replies["calls"] = saying(status)
    assert statuses(await deliver(client, "calls", [item(1)], {})) == [verdict]


async def test_an_item_without_an_object_as_its_answer_is_tried_again(odoo, client):
    odoo.replies["calls"] = lambda body: {"results": [None, {"status": "ok", "error": "no object"}]}
    assert statuses(await deliver(client, "calls", [item(1), item(2)], {})) == [RETRY, ACKNOWLEDGED]


@pytest.mark.parametrize("results", [None, [], "ok", [{"status": "ok"}], [{"status": "ok"}] * 3])
async def test_an_answer_that_does_not_fit_the_request_is_none(odoo, client, results):
    odoo.replies["calls"] = lambda body: {"results": results}
    delivery = await deliver(client, "calls", [item(1), item(2)], {})
    assert delivery == (UNAVAILABLE, "Odoo did not answer for each item", [])


async def test_the_item_that_odoo_cannot_take_is_found_and_harms_no_other(odoo, client):
    def reply(body):
        poisoned = any(one.get("poison") for one in body["items"])
        return web.json_response(BAD_REQUEST, status=400) if poisoned else None

    odoo.replies["calls"] = reply
    items = [item(number, poison=number == 3) for number in range(8)]
    delivery = await deliver(client, "calls", items, {"live": ["1.1"]})
    assert statuses(delivery) == [ACKNOWLEDGED] * 3 + [REFUSED] + [ACKNOWLEDGED] * 4
    assert delivery.verdicts[3].reason == "HTTP 400: items must be a list of objects."
    taken = [body for body in odoo.bodies("calls") if not any(one["poison"] for one in body["items"])]
    assert [body.get("live") for body in taken] == [None] * (len(taken) - 1) + [["1.1"]]  # with the last ones only


def failing(body):
    """Odoo fails with what is poisoned, and takes everything else."""
    poisoned = any(one.get("poison") for one in body["items"])
    return web.Response(status=500) if poisoned else None


@pytest.mark.parametrize("poisoned", [{3}, {7}, {0, 7}, set(range(8))])
async def test_the_items_with_which_odoo_fails_are_put_off_alone(odoo, client, poisoned):
    odoo.replies["calls"] = failing
    items = [item(number, poison=number in poisoned) for number in range(8)]
    delivery = await deliver(client, "calls", items, {"live": ["1.1"]}, suspect=True)
    assert statuses(delivery) == [RETRY if number in poisoned else ACKNOWLEDGED for number in range(8)]
    assert [body["live"] for body in odoo.bodies("calls") if failing(body) is None and "live" in body] == [["1.1"]]


async def test_without_suspicion_a_failure_is_one_of_odoo(odoo, client):
    odoo.replies["calls"] = failing
    delivery = await deliver(client, "calls", [item(1), item(2, poison=True)], {})
    assert (delivery.outcome, delivery.verdicts) == (FAILED, []) and len(odoo.bodies("calls")) == 1


async def test_where_odoo_fails_with_everything_no_item_is_to_blame(odoo, client):
    odoo.replies["calls"] = lambda body: web.Response(status=500)
    delivery = await deliver(client, "calls", [item(1), item(2)], {"live": []}, suspect=True)
    assert (delivery.outcome, delivery.verdicts) == (FAILED, []) and len(odoo.bodies("calls")) == 2


async def test_what_goes_with_the_last_item_is_told_though_that_is_refused(odoo, client):
    odoo.replies["calls"] = lambda body: web.json_response(BAD_REQUEST, status=400) if body["items"] else None
    delivery = await deliver(client, "calls", [item(1)], {"live": ["1.1"]})
    assert statuses(delivery) == [REFUSED] and odoo.bodies("calls")[-1] == {"items": [], "live": ["1.1"]}


async def test_what_is_too_large_together_goes_in_portions(odoo, client):
    items = [item(number, text="x" * 30_000) for number in range(100)]  # 3 MB, the fake takes 2 MiB as Odoo does
    delivery = await deliver(client, "calls", items, {})
    assert statuses(delivery) == [ACKNOWLEDGED] * 100
    assert sorted(one["version"] for one in odoo.items("calls")) == list(range(100))


async def test_a_single_item_that_is_too_large_is_refused(odoo, client):
    delivery = await deliver(client, "calls", [item(1, text="x" * (3 << 20)), item(2)], {})
    assert statuses(delivery) == [REFUSED, ACKNOWLEDGED]


async def test_odoo_going_away_in_the_middle_is_odoo_being_away(odoo, client):
    answers = iter([web.json_response(BAD_REQUEST, status=400), web.Response(status=401)])
    odoo.replies["calls"] = lambda body: next(answers)
    delivery = await deliver(client, "calls", [item(1), item(2)], {})
    assert delivery.outcome == MISCONFIGURED and delivery.verdicts == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["results", "status", "error", "message", "code"]), inner),
    max_leaves=10,
)


@settings(max_examples=80)
@given(JSON, st.integers(0, 3))
def test_whatever_odoo_answers_each_item_has_a_verdict_or_the_request_failed(results, count):
    class Client:
        async def post(self, flow, body):
            return Answer(OK, {"results": results})

    delivery = asyncio.run(deliver(Client(), "calls", [item(number) for number in range(count)], {}))
    assert (delivery.outcome == OK) == (isinstance(results, list) and len(results) == count)
    assert delivery.outcome != OK or len(delivery.verdicts) == count
