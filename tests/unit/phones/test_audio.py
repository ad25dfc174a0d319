"""G.711, tones and keys: what one stream sends another hears."""

from __future__ import annotations

import asyncio
import struct

import pytest

from sandbox.phones import tone
from sandbox.phones.g711 import RATE, decode, encode
from sandbox.phones.g711 import tone as sine
from sandbox.phones.rtp import RtpStream
from sandbox.phones.sdp import PCMA, PCMU, Description
from sandbox.phones.waiting import Changes


@pytest.mark.parametrize(
    "codec, sample, byte",
    [
        (PCMA, 0, 0xD5), (PCMA, -1, 0x55), (PCMA, 32767, 0xAA), (PCMA, -32768, 0x2A), (PCMA, 1000, 0xFA),
        (PCMU, 0, 0xFF), (PCMU, 32767, 0x80), (PCMU, -32768, 0x00), (PCMU, 1000, 0xCE),
    ],
)  # fmt: skip
def test_known_samples_have_known_codes(codec, sample, byte):
    assert encode([sample], codec) == bytes([byte])


@pytest.mark.parametrize("codec", [PCMA, PCMU])
def test_every_code_survives_decoding_and_encoding(codec):
    codes = bytes(range(256))
    again = encode(decode(codes, codec), codec)
    # mu-law has two zeros, the negative one comes back as the positive one
    assert again == (codes.replace(b"\x7f", b"\xff") if codec == PCMU else codes)


@pytest.mark.parametrize("codec", [PCMA, PCMU])
def test_the_error_of_a_sample_is_small_against_it(codec):
    samples = range(-32000, 32000, 37)
    for sample, heard in zip(samples, decode(encode(samples, codec), codec)):
        assert abs(sample - heard) <= max(16, abs(sample) / 16)


def test_tones_are_told_apart():
    mixed = [a + b for a, b in zip(decode(sine(440, PCMA), PCMA), decode(sine(480, PCMA), PCMA))][: RATE // 5]
    assert tone.heard(mixed, [400, 440, 480, 520, 1000]) == {440, 480}
    levels = tone.levels(decode(sine(1000, PCMA), PCMA), [1000, 700])
    assert levels[1000] == pytest.approx(8000, rel=0.02)
    assert levels[700] < 50


@pytest.mark.parametrize("gap", [0, 20, 50])  # ms
@pytest.mark.parametrize("at", range(0, RATE // 5, 97))
def test_the_click_between_two_tones_is_no_third_one(at, gap):
    """One phone stops and another begins, anywhere in what is looked at."""
    first, second = (decode(sine(hertz, PCMA), PCMA) for hertz in (400, 450))
    samples = [*first[:at], *([0] * (gap * RATE // 1000)), *second[at:]][: RATE // 5]
    assert tone.heard(samples, [400, 450, 500, 550, 600, 650, 1000]) <= {400, 450}


def test_silence_holds_no_tone():
    assert tone.heard([0] * 800, [440]) == set()
    assert tone.heard([], [440]) == set()


@pytest.fixture
async def streams():
    """Two streams that send to each other, in different codecs."""
    bell = Changes()
    left, right = await RtpStream.open("127.0.0.1", 440, bell.ring), await RtpStream.open("127.0.0.1", 700, bell.ring)
    left.connect(Description("127.0.0.1", right.port, (PCMU,), 101))
    right.connect(Description("127.0.0.1", left.port, (PCMA,), 101))
    yield left, right, bell
    left.close()
    right.close()


async def hears(stream, wanted, seconds=3):
    deadline = asyncio.get_running_loop().time() + seconds
    while stream.hears([440, 700]) != wanted:
        assert asyncio.get_running_loop().time() < deadline, f"{stream.hears([440, 700])} instead of {wanted}"
        await asyncio.sleep(0.05)


async def test_each_hears_the_other_and_silence_when_muted(streams):
    left, right, _ = streams
    await hears(left, {700})
    await hears(right, {440})
    left.muted = True
    await hears(right, set())
    left.muted, left.tone = False, 700
    await hears(right, {700})


async def test_keys_arrive_once_each_and_in_order(streams):
    left, right, bell = streams
    await left.send_digits("1122#*AD")
    await bell.until(lambda: right.digits == "1122#*AD", 3, lambda: f"got {right.digits!r}")


async def test_a_key_that_does_not_exist_is_refused(streams):
    with pytest.raises(ValueError, match="no keys for 'xy'"):
        await streams[0].send_digits("1xy")


async def test_without_an_offer_of_keys_none_are_sent():
    stream = await RtpStream.open("127.0.0.1", 440)
    try:
        stream.connect(Description("127.0.0.1", stream.port, (PCMA,), None))
        with pytest.raises(ValueError, match="did not offer"):
            await stream.send_digits("1")
    finally:
        stream.close()


async def test_a_lost_end_of_a_key_loses_no_key_and_rubbish_is_ignored(streams):
    _, right, _ = streams
    right.connect(Description("127.0.0.1", 9, (PCMA,), 101))
    event = struct.Struct("!BBHII BBH")

    def packet(timestamp, code, payload=101):
        return event.pack(0x80, payload, 1, timestamp, 7, code, 10, 160)

    for data in (b"", b"x" * 13, packet(1, 5), packet(1, 5), packet(2, 5), packet(3, 99), packet(4, 6, payload=99)):
        right.datagram_received(data, ("127.0.0.1", 9))
    assert right.digits == "55"
