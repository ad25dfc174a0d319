"""WAV files as a killed Asterisk leaves them are mended, and both sides are joined, whatever their length."""

from __future__ import annotations

import io
import struct
import wave
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx_agent.recordings import join, wav
from tests.unit.agent.recordings import sounds

SAMPLES = st.binary(max_size=400).map(lambda raw: array("h", raw[: len(raw) // 2 * 2]))


def read(raw: bytes) -> wav.Wav:
    return wav.examine(io.BytesIO(raw), len(raw))


def mended(raw: bytes) -> bytes:
    target = io.BytesIO()
    join.copy(io.BytesIO(raw), read(raw), target)
    return target.getvalue()


def joined(left: bytes, right: bytes) -> bytes:
    target = io.BytesIO()
    join.stereo((io.BytesIO(left), read(left)), (io.BytesIO(right), read(right)), target)
    return target.getvalue()


def frames(raw: bytes) -> tuple[int, array[int]]:
    """Channels and samples, as the standard library reads them; the header's sizes must be those of the file."""
    assert struct.unpack_from("<I", raw, 4)[0] == len(raw) - 8
    with wave.open(io.BytesIO(raw)) as file:
        return file.getnchannels(), array("h", file.readframes(file.getnframes()))


@given(SAMPLES, st.integers(0, 2**32 - 1), st.binary(max_size=1))
def test_a_header_with_any_wrong_size_is_mended(samples, told, half_a_sample):
    raw = sounds.wav(samples, told=told) + half_a_sample
    if raw[44 + told + told % 2 :][:4] not in wav._KNOWN_TAILS:  # else it is right
        assert frames(mended(raw)) == (1, samples)


@given(SAMPLES, SAMPLES)
def test_two_sides_are_joined_to_the_sample_and_the_shorter_is_followed_by_silence(left, right):
    channels, both = frames(joined(sounds.wav(left), sounds.wav(right)))
    length = max(len(left), len(right))
    assert channels == 2 and len(both) == 2 * length
    assert list(both[0::2]) == [*left, *[0] * (length - len(left))]
    assert list(both[1::2]) == [*right, *[0] * (length - len(right))]


def test_sides_longer_than_a_block_keep_together():
    left, right = sounds.tone(440, 10), sounds.tone(1000, 9)
    _channels, both = frames(joined(sounds.wav(left, told=0), sounds.wav(right)))
    assert both[0::2] == left and both[1::2] == right + array("h", bytes(2 * 8000))


def test_a_size_that_splits_a_sample_is_wrong():
    assert frames(mended(sounds.wav(array("h", [7]), told=1))) == (1, array("h", [7]))


def test_what_follows_the_sound_is_not_sound():
    samples = sounds.tone(440, 0.1)
    raw = sounds.wav(samples) + b"LIST" + struct.pack("<I", 4) + b"INFO"
    assert frames(mended(raw)) == (1, samples)


def test_what_comes_before_the_sound_is_kept():
    plain = sounds.wav(sounds.tone(440, 0.1), told=0)
    raw = plain[:36] + b"fact" + struct.pack("<II", 4, 800) + plain[36:]
    assert frames(mended(raw))[1] == sounds.tone(440, 0.1)


@given(st.binary(max_size=200))
def test_what_is_no_audio_is_said_to_be_none(raw):
    for text in (raw, b"RIFF\0\0\0\0WAVE" + raw, b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0" + raw):
        try:
            found = read(text)
        except wav.NotAudio as error:
            assert str(error).endswith(".")
        else:
            assert 0 <= found.length <= len(text) and found.seconds >= 0


def test_a_header_alone_has_no_sound():
    assert read(sounds.wav(array("h"))).length == 0


def test_more_than_a_header_can_tell_is_refused():
    with pytest.raises(wav.NotAudio):
        wav.plain_header(8000, 2, 1 << 32)


def test_sides_of_different_rates_do_not_belong_together():
    other = sounds.wav(sounds.tone(440, 0.1), rate=16000)
    with pytest.raises(wav.NotAudio):
        joined(sounds.wav(sounds.tone(440, 0.1)), other)


def test_a_file_that_gets_shorter_meanwhile_is_noticed():
    raw = sounds.wav(sounds.tone(440, 0.1))
    with pytest.raises(wav.NotAudio):
        join.copy(io.BytesIO(raw[:100]), read(raw), io.BytesIO())
