"""How much history may take: of the interpreter, so that no popup waits for a million rows; and of the store's time."""

from __future__ import annotations

import time

#: Rows that are read, shaped or encoded in one go: about a millisecond in which no other thread works.
ROWS = 200
#: Then others have their turn. Less than this gives it back before anybody woke up.
PAUSE_SECONDS = 0.0002


def give_way() -> None:
    """Let the event loop work."""
    time.sleep(PAUSE_SECONDS)


class Stopwatch:
    """``with watch: …`` adds up how long something takes; `seconds` is all of it so far."""

    def __init__(self) -> None:
        self.seconds = self._began = 0.0

    def __enter__(self) -> Stopwatch:
        self._began = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds += time.monotonic() - self._began
