"""A snapshot is checked at the door, so that nothing behind it needs to doubt a value."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from addon_tools import snapshot
from addon_tools.text import clean
from hypothesis import given
from hypothesis import strategies as st

CONTRACT = Path(__file__).resolve().parents[2] / "contract" / "agent"


def example(name: str) -> dict:
    return json.loads((CONTRACT / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("name", sorted(path.stem for path in CONTRACT.glob("call_*.json")))
def test_every_example_passes_unchanged(name):
    given_item = example(name)
    parsed = snapshot.parse(given_item)
    for key, value in given_item.items():
        if key not in ("legs", "caller", "callee", "transfers"):
            assert parsed[key] == (value if value is not None else parsed[key])
    assert [leg["uniqueid"] for leg in parsed["legs"]] == [leg["uniqueid"] for leg in given_item["legs"]]


def test_the_batch_with_bad_items():
    batch = example("batch_with_bad_items")
    for item, status in zip(batch["request"]["items"], batch["statuses"]):
        if status == "ok":
            snapshot.parse(item)
        else:
            with pytest.raises(snapshot.SnapshotError):
                snapshot.parse(item)


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"version": True}, "version"),
        ({"version": 1.5}, "version"),
        ({"version": 2**60}, "version"),
        ({"linkedid": "\x00\n"}, "linkedid"),
        ({"linkedid": 5}, "linkedid"),
        ({"started_at": None}, "started_at"),
        ({"started_at": float("nan")}, "started_at"),
        ({"ended_at": float("inf")}, "ended_at"),
        ({"answered_at": 1e300}, "answered_at"),
        ({"state": "dancing"}, "state"),
        ({"state": None}, "state"),
        ({"direction": ["incoming"]}, "direction"),
        ({"caller": "+49"}, "caller"),
        ({"legs": {}}, "legs"),
        ({"legs": [1]}, r"legs\[0\]"),
        ({"legs": [{"uniqueid": "x", "state": "?"}]}, r"legs\[0\].state"),
        ({"transfers": ["x"]}, r"transfers\[0\]"),
    ],
)
def test_a_wrong_fact_is_named(changes, words):
    with pytest.raises(snapshot.SnapshotError, match=words):
        snapshot.parse(example("call_ringing") | changes)


def test_too_much_is_left_out_from_the_middle():
    leg = example("call_ringing")["legs"][0]
    legs = [leg | {"uniqueid": str(number)} for number in range(100)]
    parsed = snapshot.parse(example("call_ringing") | {"legs": legs, "linkedids": [str(n) for n in range(50)]})
    kept = [leg["uniqueid"] for leg in parsed["legs"]]
    assert (len(kept), kept[0], kept[29], kept[30], kept[-1]) == (60, "0", "29", "70", "99")
    assert len(parsed["linkedids"]) == 21
    assert parsed["linkedids"][0] == parsed["linkedid"]


def test_long_text_is_cut_and_unknown_keys_are_ignored():
    item = example("call_ringing") | {"queue": "q" * 999, "of the future": 1}
    item["caller"] = {"number": "1" * 99, "name": None, "endpoint": None, "new": 1}
    parsed = snapshot.parse(item)
    assert (len(parsed["queue"]), len(parsed["caller"]["number"]), parsed["caller"]["name"]) == (80, 40, "")
    assert "of the future" not in parsed


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(example("call_ringing"))), inner),
    max_leaves=20,
)


@given(st.sampled_from(sorted(example("call_ringing"))), JSON)
def test_any_value_anywhere_is_taken_or_refused_never_a_crash(key, value):
    try:
        parsed = snapshot.parse(example("call_ringing") | {key: value})
    except snapshot.SnapshotError:
        return
    json.dumps(parsed, ensure_ascii=False).encode("utf-8")


@given(st.text(max_size=300), st.integers(1, 100))
def test_clean_text_is_short_and_printable(text, length):
    cleaned = clean(text, length)
    assert len(cleaned) <= length
    assert not any(c in cleaned for c in "\r\n\x00\u202e\u2028")
    cleaned.encode("utf-8")
    assert clean(cleaned, length) == cleaned


def test_names_of_the_world_stay_whole():
    for name in ("Иванов", "José", "می‌خواهم", "山田", "👩‍👧", "O'Brien <x>"):
        assert clean(name, 80) == name
