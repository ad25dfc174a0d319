"""What the agent tells of recordings, whether they are wanted, parts of files, and the shape of sound."""

from __future__ import annotations

import base64
import errno
import hashlib
import shutil
import wave
from array import array

import pytest
from addon_tools import part_file, peaks, recordings

READY = {
    "key": "b" * 32,
    "linkedid": "1764000000.10",
    "uniqueid": "",
    "file": "2025/11/24/in-1764000000.10.wav",
    "state": "ready",
    "problem": "",
    "started_at": 1764000007.2,
    "seconds": 60.1,
    "channels": 2,
    "mimetype": "audio/ogg",
    "bytes": 240400,
    "sha256": "e" * 64,
}


def test_a_recording_is_taken_as_it_was_told():
    assert recordings.parse(READY) == READY


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"key": "../../etc/passwd"}, "key"),
        ({"key": "B" * 32}, "key"),
        ({"key": None}, "key"),
        ({"linkedid": "\x00\r\n"}, "linkedid"),
        ({"file": ""}, "file"),
        ({"file": 5}, "file"),
        ({"state": "erased"}, "state"),
        ({"state": []}, "state"),
        ({"bytes": 0}, "bytes"),
        ({"bytes": -1}, "bytes"),
        ({"bytes": 10**18}, "bytes"),
        ({"bytes": True}, "bytes"),
        ({"seconds": float("nan")}, "seconds"),
        ({"started_at": "now"}, "started_at"),
        ({"started_at": float("inf")}, "started_at"),
        ({"sha256": "e" * 63 + "\n"}, "sha256"),
        ({"mimetype": "text/html"}, "mimetype"),
    ],
)
def test_what_is_no_recording_is_refused_with_the_key_that_is_wrong(changes, words):
    with pytest.raises(recordings.RecordingError, match=f"^{words}: "):
        recordings.parse(READY | changes)


@pytest.mark.parametrize("item", [None, [], "x", 7])
def test_what_is_no_object_is_refused(item):
    with pytest.raises(recordings.RecordingError):
        recordings.parse(item)


def test_of_one_that_failed_nothing_needs_to_be_known_but_why():
    failed = recordings.parse(READY | {"state": "failed", "bytes": 0, "sha256": "", "mimetype": "", "problem": "no"})
    assert (failed["bytes"], failed["sha256"], failed["problem"]) == (0, "", "no")


ANSWERED = {"ended": True, "answered": True, "endpoints": {"PJSIP/101"}, "queue": "sales"}
MISSED = ANSWERED | {"answered": False}
RINGING = MISSED | {"ended": False}
LATE = recordings.PATIENCE_SECONDS + 1


@pytest.mark.parametrize(
    "policy, chosen, call, age, wanted",
    [
        ("all", {}, None, 0, True),
        ("none", {}, ANSWERED, 0, False),
        ("answered", {}, ANSWERED, 0, True),
        ("answered", {}, MISSED, 0, False),
        ("answered", {}, RINGING, 0, None),
        ("answered", {}, RINGING, LATE, False),
        ("answered", {}, None, 0, None),
        ("answered", {}, None, LATE, True),
        ("chosen", {"endpoints": {"PJSIP/101"}}, ANSWERED, 0, True),
        ("chosen", {"endpoints": {"PJSIP/102"}}, ANSWERED, 0, False),
        ("chosen", {"endpoints": {"PJSIP/102"}}, RINGING, 0, None),
        ("chosen", {"queues": {"sales"}}, RINGING, 0, True),
        ("chosen", {}, None, 0, None),
        ("chosen", {}, None, LATE, False),
    ],
)
def test_policies(policy, chosen, call, age, wanted):
    facts = {"policy": policy, "endpoints": set(), "queues": set()} | chosen
    assert recordings.is_wanted(facts, call, age) is wanted


# -- parts -------------------------------------------------------------------------------------------------------------


def test_a_part_grows_piece_by_piece(tmp_path):
    part = part_file.PartFile(tmp_path / "folder" / "a.part")
    assert part.size == 0
    part.append(b"one")
    part_file.PartFile(part.path).append(b"two")
    assert (part.size, part.path.read_bytes()) == (6, b"onetwo")
    assert part.digests() == (hashlib.sha256(b"onetwo").hexdigest(), hashlib.sha1(b"onetwo").hexdigest())


def test_a_piece_is_kept_whole_or_not_at_all(tmp_path, monkeypatch):
    part = part_file.PartFile(tmp_path / "a.part")
    part.append(b"one")

    class FullDisk:
        def __init__(self, file):
            self.file = file

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

        def write(self, data):
            self.file.write(data[:1])
            self.file.flush()
            raise OSError(errno.ENOSPC, "No space left on device")

    opened = type(part.path).open
    monkeypatch.setattr(type(part.path), "open", lambda path, mode: FullDisk(opened(path, mode)))
    with pytest.raises(part_file.DiskFullError):
        part.append(b"two")
    assert part.size == 3


def test_room_is_left_for_others(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=part_file.RESERVE + 10)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)
    assert part_file.has_room(tmp_path / "not" / "there", 10)
    assert not part_file.has_room(tmp_path, 11)
    with pytest.raises(part_file.DiskFullError):
        part_file.PartFile(tmp_path / "a.part").append(b"x" * 11)


@pytest.mark.parametrize("has_links", [True, False])
def test_a_finished_file_appears_at_once(tmp_path, monkeypatch, has_links):
    if not has_links:
        monkeypatch.setattr("os.link", lambda *_: (_ for _ in ()).throw(OSError(errno.EPERM, "no links here")))
    part = part_file.PartFile(tmp_path / "a.part")
    part.append(b"sound")
    part.publish(tmp_path / "whole")
    part.remove()
    part.remove()
    assert (tmp_path / "whole").read_bytes() == b"sound"
    assert not part.path.exists()


# -- the shape ---------------------------------------------------------------------------------------------------------


def write_wav(path, samples, channels, width=2):
    with wave.open(str(path), "wb") as audio:
        audio.setnchannels(channels)
        audio.setsampwidth(width)
        audio.setframerate(8000)
        audio.writeframes(samples)
    return path


def shape_of(path):
    return [list(base64.b64decode(text)) for text in peaks.of_wav(path)]


def test_each_channel_has_its_shape(tmp_path):
    frames = [(0, 16384), (-32768, 0), (32767, -1)]
    samples = array("h", [value for frame in frames for value in frame])
    assert shape_of(write_wav(tmp_path / "a.wav", samples.tobytes(), 2)) == [[0, 255, 255], [128, 0, 0]]


def test_a_long_file_has_as_many_moments_as_a_short_one(tmp_path):
    loud_end = array("h", bytes(2 * 1_000_003))
    loud_end[-1] = 32767
    (shape,) = shape_of(write_wav(tmp_path / "a.wav", loud_end.tobytes(), 1))
    assert len(shape) <= peaks.BUCKETS
    assert (max(shape[:-1]), shape[-1]) == (0, 255)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"OggS" * 100, b"RIFF\xff\xff\xff\xffWAVEfmt "])
def test_what_is_no_wav_has_no_shape(tmp_path, content):
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    assert peaks.of_wav(path) is None
    assert peaks.of_wav(write_wav(path, bytes(100), 1, width=1)) is None
    assert peaks.of_wav(tmp_path / "nowhere") is None


@pytest.mark.parametrize(
    "value, channels, is_taken",
    [
        (["AP8=", "fwA="], 2, True),
        (["AP8="], 2, False),
        (["AP8=", "fw=="], 2, False),
        (["", ""], 2, False),
        ([base64.b64encode(bytes(501)).decode()], 1, False),
        (["%%%%"], 1, False),
        ([5], 1, False),
        ("AP8=", 1, False),
        (None, 1, False),
    ],
)
def test_shapes_from_outside_are_checked(value, channels, is_taken):
    assert peaks.checked(value, channels) == (value if is_taken else None)
