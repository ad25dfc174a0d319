"""The shape of a recording: the same one that Odoo would draw, quickly, in little memory."""

from __future__ import annotations

import base64
import random
import time
import tracemalloc
from array import array

import pytest

from pbx_agent.recordings import peaks
from pbx_agent.recordings.state import State
from pbx_agent.recordings.wav import NotAudio, plain_header
from sandbox import addon_tools
from tests.unit.agent.recordings import sounds

addon_tools.load()
from addon_tools import peaks as odoos  # noqa: E402 - importable from here on

LIST = b"LIST\x0a\x00\x00\x00INFOISFT\x00\x00"
HALF_AN_HOUR = 1800


def some(frames, channels, seed=0):
    """Sound with everything in it that a sample can be, and silence."""
    chance = random.Random(seed)
    pool = [0, -1, 1, 127, -127, 128, -128, -129, 32767, -32768, *(chance.randint(-32768, 32767) for _ in range(90))]
    loud = [chance.random() ** 4 for _ in range(frames * channels // 100 + 1)]
    return array("h", (int(chance.choice(pool) * loud[at // 100]) for at in range(frames * channels)))


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("frames", [1, 2, 499, 500, 501, 999, 1000, 7919, 41_000])
def test_agent_and_odoo_see_the_same(tmp_path, monkeypatch, channels, frames):
    monkeypatch.setattr(peaks, "BLOCK", 64)  # so that moments are cut in two
    path = tmp_path / "a.wav"
    path.write_bytes(sounds.wav(some(frames, channels, frames), channels))
    assert peaks.of_wav(path) == odoos.of_wav(path) == odoos.checked(peaks.of_wav(path), channels)


def test_agent_and_odoo_see_the_same_in_a_file_of_more_than_one_block(tmp_path):
    sound = some(5000, 2)
    path = tmp_path / "a.wav"
    path.write_bytes(plain_header(8000, 2, len(sound) * 2 * 200) + sound.tobytes() * 200)  # two minutes
    assert peaks.of_wav(path) == odoos.of_wav(path)


def test_the_loudest_and_silence(tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(sounds.wav(array("h", [-32768, 0, 32767, 0, 16384, -64, 127, -129]), 2))
    assert [list(base64.b64decode(text)) for text in peaks.of_wav(path)] == [[255, 255, 128, 0], [0, 0, 0, 1]]


def test_what_stands_behind_the_sound_is_not_heard(tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(sounds.wav(array("h", [0] * 600)) + LIST)
    assert set(base64.b64decode(peaks.of_wav(path)[0])) == {0}


def test_a_file_that_is_no_audio(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"x" * 99)
    with pytest.raises(NotAudio):
        peaks.of_wav(tmp_path / "a.wav")


def test_a_long_call_needs_little_memory_and_time(tmp_path):
    """Its last second is loud on one side, what is before it silent: at its end everything is still in its place."""
    path, seconds = tmp_path / "a.wav", HALF_AN_HOUR
    with path.open("wb") as file:
        file.write(plain_header(8000, 2, seconds * 32_000))
        file.truncate(44 + seconds * 32_000)
        file.seek(44 + (seconds - 1) * 32_000)
        file.write(array("h", [0, 20_000] * 8000).tobytes())
    tracemalloc.start()
    began = time.process_time()
    try:
        left, right = (base64.b64decode(text) for text in peaks.of_wav(path))
        assert tracemalloc.get_traced_memory()[1] < 2 << 20
    finally:
        tracemalloc.stop()
    assert time.process_time() - began < seconds / 100
    assert set(left) == {0} and set(right[:-1]) == {0} and right[-1] == 20_000 >> 7


def test_a_state_of_an_earlier_agent_gets_a_place_for_it(tmp_path):
    path = tmp_path / "recordings.sqlite"
    state = State(path)
    state.note(sounds.NAME, sounds.LINKEDID, "", 1.0)
    state._database.execute("ALTER TABLE recording DROP COLUMN peaks")
    state.close()
    state = State(path)
    assert state.get(sounds.NAME).peaks == ""
    assert state.change(sounds.NAME, peaks="[]") and state.get(sounds.NAME).peaks == "[]"
    state.close()
