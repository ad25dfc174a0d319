"""An Odoo that takes recordings, and the programs that make them small, installed when the first test needs them."""

from __future__ import annotations

import shutil

import pytest

from sandbox import programs, provision
from tests.unit.agent.recordings.recordings_odoo import RecordingsOdoo


@pytest.fixture(scope="session", autouse=True)
def _encoders():
    if not all(shutil.which(name) for name in ("opusenc", "opusdec", "lame", "sox")):
        with provision.lock():
            programs.ensure_encoders()


@pytest.fixture
async def odoo():
    """It takes recordings, and keeps what it is told."""
    async with RecordingsOdoo() as running:
        yield running
