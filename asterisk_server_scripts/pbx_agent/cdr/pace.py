"""How much of the interpreter history may take at a time: a popup must not wait while a million rows are read."""

from __future__ import annotations

import time

#: Rows that are read, shaped or encoded in one go: about a millisecond in which no other thread works.
ROWS = 200
#: Then others have their turn. Less than this gives it back before anybody woke up.
PAUSE_SECONDS = 0.0002


def give_way() -> None:
    """Let the event loop work."""
    time.sleep(PAUSE_SECONDS)
