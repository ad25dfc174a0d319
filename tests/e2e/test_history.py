"""History is what the PBX's own records say, to the row and the second, whatever was down in between."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timezone

import pytest

from sandbox import addon_tools
from sandbox.asterisk import CDR_COLUMNS
from sandbox.phones.numbering import DEVICES, direct_number
from tests.scenarios import scripts  # noqa: F401 - registers them
from tests.scenarios.script import SCRIPTS
from tests.scenarios.world import World as SmallWorld

addon_tools.load()
pytestmark = pytest.mark.asyncio(loop_scope="session")

EVA = "+493023456711"
#: real calls of all kinds, none of which waits for long
CALLS = (
    "incoming_answered incoming_answered_callee_hangs_up incoming_busy incoming_rejected incoming_cancelled"
    " incoming_withheld incoming_hostile_name ring_group_answered ring_group_cancelled queue_answered queue_abandoned"
    " menu_only menu_then_agent internal_answered outgoing_answered outgoing_busy outgoing_bad_number"
    " transfer_blind_by_phone transfer_attended_by_phone pickup two_calls_same_numbers click_answered"
).split()
TIMES, NUMBERS = ("start", "answer", "end"), ("duration", "billsec", "sequence")


async def imported(back_office, rows: list[dict[str, str]], seconds: float = 30) -> dict[tuple, dict]:
    """Odoo's rows of the same linkedids, once there are as many; by what identifies them."""
    linkedids = sorted({row["linkedid"] for row in rows})
    deadline = time.monotonic() + seconds
    while True:
        found = await back_office.read("asterisk.cdr", [("linkedid", "in", linkedids)], CDR_COLUMNS.split())
        if len(found) >= len(rows):
            return {identity(row): row for row in found}
        assert time.monotonic() < deadline, f"{len(found)} of {len(rows)} rows arrived"
        await asyncio.sleep(0.1)


def identity(row) -> tuple:
    return row["linkedid"], row["uniqueid"], int(row["sequence"])


def epoch(text) -> float | None:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp() if text else None


async def play(world, office, names) -> None:
    """Let the calls of these scripts happen."""
    small = SmallWorld(world.asterisk, {user: office.phone(user) for user in DEVICES}, office.carrier)
    for name in names:
        small.all_manual()
        recorder = await small.open(small.recorder())
        await SCRIPTS[name][1](small, recorder)
        await small.idle()
        recorder.close()


def folded(rows) -> list[dict]:
    """The calls that the rows tell, by the pure fold."""
    from addon_tools.fold import Row, fold

    typed = []
    for row in rows:
        values = {**row, **{name: epoch(row[name]) for name in TIMES}, "sequence": int(row["sequence"])}
        typed.append(Row.of(values))
    devices = {f"PJSIP/{user}": user[:3] for user in DEVICES}
    return fold(typed, (), devices)


async def calls_of(back_office, calls: list[dict], seconds: float = 30) -> dict[str, dict]:
    """Odoo's calls of these identities, ended and confirmed by their records; by linkedid."""
    names = ["linkedid", "state", "source", "result", "direction", "talk_seconds", "number", "queue", "alias_ids"]
    linkedids = [call["linkedids"][0] for call in calls]
    deadline = time.monotonic() + seconds
    while True:
        found = await back_office.read("asterisk.call", [("linkedid", "in", linkedids)], names)
        if len(found) == len(linkedids) and all(call["source"] in ("both", "cdr") for call in found):
            return {call["linkedid"]: call for call in found}
        assert time.monotonic() < deadline, [(c["linkedid"], c["state"], c["source"]) for c in found]
        await asyncio.sleep(0.1)


async def test_every_row_and_every_call_is_what_the_pbx_wrote(world, office, back_office):
    before = len(world.asterisk.written())
    await play(world, office, CALLS)
    await back_office.confirmed()
    rows = world.asterisk.written(before)
    assert len(rows) >= len(CALLS)
    found = await imported(back_office, rows)
    assert len(found) == len(rows)
    for row in rows:
        copy = found[identity(row)]
        for name, value in row.items():
            if name in TIMES:
                assert epoch(copy[name]) == epoch(value), (name, row)
            elif name in NUMBERS:
                assert copy[name] == float(value), (name, row)
            else:
                assert (copy[name] or "") == value, (name, row)
    told = folded(rows)
    calls = await calls_of(back_office, told)
    for call in told:
        copy = calls[call["linkedids"][0]]
        assert (copy["result"] == "answered") == (call["result"] == "answered"), (call, copy)
        assert (copy["direction"], copy["queue"] or None) == (call["direction"], call["queue"])
        assert copy["talk_seconds"] == pytest.approx(call["talk_seconds"], abs=2.5)
    linkedids = [linkedid for call in told for linkedid in call["linkedids"]]
    assert len(await back_office.read("asterisk.call", [("linkedid", "in", linkedids)], ["id"])) == len(told)


async def test_history_is_there_within_two_seconds_of_the_hangup(world, office, back_office):
    customer = office.carrier.bring(EVA, direct_number("101"))
    await (await office.phone("101").wait_ringing()).answer()
    await customer.wait_state("confirmed")
    before = len(world.asterisk.written())
    await customer.hang_up()
    hung_up_at = time.monotonic()
    while len(world.asterisk.written()) == before:
        assert time.monotonic() < hung_up_at + 5, "Asterisk wrote nothing"
        await asyncio.sleep(0.02)
    await imported(back_office, world.asterisk.written(before), 10)
    waited = time.monotonic() - hung_up_at
    assert waited < 4, waited  # two seconds, and as much again for a machine that has more to do


async def test_calls_while_the_agent_was_down_are_told_by_their_rows(world, office, back_office):
    before = len(world.asterisk.written())
    await asyncio.to_thread(world.stop_agent)
    try:
        await play(world, office, ["incoming_answered", "ring_group_answered", "incoming_cancelled"])
    finally:
        await asyncio.to_thread(world.start_agent)
        await asyncio.to_thread(world.wait_connected)
    rows = world.asterisk.written(before)
    await imported(back_office, rows)
    told = folded(rows)
    calls = await calls_of(back_office, told)
    assert {call["source"] for call in calls.values()} == {"cdr"}
    assert [calls[call["linkedids"][0]]["result"] for call in told] == [call["result"] for call in told]


async def test_a_lost_cursor_and_a_rotated_file_lose_and_double_nothing(world, office, back_office):
    before = len(world.asterisk.written())
    await play(world, office, ["incoming_answered"])
    first = world.asterisk.written(before)
    await imported(back_office, first)
    await asyncio.to_thread(world.stop_agent)
    path = world.asterisk.records("cdr")
    path.rename(path.with_name("Master.csv.1"))
    await play(world, office, ["incoming_busy"])
    for state in world.agent_config.parent.glob("history*"):
        state.unlink()
    await asyncio.to_thread(world.start_agent)
    await asyncio.to_thread(world.wait_connected)
    await imported(back_office, world.asterisk.written())
    assert len(await imported(back_office, first)) == len(first)
    total = await back_office.read("asterisk.cdr", [], ["row_key"])
    assert len({row["row_key"] for row in total}) == len(total)
