"""An executor of Odoo's commands with all it needs, and the contract's examples of commands."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from pbx_agent.commands.executor import Executor
from pbx_agent.odoo.clock import OdooClock
from pbx_agent.odoo.spool import Spool
from tests.unit.agent.fake_pbx import FakePbx
from tests.unit.agent.test_originate_watch import UUID
from tests.unit.agent.waiting import until_asked

CONTRACT = Path(__file__).resolve().parents[2] / "contract" / "agent"
CREATED = 1_764_000_300.0  # when the example commands were made, by Odoo's clock


def example(name, **changed):
    """A command as Odoo sends it (docs/contract.md)."""
    return {**json.loads((CONTRACT / f"command_{name}.json").read_text("utf-8")), **changed}


class Desk:
    """An executor with its spool; `results(uuid)` are those that wait for Odoo."""

    def __init__(self, folder, pbx, odoo_time=CREATED + 0.2):
        self.spool = Spool(folder / "spool.sqlite")
        self.pbx, self.told = pbx, 0
        self.clock = OdooClock()
        self.clock.learn(odoo_time, time.time())
        self.erased: list[tuple[str, str]] = []
        self.executor = Executor(self.spool, self.clock, pbx, self.results_wait, self.erase)

    async def erase(self, key, file):
        self.erased.append((key, file))
        return ""

    def results_wait(self):
        self.told += 1

    async def results(self, uuid=UUID):
        items = await self.spool.call(self.spool.waiting, "result", 100, time.time())
        return [item.payload for item in items if item.key == uuid]

    async def codes(self, uuid=UUID):
        return [(result["status"], result["code"]) for result in await self.results(uuid)]

    async def finished(self, uuid=UUID):
        """The last result, once there is one."""
        await until_asked(lambda: self._is_over(uuid))
        return (await self.results(uuid))[0]

    async def _is_over(self, uuid):
        return [status for status, _code in await self.codes(uuid) if status in ("done", "failed")]

    async def close(self):
        await self.executor.stop()
        self.spool.close()


@pytest.fixture
def pbx():
    return FakePbx()


@pytest.fixture
async def desk(tmp_path, pbx):
    one = Desk(tmp_path, pbx)
    yield one
    await one.close()
