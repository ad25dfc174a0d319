"""From what was measured to the figures in the table."""

import csv
import json
import os
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path

import pytest

from bench import agent, calls, cdr, click, lookup, popup, recordings, route, store, tapes
from bench.__main__ import BENCHES, main
from bench.inside.partners import number
from bench.snapshots import EXAMPLE, RingingCalls, ended
from bench.tab import WATCH
from sandbox.process import wait_for
from tests.unit.agent.recordings import sounds


def figures(rows):
    """(name, metric) → value, and → peer's value where there is one."""
    values = {(row.name.strip(), row.metric): row.value for row in rows}
    beside = {(row.name.strip(), row.metric, row.peer): row.peer_value for row in rows if row.peer}
    return values, beside


def test_the_hops_of_a_popup_are_all_of_its_way():
    rings = [{"sent": 0.0, "version": 10.0, "ts": 40.0, "came": 60.0, "painted": 80.0}] * 20
    values, beside = figures(popup.rows_of(rings, [25.0]))
    assert values["ring → popup", "p95"] == 80
    assert beside["ring → popup", "p95", "goal"] == 150
    assert beside["ring → popup", "p50", "Odoo's write → bus → JavaScript"] == 25
    shares = [value for (_name, metric), value in values.items() if metric == "share"]
    assert len(shares) == 4 and sum(shares) == pytest.approx(100, abs=0.2)
    assert values["snapshot → view made", "p50"] == 30


def test_a_click_has_two_hops():
    values, beside = figures(click.rows_of([{"clicked": 0.0, "made": 30.0, "rang": 70.0}], [4.0]))
    assert (values["click → command made", "p50"], values["command made → INVITE", "p50"]) == (30, 40)
    assert beside["click → INVITE", "p50", "bare AMI Originate → INVITE"] == 4


def test_a_lookup_stands_beside_each_peer_in_time_and_in_what_it_finds():
    ways = {
        name: {"seconds": [seconds] * 20, "found": found}
        for name, seconds, found in [
            ("owners", 0.0005, 1.0), ("candidates", 0.002, 1.0), ("odoo =", 0.001, 0.4),
            ("odoo ilike", 0.5, 0.4), ("community", 0.2, 0.6),
        ]
    }  # fmt: skip
    told = {"ways": ways, "rows": 1000, "fill_seconds": 0.5, "check_seconds": 0.1, "sanitized_rate": 900.4}
    values, beside = figures(lookup.rows_of(told))
    assert values["number → owner (_owners)", "p95"] == 0.5
    assert beside["number → owner (_owners)", "p50", lookup.PEERS["community"]] == 200
    assert beside["found", "share", lookup.PEERS["odoo ="]] == 40
    assert values["number table: fill", "rate"] == 2000
    assert beside["number table: fill", "rate", "Odoo: computing phone_sanitized"] == 900


def test_the_agents_lag_share_and_memory():
    seen = {
        "rate": 1999.6, "share": 31.26, "told": [1.0, 9.0], "seen": [20.0, 40.0],
        "early_calls": 100, "early_mb": 50.0, "most_mb": 61.04, "calls": 1000,
    }  # fmt: skip
    values, beside = figures(agent.rows_of(seen, 12.34))
    assert values["agent: events played", "rate"] == 2000
    assert beside["agent: of one core", "share", "plain panoramisk, parsing only"] == 12.3
    assert values["agent: memory's growth", ""] == 11
    assert beside["agent: memory, 1000 calls", "max", "goal"] == 120


def test_snapshots_a_second():
    http = {1: 1.0, 10: 2.0, 100: 4.0}
    inside = {str(size): {"ours": 1.0, "plain": 0.5} for size in route.SIZES}
    values, beside = figures(route.rows_of(http, 0.2, inside, rounds=dict.fromkeys(route.SIZES, 10)))
    assert beside["snapshots, 1 a request", "over HTTP", "Odoo: JSON-2 context_get"] == 50
    assert values["snapshots, 100 a request", "over HTTP"] == 250
    assert values["snapshots, 10 a request", "in Odoo"] == 100
    assert beside["snapshots, 10 a request", "in Odoo", "plain create of the same rows"] == 200


def test_the_lists_questions_stand_beside_their_limits():
    seconds = {"first page": [0.05], "customer's calls": [0.02], "number": [0.1], "name": [0.3]}
    values, beside = figures(calls.rows_of({"employee": seconds}))
    assert values["calls: search a name, employee", "p95"] == 300
    assert beside["calls: search a name, employee", "p95", "limit"] == 200
    assert beside["calls: of a customer, employee", "p95", "limit"] == 50


def test_sending_recordings_stands_beside_sending_none():
    values, beside = figures(recordings.popup_rows([80.0, 100.0, 120.0], [88.0, 110.0, 132.0], 2.0))
    assert values["ring → popup while recordings are sent", "change of p50"] == 10
    assert beside["ring → popup while recordings are sent", "p50", "nothing is sent"] == 100
    assert values["recordings: converted and sent", "rate"] == 2


def test_two_take_turns_on_a_tape(tmp_path):
    tapes.Tapes(tmp_path).write("a/in-1.1.wav", 64)
    client, rate = sounds.sides(tmp_path / "a" / "in-1.1-rx.wav")
    company, _rate = sounds.sides(tmp_path / "a" / "in-1.1-tx.wav")
    assert len(client[0]) == len(company[0]) == 64 * rate
    first, second = slice(0, tapes.TURN * rate), slice(tapes.TURN * rate, 2 * tapes.TURN * rate)
    for speaker, silent, turn in ((client, company, first), (company, client, second)):
        assert max(speaker[0][turn]) > 20 * max(silent[0][turn])


def test_the_most_memory_of_a_process_is_seen():
    with recordings.most_memory(os.getpid()) as grown:
        held = bytearray(50_000_000)
        held[::4096] = b"x" * len(held[::4096])
        assert wait_for(lambda: grown()[0] > 40, 5, 0.02)


def test_a_store_has_groups_and_ends_in_order(tmp_path):
    path = tmp_path / "Master.csv"
    store.write(path, 1000)
    rows = [dict(zip(store.CDR_COLUMNS.split(), row)) for row in csv.reader(path.open(encoding="utf-8"))]
    sizes = Counter(Counter(row["linkedid"] for row in rows).values())
    assert set(sizes) == {1, 3} and 200 < sizes[3] * 3 < 400
    last = datetime.fromisoformat(rows[-1]["end"]).replace(tzinfo=timezone.utc)
    assert last.timestamp() == store.ended_at(999)
    assert len({(row["linkedid"], row["sequence"]) for row in rows}) == 1000


def test_calls_are_folded_one_by_one():
    assert cdr.folded(500).value > 0


def test_each_ringing_call_is_another_one():
    calls = RingingCalls(begin=1000).take(3)
    assert [call["linkedid"] for call in calls] == ["1001.0", "1002.0", "1003.0"]
    assert len({leg["uniqueid"] for call in calls for leg in call["legs"]}) == sum(len(c["legs"]) for c in calls)
    assert calls[0].keys() == json.loads(EXAMPLE.read_text("utf-8")).keys()


def test_a_call_ends_as_a_newer_version_of_itself():
    call = RingingCalls(begin=1000).take(1)[0]
    over = ended(call)
    assert over["linkedid"] == call["linkedid"] and over["version"] > call["version"]
    assert {leg["state"] for leg in over["legs"]} == {"ended"} and call["state"] == "ringing"


def test_contacts_have_numbers_of_their_own():
    numbers = {number(index) for index in range(1000)}
    assert len(numbers) == 1000 and all(one.startswith("+49") and one[1:].isdigit() for one in numbers)


def test_what_is_put_into_the_page_is_one_function():
    assert WATCH.startswith("() =>") and WATCH.endswith("}")


def test_every_benchmark_that_can_be_named_is_there():
    for name in BENCHES:
        assert Path(popup.__file__).with_name(f"{name}.py").exists()
    with pytest.raises(SystemExit):
        main(["no-such-thing"])
