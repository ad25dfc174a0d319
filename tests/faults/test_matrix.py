"""Four calls at four moments of their lives, and one thing breaks: every pair of a fault and a moment.

When it strikes, Anna's phone rings, Boris talks, Clara's customer is hanging up, and the client whom Dmitri has clicked
is ringing. While it lasts, Anna's caller gives up, Boris talks on, and Dmitri's client picks up. People notice nothing,
unless it is the PBX itself that dies; Odoo has each call once, with its result, and nothing dials late.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from sandbox.phones.behaviour import Behaviour
from tests.faults.fragile import FragileWorld
from tests.faults.ledger import eventually
from tests.faults.people import EVA, NOBODY, OLE, URS, invites, lines_go_dead, new_invites, ring, talk, talking

pytestmark = pytest.mark.asyncio(loop_scope="session")

World = FragileWorld
Act = Callable[[World], object]


@dataclass(frozen=True)
class Fault:
    """How it begins, how one can tell that the agent has met it, how it ends; acts may be coroutines."""

    strike: Act
    repair: Act
    is_met: Callable[[str], bool] = lambda log: True
    clicked: tuple = ("done", "")


def odoo_is_missed(agents_log: str) -> bool:
    return "does not take calls" in agents_log


FAULTS = {
    "network cut": Fault(lambda w: w.odoo_wire.cut(), lambda w: w.odoo_wire.mend(), odoo_is_missed),
    "network silent": Fault(lambda w: w.odoo_wire.freeze(), lambda w: w.odoo_wire.mend()),
    "network slow": Fault(lambda w: w.odoo_wire.slow(1), lambda w: None),  # each way, to the very end
    "Odoo answers 500": Fault(lambda w: w.odoo_wire.fail(), lambda w: w.odoo_wire.mend(), odoo_is_missed),
    "agent killed": Fault(World.crash_agent, World.revive_agent, clicked=("failed", "lost")),
    "Odoo killed": Fault(World.kill_odoo, World.revive_odoo, odoo_is_missed),
    "PostgreSQL killed": Fault(World.kill_postgresql, World.revive_postgresql, odoo_is_missed),
}

ONCE_EACH = {"101": 1, "102": 1, "103": 1, "104": 1, "carrier": 4}


async def do(act: Act, world: World) -> None:
    """Carries out one of a fault's acts."""
    done = act(world)
    if isinstance(done, Awaitable):
        await done


async def four_moments(office, ledger):
    """Anna's phone rings, Boris and Clara talk, Dmitri's client rings; returns the ends of each call."""
    office.carrier.rules[NOBODY] = Behaviour("manual")
    await ledger.click("dmitri", NOBODY)
    client = await office.carrier.wait_ringing()
    calls = (await ring(office, EVA, "101"), await talk(office, OLE, "102"), await talk(office, URS, "103"))
    shown = {"anna": [(EVA, "ringing")], "boris": [(OLE, "talking")], "clara": [(URS, "talking")]}
    await eventually(ledger.live, {**shown, "dmitri": [(NOBODY, "dialing")]})
    return (*calls, (client, office.phone("104").live_calls[0]))


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_every_call_survives(world, office, ledger, agents_log, fault):
    before = invites(office)
    anna, boris, clara, dmitri = await four_moments(office, ledger)
    office.carrier.spawn(clara[0].hang_up())
    await do(fault.strike, world)
    await anna[0].cancel()
    await dmitri[0].answer()
    await dmitri[0].wait_state("confirmed")
    await eventually(agents_log, fault.is_met)
    assert talking(*boris, *dmitri)

    await do(fault.repair, world)
    await eventually(ledger.live, {"boris": [(OLE, "talking")], "dmitri": [(NOBODY, "talking")]})
    assert talking(*boris, *dmitri)
    await asyncio.gather(boris[0].hang_up(), dmitri[0].hang_up())
    await ledger.wait_calls(
        (EVA, "incoming", "cancelled", True),
        (OLE, "incoming", "answered", False),
        (URS, "incoming", "answered", False),
        (NOBODY, "outgoing", "answered", False),
    )
    await eventually(ledger.commands, [fault.clicked])
    assert new_invites(office, before) == ONCE_EACH


async def test_a_dead_pbx_takes_its_calls_along(world, office, ledger):
    before = invites(office)
    _anna, _boris, clara, _dmitri = await four_moments(office, ledger)
    office.carrier.spawn(clara[0].hang_up())
    await world.kill_asterisk()
    lines_go_dead(office)
    await world.revive_asterisk()
    await ledger.wait_calls(
        (EVA, "incoming", "no-answer", True),
        (OLE, "incoming", "answered", False),
        (URS, "incoming", "answered", False),
        (NOBODY, "outgoing", "no-answer", False),
    )
    await eventually(ledger.commands, [("failed", "lost")])
    assert new_invites(office, before) == ONCE_EACH
