"""Recordings as our dialplan leaves them, of two who speak in turn: noise with the rhythm of speech, so that an encoder
has work to do.
"""

from __future__ import annotations

import random
from array import array
from pathlib import Path

from sandbox import user
from tests.unit.agent.recordings.sounds import RATE, wav

#: One speaks so long (seconds), then the other.
TURN = 3
SYLLABLE = RATE // 5
PATTERN_SECONDS = 60


def voice(turn: int) -> array[int]:
    """A minute of one of them; `turn` 0 speaks first, 1 answers."""
    chance = random.Random(turn)
    samples = array("h")
    for second in range(PATTERN_SECONDS):
        speaks = second // TURN % 2 == turn
        for _syllable in range(RATE // SYLLABLE):
            loudness = chance.choice((0, 2000, 6000)) if speaks else 20
            samples.extend(round(chance.gauss(0, loudness) / 2) for _ in range(SYLLABLE))
    return samples


class Tapes:
    """Writes recordings into a PBX's folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        client, company = voice(0), voice(1)
        both = array("h", (max(-32768, min(32767, one + other)) for one, other in zip(client, company)))
        self._patterns = {"": both, "-rx": client, "-tx": company}

    def write(self, file: str, seconds: int) -> None:
        """Write one recording, mixed and each side for itself; it is closed when this returns."""
        stem = self._folder / file.removesuffix(".wav")
        stem.parent.mkdir(parents=True, exist_ok=True)
        user.give(stem.parent)
        times, rest = divmod(seconds, PATTERN_SECONDS)
        for ending, pattern in self._patterns.items():
            samples = pattern * times + pattern[: rest * RATE]
            path = stem.with_name(f"{stem.name}{ending}.wav")
            path.write_bytes(wav(samples))
            user.give(path)
