"""The programs that make recordings small and readable again, installed when the first test needs them."""

from __future__ import annotations

import shutil

import pytest

from sandbox import programs, provision


@pytest.fixture(scope="session", autouse=True)
def _encoders():
    if not all(shutil.which(name) for name in ("opusenc", "opusdec", "lame", "sox")):
        with provision.lock():
            programs.ensure_encoders()
