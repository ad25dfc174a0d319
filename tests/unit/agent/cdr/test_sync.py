"""From a store to Odoo: each row once, whatever is killed, refused or restarted on the way."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
import time

import pytest
from aiohttp import web

from pbx_agent.cdr import delivery, sync
from pbx_agent.cdr.source import StoreTrouble
from pbx_agent.cdr.state import State
from pbx_agent.cdr.sync import Sync
from tests.unit.agent.cdr.records import NOON, record
from tests.unit.agent.cdr.running import Running
from tests.unit.agent.waiting import hurry, until


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    hurry(monkeypatch)


async def test_everything_is_read_once_in_portions(odoo, store, tmp_path):
    store.add(*range(250))
    async with Running(odoo, store.source(), tmp_path, limit=100) as running:
        look = await running.catch_up()
        assert look.imported == 250 and not running.behind and running.through == NOON + 249 * 10 + 67
        store.add(250)
        assert (await running.catch_up()).imported == 1
    assert odoo.sequences() == list(range(251)) and odoo.repeated == 0
    assert [len(body["rows"]) for body in odoo.portions()] == [100, 100, 50, 1]


async def test_after_a_restart_it_goes_on_where_odoo_has_committed(odoo, store, tmp_path):
    store.add(*range(10))
    async with Running(odoo, store.source(), tmp_path) as running:
        await running.catch_up()
    store.add(10)
    async with Running(odoo, store.source(), tmp_path) as running:
        await running.catch_up()
        assert running.through == NOON + 167
    assert odoo.sequences() == list(range(11)) and odoo.repeated == 0 and len(odoo.portions()) == 2


async def test_a_lost_cursor_costs_keys_only(odoo, store, tmp_path):
    store.add(*range(300))
    async with Running(odoo, store.source(), tmp_path, limit=100) as running:
        await running.catch_up()
    (tmp_path / "history.sqlite").unlink()
    store.add(300)
    odoo.requests.clear()
    async with Running(odoo, store.source(), tmp_path, limit=100) as running:
        await running.catch_up()
    assert [len(body["keys"]) for body in odoo.probes()] == [100, 100, 100, 1]
    assert [len(body["rows"]) for body in odoo.portions()] == [1] and odoo.repeated == 0


async def test_a_portion_that_was_known_makes_it_ask_before_the_next_one(odoo, store, tmp_path):
    store.add(*range(400))
    async with Running(odoo, store.source(), tmp_path, limit=100) as running:
        await running.catch_up()
    for number in (200, 201):  # a backup of Odoo was put back, older than some of it
        odoo.rows["cdr"] = {key: row for key, row in odoo.rows["cdr"].items() if row["sequence"] != number}
    odoo.requests.clear()
    path = tmp_path / "history.sqlite"
    with sqlite3.connect(path) as database:
        (cursor,) = database.execute("SELECT cursor FROM position").fetchone()
        kept = {**json.loads(cursor), "offset": 0, "line": 0, "place": 0}
        database.execute("UPDATE position SET cursor = ?", [json.dumps(kept)])
    async with Running(odoo, store.source(), tmp_path, limit=100) as running:
        await running.catch_up()
    assert odoo.sequences() == list(range(400))
    # the first portion goes out whole, is known; then keys, until some are not; those only; the last one may have been
    # read ahead while it still asked
    *asked, last = ["keys" in body for body in odoo.bodies("cdr")]
    assert asked == [False, True, True, False]
    assert [len(body["rows"]) for body in odoo.portions()] == ([100, 2] if last else [100, 2, 100])


async def test_rows_that_are_gone_when_they_are_wanted_in_full_are_no_rows_that_odoo_has(odoo, store, tmp_path):
    """Odoo is asked by keys and times alone; what it lacks is read again, and the file may be another by then."""
    store.add(*range(3))
    source = store.source()
    read, is_gone = source.read, True

    def shrinking(cursor, limit, brief=False):
        portion = read(cursor, limit, brief)
        assert portion.is_brief == brief
        return portion if brief or not is_gone else portion.pick([0, 2])

    source.read = shrinking
    async with Running(odoo, source, tmp_path) as running:
        with pytest.raises(StoreTrouble, match="changed while it was read"):
            await running.catch_up()
        assert odoo.sequences() == [] and running.behind
        is_gone = False
        assert (await running.catch_up()).imported == 3
    assert odoo.sequences() == [0, 1, 2] and odoo.repeated == 0


async def test_the_next_portion_is_read_while_odoo_commits(odoo, store, tmp_path):
    store.add(*range(30))
    source, read = store.source(), []
    original = source.read
    source.read = lambda *args, **options: read.append(len(odoo.portions())) or original(*args, **options)
    gate = odoo.close_gate("cdr")
    async with Running(odoo, source, tmp_path, limit=10) as running:
        running._is_restored = True
        work = asyncio.ensure_future(running.catch_up())
        await until(lambda: len(read) == 2 and odoo.portions())
        assert odoo.rows["cdr"] == {} and running._position.cursor is None
        gate.set()
        await work
    assert odoo.sequences() == list(range(30))


class Killed(BaseException):
    """The agent was killed."""


@pytest.mark.parametrize("step", ["before it is sent", "after it is sent", "after the answer", "after the cursor"])
@pytest.mark.parametrize("portion", [0, 1, 2])
async def test_a_kill_at_any_step_loses_and_doubles_nothing(odoo, store, tmp_path, monkeypatch, step, portion):
    store.add(*range(30), linkedid="same", sequence="")  # content keys, with ordinals
    store.add(29, 29, linkedid="same", sequence="")
    kills = iter([0] * portion + [1] + [0] * 100)
    where = {"before it is sent": (delivery.Delivery, "rows"), "after it is sent": (delivery, "_sent"),
             "after the answer": (Sync, "_keep"), "after the cursor": (sync._logger, "kept")}[step]  # fmt: skip
    if step == "after the cursor":
        original_keep = State.keep

        def keep(self, *args):
            original_keep(self, *args)
            if next(kills):
                raise Killed

        monkeypatch.setattr(State, "keep", keep)
    else:
        original = getattr(*where)

        def killing(*args, **options):
            if next(kills):
                raise Killed
            return original(*args, **options)

        monkeypatch.setattr(*where, killing)
    with pytest.raises(Killed):
        async with Running(odoo, store.source(), tmp_path, limit=10) as running:
            await running.catch_up()
    monkeypatch.undo()
    hurry(monkeypatch)
    async with Running(odoo, store.source(), tmp_path, limit=10) as running:
        await running.catch_up()
    keys = [row["key"] for row in odoo.rows["cdr"].values()]
    assert len(keys) == 32 and len(set(keys)) == 32
    assert {row["uniqueid"] for row in odoo.rows["cdr"].values()} == {
        record(number)["uniqueid"] for number in range(30)
    }
    assert odoo.repeated <= 10  # one portion, which Odoo knew


@pytest.mark.parametrize("status", [500, 503, 401, 404, 409])
async def test_odoo_being_away_delays_and_loses_nothing(odoo, store, tmp_path, status):
    store.add(*range(20))
    answers = [status] * 4
    odoo.replies["cdr"] = lambda body: web.Response(status=answers.pop()) if answers else None
    async with Running(odoo, store.source(), tmp_path, limit=10) as running:
        await running.catch_up()
    assert odoo.sequences() == list(range(20)) and odoo.repeated == 0


async def test_odoo_restarting_while_it_is_waited_for(odoo, store, tmp_path, monkeypatch):
    monkeypatch.setattr(delivery, "REQUEST_SECONDS", 0.2)
    store.add(*range(20))
    odoo.close_gate("cdr")
    async with Running(odoo, store.source(), tmp_path, limit=10) as running:
        work = asyncio.ensure_future(running.catch_up())
        await until(lambda: odoo.bodies("cdr"))
        await odoo.stop()
        store.rotate()
        store.add(20)
        odoo.gates.clear()
        await odoo.start()
        running.nudge()
        await work
    assert odoo.sequences() == list(range(21))


async def test_a_disk_that_does_not_take_the_cursor_stops_nothing(odoo, store, tmp_path, monkeypatch, caplog):
    store.add(*range(20))

    def full(*_args):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(State, "keep", full)
    async with Running(odoo, store.source(), tmp_path, limit=10) as running:
        await running.catch_up()
        store.add(20)
        await running.catch_up()
    assert odoo.sequences() == list(range(21)) and odoo.repeated == 0 and "Is it full?" in caplog.text


async def test_a_broken_state_is_set_aside(odoo, store, tmp_path, caplog):
    store.add(0)
    (tmp_path / "history.sqlite").write_bytes(b"no database at all " * 500)
    async with Running(odoo, store.source(), tmp_path) as running:
        await running.catch_up()
    assert odoo.sequences() == [0] and (tmp_path / "history.broken").exists() and "set aside" in caplog.text


# -- days --------------------------------------------------------------------------------------------------------------


DAY = 8640


async def test_a_day_is_read_again_and_only_what_odoo_lacks_is_sent(odoo, store, tmp_path):
    store.add(*range(50), *range(DAY, DAY + 50))
    async with Running(odoo, store.source(), tmp_path) as running:
        await running.catch_up()
        keys = [key for key, row in odoo.rows["cdr"].items() if row["sequence"] in (7, 8, DAY + 1)]
        for key in keys:
            del odoo.rows["cdr"][key]
        odoo.requests.clear()
        await running.read_days(["2025-11-24"])
        assert sorted(set(range(50)) - set(odoo.sequences())) == [] and DAY + 1 not in odoo.sequences()
        assert [len(body["rows"]) for body in odoo.portions()] == [2]
        store.add(100)
        await running.catch_up()  # goes on where it was
    assert [len(body["rows"]) for body in odoo.portions()] == [2, 1]


async def test_a_day_with_rows_that_are_twice_in_the_store_counts_as_odoo_counts(odoo, store, tmp_path):
    store.add(0, 1, 1, 2)  # the same identity twice
    store.add(3, start="", uniqueid="", linkedid="")
    async with Running(odoo, store.source(), tmp_path) as running:
        await running.catch_up()
        assert await running.count_days("2025-01-01") == {"2025-11-24": 4}
        await running.read_days(["2025-11-24"])
        assert await running.count_days("2025-01-01") == {"2025-11-24": 3}
    async with Running(odoo, store.source(), tmp_path) as running:
        assert await running.count_days("2025-01-01") == {"2025-11-24": 3}
        store.add(5)
        assert await running.count_days("2025-01-01") == {"2025-11-24": 5}  # it changed: as the store says


# -- the event loop ----------------------------------------------------------------------------------------------------


async def test_the_event_loop_works_while_a_store_is_read(odoo, store, tmp_path):
    """Live calls come first: between any two of its moments the loop waits for less than a portion's work."""
    store.add(*range(20_000))
    lags, stop = [], threading.Event()

    async def watch():
        while not stop.is_set():
            began = time.perf_counter()
            await asyncio.sleep(0.001)
            lags.append(time.perf_counter() - began - 0.001)

    async with Running(odoo, store.source(), tmp_path) as running:
        watching, cursor = asyncio.ensure_future(watch()), None
        for _portion in range(4):
            ready = await running.run(running._read, cursor)
            cursor = ready.portion.cursor
        stop.set()
        await watching
    assert len(ready.portion.rows) == 5000 and len(lags) > 50
    assert sorted(lags)[len(lags) // 2] < 0.003 and sorted(lags)[int(len(lags) * 0.9)] < 0.02
