"""Bytes of an AMI stream become frames, whatever the network and hostile callers do to them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx_agent.ami.parser import MAX_FRAME_BYTES, FrameBuffer, parse_capture, parse_frame

steady = settings(max_examples=200, deadline=timedelta(seconds=5), derandomize=True, database=None)
HELLO = b"Asterisk Call Manager/9.0.0\r\n"
RING = "Event: Newstate\r\nChannel: PJSIP/101-0000000b\r\nCallerIDName: Иванов 📞\r\n\r\n".encode()
UP = b"Event: Newstate\r\nChannelStateDesc: Up\r\n\r\n"


def fed(*pieces):
    """The frames of one stream that comes in these pieces."""
    buffer = FrameBuffer()
    return [frame for piece in pieces for frame in buffer.feed(piece)]


def test_a_frame_has_lower_case_keys_and_stripped_values():
    assert fed(b"Event: Hangup\r\nCause-txt:  Normal Clearing \r\nUniqueid:1.2\r\n\r\n") == [
        {"event": "Hangup", "cause-txt": "Normal Clearing", "uniqueid": "1.2"}
    ]


@pytest.mark.parametrize("place", range(1, len(RING)))
def test_a_frame_may_be_split_anywhere_even_within_a_letter(place):
    (frame,) = fed(RING[:place], RING[place:])
    assert frame["calleridname"] == "Иванов 📞"


def test_a_frame_may_come_byte_by_byte_and_many_at_once():
    stream = HELLO + (RING + UP) * 20
    single = [stream[place : place + 1] for place in range(len(stream))]
    assert fed(stream) == fed(*single)
    assert len(fed(stream)) == 40


def test_a_half_frame_waits_for_the_rest():
    buffer = FrameBuffer()
    assert buffer.feed(UP[:-2]) == []
    assert buffer.feed(UP[-2:] + RING[:5]) == [{"event": "Newstate", "channelstatedesc": "Up"}]


def test_a_value_may_hold_colons_and_be_empty():
    frame = parse_frame("Channel: SIP/[2001:db8::1]:5060-1\nAppData: Local/1@x:y,30\nCallerIDName:\nTime: 12:30:01")
    assert frame == {
        "channel": "SIP/[2001:db8::1]:5060-1", "appdata": "Local/1@x:y,30", "calleridname": "", "time": "12:30:01",
    }  # fmt: skip


def test_of_a_key_that_comes_twice_the_first_stands():
    """A line break in a caller's name must not replace a field that stands before it."""
    assert parse_frame("Event: Hangup\nChannel: SIP/1-1\nEvent: Shutdown\nchannel: x")["event"] == "Hangup"
    assert parse_frame("Channel: SIP/1-1\nCHANNEL: SIP/2-2")["channel"] == "SIP/1-1"


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_an_event_into_which_a_caller_wrote_another_channel_is_left_out(end):
    buffer = FrameBuffer()
    number = f"+49{end}Uniqueid: 1764000000.7{end}Linkedid: 1764000000.7"
    hangup = f"Event: Hangup\r\nCallerIDNum: {number}\r\nUniqueid: 1.2\r\nLinkedid: 1.2\r\nCause: 16\r\n\r\n"
    assert buffer.feed(hangup.encode() + UP) == [{"event": "Newstate", "channelstatedesc": "Up"}]
    assert buffer.forged == 1


def test_keys_that_asterisk_repeats_are_lists():
    frame = parse_frame("Event: Newchannel\nChanVariable: a=1\nChanVariable: b=2: 3\nVariable: c")
    assert (frame["chanvariable"], frame["variable"]) == (["a=1", "b=2: 3"], ["c"])


def test_the_greeting_is_no_field_and_is_remembered():
    buffer = FrameBuffer()
    assert buffer.feed(HELLO + UP) == [{"event": "Newstate", "channelstatedesc": "Up"}]
    assert buffer.banner == "Asterisk Call Manager/9.0.0"


def test_a_greeting_in_the_middle_harms_nothing():
    """A capture of two connections, one after the other."""
    assert [frame["event"] for frame in fed(HELLO + RING + HELLO + UP)] == ["Newstate", "Newstate"]
    assert len(parse_capture((HELLO + RING + HELLO + UP).decode())) == 2


def test_a_name_of_ten_kilobytes_arrives_whole():
    name = "Ж" * 10_000
    assert fed(f"Event: NewCallerid\r\nCallerIDName: {name}\r\n\r\n".encode())[0]["calleridname"] == name


def test_bytes_that_are_no_text_are_replaced_not_refused():
    assert fed(b"Event: X\r\nCallerIDName: \xff\xfe\xd0\r\n\r\n")[0]["calleridname"] == "\ufffd\ufffd\ufffd"


def test_noise_between_frames_gives_no_frames():
    assert fed(b"\r\n\r\n\r\n\r\nno colon here\r\n\r\n: no key\r\n\r\n") == []


def test_a_stream_without_frames_is_refused_and_the_buffer_is_free_again():
    buffer = FrameBuffer()
    with pytest.raises(ValueError, match="no AMI stream"):
        buffer.feed(b"x" * (MAX_FRAME_BYTES + 1))
    assert buffer.feed(UP) == [{"event": "Newstate", "channelstatedesc": "Up"}]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_a_capture_may_end_its_lines_in_any_way_and_part_frames_by_many(end):
    text = end.join(["Event: A", "X: 1", "", "", "  ", "Event: B", "X: \u2028 2"])
    assert parse_capture(text) == [{"event": "A", "x": "1"}, {"event": "B", "x": "\u2028 2"}]


@steady
@given(st.binary(max_size=600), st.lists(st.integers(0, 600), max_size=8))
def test_any_bytes_in_any_pieces_give_the_same_frames_and_no_error(data, cuts):
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [data[one:two] for one, two in zip(places, places[1:])]
    assert fed(*pieces) == fed(data)
    assert all(isinstance(frame, dict) and frame for frame in fed(data))


@steady
@given(st.text(max_size=600))
def test_any_text_can_be_a_capture(text):
    for frame in parse_capture(text):
        assert all(key == key.strip().lower() and key for key in frame)


values = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=40)


@steady
@given(st.dictionaries(st.sampled_from(["Event", "Channel", "CallerIDName", "Uniqueid", "X-1"]), values, min_size=1))
def test_what_is_written_is_read_again(fields):
    stream = "".join(f"{key}: {value}\r\n" for key, value in fields.items()) + "\r\n"
    assert fed(stream.encode()) == [{key.lower(): value.strip(" ") for key, value in fields.items()}]
