"""Sound to be recorded: tones, files of them as Asterisk writes and as it leaves them, and what can be heard in one."""

from __future__ import annotations

import math
import struct
import subprocess
import wave
from array import array
from pathlib import Path

from pbx_agent.recordings.wav import plain_header

RATE = 8000
CLIENT, COMPANY = 440, 1000  # Hz
DAY = "2026/01/31"
LINKEDID = "1764000000.10"
NAME = f"{DAY}/in-{LINKEDID}.wav"


def tone(hertz: int, seconds: float, rate: int = RATE) -> array[int]:
    """A tone of half the loudness that there can be."""
    return array("h", (int(16000 * math.sin(2 * math.pi * hertz * n / rate)) for n in range(int(seconds * rate))))


def wav(samples: array[int], channels: int = 1, rate: int = RATE, told: int | None = None) -> bytes:
    """A file's bytes; `told`: the length that its header tells, as a killed Asterisk leaves it."""
    raw = samples.tobytes()
    header = plain_header(rate, channels, len(raw))
    return (header if told is None else header[:40] + struct.pack("<I", told)) + raw


def loudness(samples: array[int], hertz: int, rate: int = RATE) -> float:
    """How loud a tone is, 1.0 for what `tone` makes (Goertzel)."""
    coefficient = 2 * math.cos(2 * math.pi * hertz / rate)
    before, last = 0.0, 0.0
    for sample in samples:
        before, last = last, sample + coefficient * last - before
    power = before * before + last * last - coefficient * before * last
    return math.sqrt(max(0.0, power)) * 2 / max(1, len(samples)) / 16000


def hears(samples: array[int], tones: tuple[int, ...] = (CLIENT, COMPANY), rate: int = RATE) -> set[int]:
    """Which of the tones are in it."""
    middle = samples[len(samples) // 4 : len(samples) * 3 // 4]
    return {hertz for hertz in tones if loudness(middle, hertz, rate) > 0.1}


def sides(path: Path) -> tuple[list[array[int]], int]:
    """Each channel's samples of a WAV file, and its rate; the standard library is the judge."""
    with wave.open(str(path)) as file:
        assert file.getsampwidth() == 2
        both = array("h", file.readframes(file.getnframes()))
        return [both[side :: file.getnchannels()] for side in range(file.getnchannels())], file.getframerate()


def decoded(path: Path, folder: Path) -> tuple[list[array[int]], int]:
    """As `sides`, of what an encoder made."""
    target = folder / "decoded.wav"
    programs = {".opus": ["opusdec", "--quiet", "--rate", "8000"], ".mp3": ["lame", "--quiet", "--decode"]}
    argv = [*programs.get(path.suffix, ["sox"]), str(path), str(target)]
    subprocess.run(argv, check=True, timeout=60)
    return sides(target)


def record(folder: Path, file: str = NAME, seconds: float = 2.0, told: int | None = None) -> None:
    """What our dialplan records of a call: both sides mixed, and each for itself."""
    client, company = tone(CLIENT, seconds), tone(COMPANY, seconds)
    mixed = array("h", ((one + other) // 2 for one, other in zip(client, company)))
    stem = folder / file.removesuffix(".wav")
    stem.parent.mkdir(parents=True, exist_ok=True)
    for ending, samples in (("", mixed), ("-rx", client), ("-tx", company)):
        stem.with_name(f"{stem.name}{ending}.wav").write_bytes(wav(samples, told=told))


def heard(raw, folder):
    """What is heard left and right of a WAV file."""
    path = folder / "heard.wav"
    path.write_bytes(raw)
    return [hears(side) for side in sides(path)[0]]
