"""What a file's name says of a recording, and which names say nothing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx_agent.recordings import names

CONTRACT = Path(__file__).resolve().parents[3] / "contract" / "agent"
UUID = "0b4f6f1e-6a3d-4f0e-9d55-0d4a5d0c1a01"


@pytest.mark.parametrize(
    "layout, path, linkedid, uniqueid",
    [
        ("plain", "2026/01/31/in-1764000000.10.wav", "1764000000.10", ""),
        ("plain", "2026/01/31/out-pbx-1-1764000000.10.wav", "pbx-1-1764000000.10", ""),
        ("plain", f"2026/01/31/out-{UUID}_2.wav", UUID, ""),
        ("freepbx", "2026/01/31/out-0301234-101-20260131-101500-1764000000.10.wav", "1764000000.10", "1764000000.10"),
        ("freepbx", "2026/01/31/q-400-Анна-20260131-101500-1764000000.10.WAV", "1764000000.10", "1764000000.10"),
        ("mikopbx", "2026/01/31/10/miko-1764000000.10_oWgzQFMPRA.mp3", "miko-1764000000.10", "miko-1764000000.10"),
        ("askozia", "2026/01/31/a-101-1764000000.10.wav", "1764000000.10", "1764000000.10"),
        ("askozia", "x/1764000000.10_abc.mp3", "1764000000.10", "1764000000.10"),
    ],
)  # fmt: skip
def test_a_recording_is_known_by_its_name(layout, path, linkedid, uniqueid):
    assert names.named(path, layout) == names.Named(path, linkedid, uniqueid)


def test_a_side_belongs_to_its_recording():
    found = names.named("2026/01/31/in-1764000000.10-rx.wav", "plain")
    assert found == names.Named("2026/01/31/in-1764000000.10.wav", "1764000000.10", "", "-rx")


@pytest.mark.parametrize(
    "path",
    [
        "", "/2026/01/31/in-1.2.wav", "2026/01/31/../in-1.2.wav", "2026/01/./in-1.2.wav", "2026/01/31/in-1.2.mp3",
        "2026/01/31/in-1.2.wav\n", "2026/01/31/in-1.2\x00.wav", "2026/01/31/in-';rm -rf.wav", "2026\\01\\in-1.2.wav",
        "2026/01/31/in-\u202e1.2.wav", "2026/01/31/in-" + "1" * 300 + ".wav", "in-1.2.wav", "2026/01/31/in-.wav",
        "2026/01/31/in-1.2.wav.tmp", "２０２６/01/31/in-1.2.wav", "2026/01/31/in-\udcff.wav", None, 5,
    ],
)  # fmt: skip
@pytest.mark.parametrize("layout", ["plain", "freepbx", "mikopbx", "askozia"])
def test_another_name_is_no_recording(layout, path):
    assert names.named(path, layout) is None


@given(st.text(max_size=60), st.sampled_from(["plain", "freepbx", "mikopbx", "askozia"]))
def test_whatever_the_name_nothing_leads_out_of_the_folder(text, layout):
    for path in (text, f"2026/01/31/in-{text}.wav", f"2026/01/31/x-20260131-101500-{text}1764000000.1.wav"):
        found = names.named(path, layout)
        if found is not None:
            paths = [*names.family(found.file), *names.sides(found.file)]
            assert all(names.is_below(one) and ".." not in one.split("/") for one in paths)


def test_the_key_is_the_contracts():
    item = json.loads((CONTRACT / "recordings.json").read_text("utf-8"))["request"]["items"][0]
    assert names.key_of(item["linkedid"], item["file"]) == item["key"]
    other = hashlib.blake2b(b"a\0b", digest_size=16).hexdigest()
    assert names.key_of("a", "b") == other


def test_what_else_the_pbx_made_of_a_recording_belongs_to_it():
    others = {f"d/x{side}.wav" for side in ("", "-rx", "-tx", "_in", "_out")}
    assert set(names.family("d/x.mp3")) == {"d/x.mp3", *others}


@pytest.mark.parametrize(
    "linkedid, uniqueid, moment",
    [("1764000000.1", "1764000009.2", 1764000009), ("pbx-1764000000.1", "", 1764000000), (UUID, "", 0), ("", "x", 0)],
)
def test_an_id_tells_when_its_channel_began(linkedid, uniqueid, moment):
    assert names.began(linkedid, uniqueid) == moment
