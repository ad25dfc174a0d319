"""When stores are read, and what Odoo is told of them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from pathlib import Path

import pytest
from aiohttp import web

from pbx_agent.cdr import feed, history
from pbx_agent.cdr.history import History
from pbx_agent.cdr.settings import Store
from pbx_agent.odoo.client import OdooClient
from tests.unit.agent.cdr.records import NOON, CsvStore, record
from tests.unit.agent.waiting import hurry, nothing_more, until

CONTRACT = Path(__file__).resolve().parents[3] / "contract" / "agent"
DAY = 8640


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    hurry(monkeypatch)


@contextlib.asynccontextmanager
async def reading(odoo, folder, **stores):
    """History runs until the block is left."""
    async with OdooClient(odoo.url, odoo.key, seconds=2.0) as client:
        reader = History(stores, client, folder / "history.sqlite")
        running = asyncio.ensure_future(reader.run())
        try:
            yield reader
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running


def csv_settings(store, **more):
    usual = {"source": "csv", "path": str(store.path), "columns": tuple(store.order), "zone": "UTC"}
    return Store(**{**usual, **more})


def has_caught_up(odoo):
    return bool(odoo.told()) and not odoo.told()[-1]["behind"]


async def test_what_is_there_is_read_and_told(odoo, store, tmp_path):
    store.add(*range(10))
    async with reading(odoo, tmp_path, cdr=csv_settings(store)):
        await until(lambda: has_caught_up(odoo))
    assert odoo.sequences() == list(range(10))
    store_told = {"kind": "csv", "name": "Master.csv", "zone": "UTC"}
    assert odoo.told()[-1] == {"store": store_told, "through": NOON + 157, "behind": False, "trouble": ""}
    example = json.loads((CONTRACT / "history.json").read_text("utf-8"))["request"]
    assert set(odoo.told()[-1]) == set(example) - {"days"} and set(odoo.told()[-1]["store"]) == set(example["store"])


async def test_the_rows_of_a_call_are_in_odoo_a_moment_after_its_end(odoo, store, tmp_path):
    async with reading(odoo, tmp_path, cdr=csv_settings(store)) as reader:
        await until(lambda: has_caught_up(odoo))
        for number in range(3):
            reader.call_ended(record(number)["linkedid"], NOON + number * 10)
            await asyncio.sleep(0.05)
            store.add(number)
            began = time.monotonic()
            await until(lambda: odoo.sequences() == list(range(number + 1)))  # noqa: B023 - awaited within the turn
            assert time.monotonic() - began < 2.0
        await until(lambda: odoo.told()[-1]["through"] == NOON + 87)


async def test_a_row_that_comes_late_is_looked_for_again(odoo, store, tmp_path):
    async with reading(odoo, tmp_path, cdr=csv_settings(store)) as reader:
        await until(lambda: has_caught_up(odoo))
        reader.call_ended(record(1)["linkedid"], NOON)
        await asyncio.sleep(0.7)
        store.add(1)
        await until(lambda: odoo.sequences() == [1], 3.5)


async def test_odoo_asks_to_read_now(odoo, store, tmp_path):
    async with reading(odoo, tmp_path, cdr=csv_settings(store)) as reader:
        await until(lambda: has_caught_up(odoo))
        store.add(1)
        await nothing_more(lambda: len(odoo.portions()))
        reader.told({"do": "sync"})
        await until(lambda: odoo.sequences() == [1])


async def test_it_reads_by_itself_from_time_to_time(odoo, store, tmp_path, monkeypatch):
    monkeypatch.setattr(feed, "POLL_SECONDS", 0.05)
    async with reading(odoo, tmp_path, cdr=csv_settings(store)):
        for number in range(3):
            store.add(number)
            await until(lambda: odoo.sequences() == list(range(number + 1)))  # noqa: B023 - awaited within the turn


async def test_after_waiting_for_odoo_it_reads_as_often_as_before(odoo, store, tmp_path, monkeypatch):
    monkeypatch.setattr(feed, "POLL_SECONDS", 0.05)
    async with reading(odoo, tmp_path, cdr=csv_settings(store)):
        await until(lambda: has_caught_up(odoo))
        gate = odoo.close_gate("cdr")
        store.add(1)
        await until(lambda: odoo.bodies("cdr"))
        await asyncio.sleep(1.0)
        gate.set()
        await until(lambda: odoo.sequences() == [1])
        store.add(2)
        await until(lambda: odoo.sequences() == [1, 2], 2.0)


async def test_odoo_asks_for_the_days_and_then_for_one_of_them(odoo, store, tmp_path):
    store.add(*range(5), *range(DAY, DAY + 7))
    async with reading(odoo, tmp_path, cdr=csv_settings(store)) as reader:
        await until(lambda: len(odoo.sequences()) == 12)
        lost = [key for key, row in odoo.rows["cdr"].items() if row["sequence"] in (3, 4)]
        for key in lost:
            del odoo.rows["cdr"][key]
        odoo.fetch = ["2025-11-24"]
        reader.told({"do": "audit"})
        await until(lambda: len(odoo.sequences()) == 12)
        audits = [{"day": "2025-11-24", "rows": 5}, {"day": "2025-11-25", "rows": 7}]
        await until(lambda: [body["days"] for body in odoo.told() if "days" in body] == [audits] * 2)
        del odoo.rows["cdr"][next(iter(odoo.rows["cdr"]))]
        reader.told({"do": "day", "day": "2025-11-24"})
        await until(lambda: len(odoo.sequences()) == 12)
        await until(lambda: len([body for body in odoo.told() if "days" in body]) == 3)
        await nothing_more(lambda: len(odoo.requests))


async def test_the_days_are_told_by_itself_once_an_hour(odoo, store, tmp_path, monkeypatch):
    monkeypatch.setattr(feed, "FIRST_AUDIT_SECONDS", 0.0)
    monkeypatch.setattr(history, "MOST_DAYS", 2)
    today = int((time.time() - NOON) / 10)
    store.add(0, today - DAY, today)
    async with reading(odoo, tmp_path, cdr=csv_settings(store)) as reader:
        await until(lambda: any("days" in body for body in odoo.told()))
        reader.told({"do": "sync"})
        await until(lambda: len(odoo.told()) > 1)
    (days,) = [body["days"] for body in odoo.told() if "days" in body]
    assert [entry["rows"] for entry in days] == [1, 1]


@pytest.mark.parametrize(
    "payload",
    [
        None, 5, [], {}, {"do": "dance"}, {"do": ["sync"]}, {"do": "day"}, {"do": "day", "day": 5},
        {"do": "day", "day": "x"}, {"do": "day", "day": "2025-02-31"}, {"do": "day", "day": ["2025-11-24"]},
    ],
)  # fmt: skip
async def test_whatever_odoo_asks_stops_nothing(odoo, store, tmp_path, payload):
    async with reading(odoo, tmp_path, cdr=csv_settings(store)) as reader:
        await until(lambda: has_caught_up(odoo))
        reader.told(payload)
        store.add(1)
        reader.told({"do": "sync"})
        await until(lambda: odoo.sequences() == [1])


@pytest.mark.parametrize("fetch", [None, 5, "2025-11-24", [5], ["x"], [None, "2025-11-24"] * 500])
async def test_whatever_odoo_answers_stops_nothing(odoo, store, tmp_path, fetch):
    store.add(1)
    odoo.replies["history"] = lambda body: {"fetch": fetch}
    async with reading(odoo, tmp_path, cdr=csv_settings(store)) as reader:
        await until(lambda: has_caught_up(odoo))
        reader.told({"do": "audit"})
        await until(lambda: any("days" in body for body in odoo.told()))
        store.add(2)
        reader.told({"do": "sync"})
        await until(lambda: odoo.sequences() == [1, 2])


async def test_a_trouble_with_the_store_is_told_in_words_and_passes(odoo, tmp_path, caplog):
    folder = tmp_path / "later"
    store = CsvStore(folder)
    async with reading(odoo, tmp_path, cdr=csv_settings(store)):
        await until(lambda: odoo.told() and "later does not exist" in odoo.told()[-1]["trouble"])
        assert odoo.told()[-1]["behind"] and odoo.told()[-1]["through"] is None
        await nothing_more(lambda: len(odoo.told()))
        folder.mkdir()
        store.add(1)
        await until(lambda: odoo.sequences() == [1] and odoo.told()[-1]["trouble"] == "")
    assert caplog.text.count("later does not exist") == 1


async def test_a_configuration_that_cannot_be_used_is_told(odoo, store, tmp_path):
    async with reading(odoo, tmp_path, cdr=csv_settings(store, zone="Nowhere")) as reader:
        await until(lambda: has_caught_up(odoo))
        assert odoo.told()[-1]["trouble"].startswith("[cdr] there is no time zone 'Nowhere'")
        assert odoo.told()[-1]["store"]["kind"] == "none"
        reader.told({"do": "sync"})
        reader.call_ended("1.1", NOON)


async def test_without_a_store_odoo_is_told_that_there_is_none(odoo, tmp_path):
    async with reading(odoo, tmp_path, cdr=Store(), cel=Store(table="cel")) as reader:
        await until(lambda: has_caught_up(odoo))
        reader.told({"do": "sync"})
        reader.nudge()
        await until(lambda: len(odoo.told()) == 2)
    none = {"kind": "none", "name": "", "zone": ""}
    assert odoo.told() == [{"store": none, "through": None, "behind": False, "trouble": ""}] * 2


async def test_channel_events_go_their_own_way(odoo, store, tmp_path):
    (tmp_path / "cel").mkdir()
    event = '"ANSWER","%.3f","Eva","101","","","PJSIP/101-1","","","u","l","","{}"\n'
    moments = (time.time() - 31 * 86_400, time.time() - 29 * 86_400)  # Odoo keeps them 30 days
    (tmp_path / "cel" / "Master.csv").write_text("".join(event % moment for moment in moments))
    store.add(1)
    cel = Store(source="csv", path=str(tmp_path / "cel" / "Master.csv"), zone="UTC", table="cel")
    gone = Store(source="csv", path="/no/such/folder/Master.csv", zone="UTC", table="cel")
    async with reading(odoo, tmp_path, cdr=csv_settings(store), cel=cel):
        await until(lambda: odoo.rows["cel"] and odoo.rows["cdr"] and odoo.told())
    assert [row["eventtime"] for row in odoo.rows["cel"].values()] == [pytest.approx(moments[1], abs=0.001)]
    async with reading(odoo, tmp_path, cdr=csv_settings(store), cel=gone):
        await until(lambda: "check path" in odoo.told()[-1]["trouble"])
    assert odoo.told()[-1]["store"]["kind"] == "csv"


async def test_odoo_that_does_not_hear_it_is_told_the_next_time(odoo, store, tmp_path):
    odoo.replies["history"] = lambda body: web.Response(status=500)
    store.add(1)
    async with reading(odoo, tmp_path, cdr=csv_settings(store)) as reader:
        await until(lambda: has_caught_up(odoo))
        del odoo.replies["history"]
        reader.told({"do": "sync"})
        await until(lambda: len(odoo.told()) > 1)
    assert odoo.told()[-1]["through"] == NOON + 77


async def test_while_much_is_read_odoo_is_told_how_far_it_is(odoo, store, tmp_path, monkeypatch):
    monkeypatch.setattr(history, "PROGRESS_SECONDS", 0.0)
    store.add(*range(300))
    async with reading(odoo, tmp_path, cdr=csv_settings(store, portion=10)):
        await until(lambda: has_caught_up(odoo))
    progress = [body["through"] for body in odoo.told() if body["behind"]]
    assert len(progress) > 3 and progress == sorted(progress)


async def test_the_end_comes_at_once_also_in_the_middle(odoo, store, tmp_path, caplog):
    caplog.set_level(logging.ERROR)
    store.add(*range(200))
    odoo.close_gate("cdr")
    async with reading(odoo, tmp_path, cdr=csv_settings(store, portion=10)):
        await until(lambda: odoo.bodies("cdr"))
        began = time.monotonic()
    assert time.monotonic() - began < 1.0 and not caplog.records
