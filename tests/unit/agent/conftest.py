"""The agent's surroundings, made of Python: an Odoo, an Asterisk, and a story that events tell."""

from __future__ import annotations

import pytest

from tests.unit.agent.ami_script import Story
from tests.unit.agent.fake_ami import FakeAmi
from tests.unit.agent.fake_odoo import FakeOdoo
from tests.unit.agent.sender import Sender
from tests.unit.agent.whole import Exchange


@pytest.fixture
async def odoo():
    """It takes what the agent tells, and keeps it."""
    async with FakeOdoo() as fake:
        yield fake


@pytest.fixture
async def ami():
    """Asterisk's manager interface."""
    async with FakeAmi() as fake:
        yield fake


@pytest.fixture
def exchange(ami):
    """Who calls whom at that Asterisk."""
    return Exchange(ami)


@pytest.fixture
def pbx():
    """A PBX whose events a tracker hears."""
    return Story()


@pytest.fixture
async def sender(odoo, tmp_path):
    """What carries calls and results to Odoo, running."""
    async with Sender(odoo, tmp_path) as running:
        yield running
