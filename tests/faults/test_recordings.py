"""Recordings while something is killed at each step of an upload: none is lost that the PBX still has, none is broken.

The steps: the agent has told of it and hears nothing; some of its bytes are in Odoo; all are, and nobody has said so.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.faults import tapes
from tests.faults.fragile import FragileWorld
from tests.faults.ledger import eventually
from tests.faults.tapes import BACK_SECONDS, Tape
from tests.faults.test_history import FAULTS

pytestmark = pytest.mark.asyncio(loop_scope="session")

sender = tapes.sender  # a fixture


@pytest_asyncio.fixture(loop_scope="session")
async def tape(sender) -> Tape:
    """A recording that the agent has not seen yet, because it is not there."""
    await sender.heal()
    await sender.crash_agent()
    return Tape(sender)


@contextlib.asynccontextmanager
async def told(world: FragileWorld, tape: Tape) -> AsyncIterator[None]:
    world.odoo_wire.slow(1.0)  # not frozen: before the agent tells anything it asks Odoo what is wanted
    before = world.odoo_wire.requests["/asterisk/v1/recordings"]
    world.start_agent()

    async def asked() -> int:
        return world.odoo_wire.requests["/asterisk/v1/recordings"]

    await eventually(asked, lambda count: count > before, BACK_SECONDS)
    yield
    world.odoo_wire.mend()


@contextlib.asynccontextmanager
async def half_of_it(world: FragileWorld, tape: Tape) -> AsyncIterator[None]:
    world.odoo_wire.slow(0.3)
    world.start_agent()
    await eventually(tape.arrived, lambda size: size > 0, BACK_SECONDS)
    yield
    world.odoo_wire.mend()


@contextlib.asynccontextmanager
async def all_of_it(world: FragileWorld, tape: Tape) -> AsyncIterator[None]:
    world.odoo_wire.slow(0.3)
    world.start_agent()
    await eventually(lambda: tape.sql("state"), "ready", BACK_SECONDS)
    yield
    world.odoo_wire.mend()


STEPS = {step.__name__: step for step in (told, half_of_it, all_of_it)}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("fault", FAULTS)
async def test_killed_in_an_upload(sender, tape, session_of, fault, step):
    async with STEPS[step](sender, tape):
        await FAULTS[fault].strike(sender)
    await FAULTS[fault].repair(sender)
    await tape.check(session_of)
