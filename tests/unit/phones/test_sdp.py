"""Offers and answers of one audio stream."""

from __future__ import annotations

import pytest

from sandbox.phones.sdp import PCMA, PCMU, Description, SdpError, answer, parse

OFFER = b"""v=0
o=- 1 1 IN IP4 192.0.2.1
s=pbx
c=IN IP4 192.0.2.1
t=0 0
m=video 5000 RTP/AVP 96
a=rtpmap:96 H264/90000
m=audio 4000 RTP/AVP 9 0 8 96
c=IN IP4 192.0.2.7
a=rtpmap:9 G722/8000
a=rtpmap:96 telephone-event/8000
a=ptime:20
a=sendonly
""".replace(b"\n", b"\r\n")


def test_the_audio_of_an_offer_is_found_among_other_media():
    offer = parse(OFFER)
    assert (offer.host, offer.port) == ("192.0.2.7", 4000)
    assert (offer.codecs, offer.dtmf) == ((PCMU, PCMA), 96)
    assert offer.holds


def test_an_answer_keeps_the_order_of_media_and_refuses_the_others():
    text = answer(parse(OFFER), "127.0.0.1", 6000).encode(1, 1).decode()
    assert [line for line in text.splitlines() if line.startswith("m=")] == [
        "m=video 0 RTP/AVP 96",
        "m=audio 6000 RTP/AVP 0 8 96",
    ]
    assert "a=rtpmap:96 telephone-event/8000" in text
    assert "a=recvonly" in text


def test_what_is_encoded_can_be_read_again():
    description = Description("127.0.0.1", 4000, (PCMA,), None, "sendonly")
    assert parse(description.encode(5, 2)) == description


@pytest.mark.parametrize(
    "offered, on_hold, answered",
    [
        ("sendrecv", False, "sendrecv"),
        ("sendonly", False, "recvonly"),
        ("recvonly", False, "sendonly"),
        ("inactive", False, "inactive"),
        ("sendrecv", True, "sendonly"),
        ("sendonly", True, "inactive"),
    ],
)
def test_directions_mirror_and_hold_wins(offered, on_hold, answered):
    offer = Description("127.0.0.1", 4000, direction=offered)
    assert answer(offer, "127.0.0.1", 5000, on_hold).direction == answered


def test_the_old_way_to_hold_is_understood():
    assert Description("0.0.0.0", 4000).holds
    assert not Description("127.0.0.1", 4000).holds


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"rubbish \xff",
        OFFER.replace(b"9 0 8 96", b"9 96"),
        OFFER.replace(b"m=audio 4000", b"m=audio 0"),
        OFFER.replace(b"audio 4000 RTP/AVP 9 0 8 96", b"image 4000 udptl t38"),
        OFFER.replace(b"m=audio 4000 RTP/AVP", b"m=audio 4000 RTP/SAVP"),
    ],
)
def test_without_audio_one_can_speak_there_is_an_error(body):
    with pytest.raises(SdpError):
        parse(body)
