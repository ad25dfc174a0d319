"""Which tones are in what a phone heard? So a test can prove who hears whom: every phone sends a tone of its own."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from .g711 import RATE

AUDIBLE = 300  # amplitude of 32767 from which a tone counts as heard; a phone sends 8000
DROWNED = 0.2  # of the loudest: what is softer is the click of a tone that begins or ends, at most 0.15 of it


def levels(samples: Sequence[int], frequencies: Iterable[int]) -> dict[int, float]:
    """The amplitude (0..32767) of each frequency in Hz: Goertzel's algorithm under a Hann window.

    0.2 s of sound tells frequencies apart that are 20 Hz away from each other.
    """
    count = len(samples)
    if not count:
        return {frequency: 0.0 for frequency in frequencies}
    window = [0.5 - 0.5 * math.cos(2 * math.pi * n / count) for n in range(count)]
    weighted = [sample * weight for sample, weight in zip(samples, window)]
    return {frequency: 2 * _magnitude(weighted, frequency) / sum(window) for frequency in frequencies}


def _magnitude(samples: Sequence[float], frequency: int) -> float:
    coefficient = 2 * math.cos(2 * math.pi * frequency / RATE)
    before, last = 0.0, 0.0
    for sample in samples:
        before, last = last, sample + coefficient * last - before
    return math.sqrt(max(0.0, last * last + before * before - coefficient * last * before))


def heard(samples: Sequence[int], frequencies: Iterable[int]) -> set[int]:
    """Those of the frequencies (Hz) that a person would hear."""
    found = levels(samples, frequencies)
    least = max(AUDIBLE, DROWNED * max(found.values(), default=0))
    return {frequency for frequency, level in found.items() if level >= least}
