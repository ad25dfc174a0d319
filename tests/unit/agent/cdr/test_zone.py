"""Times as stores write them become moments, also in the hour that a clock goes through twice."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx_agent.cdr import zone as zones
from pbx_agent.cdr.zone import StoreZone, Twice, epoch_of, nearest, not_before

BERLIN = StoreZone("Europe/Berlin")
UTC = timezone.utc


@pytest.mark.parametrize(
    "text, moment",
    [
        ("2025-11-24 17:00:00", 1764000000),
        ("2025-07-01 12:00:00", 1751364000),
        ("2025-11-24 17:00:00.5", 1764000000.5),
        ("2025-11-24 17:00:00,250000", 1764000000.25),
        ("2025-11-24T16:00:00Z", 1764000000),
        ("2025-11-24 16:00:00+00", 1764000000),
        ("2025-11-24 18:00:00+02:00", 1764000000),
        ("2025-11-24 12:30:00.5-03:30", 1764000000.5),
        (" 2025-11-24 17:00:00 ", 1764000000),
        ("1764000000", 1764000000),
        ("1764000000.250000", 1764000000.25),
        ("2025-03-30 02:30:00", 1743298200),  # left out: the clock went from 02:00 to 03:00
    ],
)
def test_times_as_stores_write_them(text, moment):
    assert BERLIN.read(text) == moment
    assert BERLIN.read(text) == moment  # the hour is remembered now
    assert isinstance(BERLIN.read(text), type(moment))


@pytest.mark.parametrize(
    "text",
    ["", "0000-00-00 00:00:00", "0000-00-00", "1970-01-01 01:00:00", "2025-13-01 00:00:00", "2025-02-30 00:00:00",
     "2025-11-24 25:00:00", "2025-11-24 17:60:00", "yesterday", "12", "99999999999", "-1764000000", "2025-11-24",
     "9999-12-31 23:59:59", "２０２５-11-24 17:00:00", "2025-11-24 17:00:00 Europe/Berlin", "\x00", "infinity"],
)  # fmt: skip
def test_what_is_no_time_is_none(text):
    assert BERLIN.read(text) is None


def test_the_hour_that_comes_twice_is_either_of_two():
    moment = BERLIN.read("2025-10-26 02:30:00")
    assert moment == Twice(1761438600, 1761442200)
    assert BERLIN.read("2025-10-26 02:30:00.5") == Twice(1761438600.5, 1761442200.5)
    assert BERLIN.read("2025-10-26 01:59:59") == 1761436799 and BERLIN.read("2025-10-26 03:00:00") == 1761444000


def test_the_birth_of_the_channel_or_the_duration_decides_which():
    moment = Twice(1000, 4600)
    assert not_before(moment, 999) == 1000 and not_before(moment, 1003) == 4600 and not_before(moment, None) == 1000
    assert nearest(moment, 2000) == 1000 and nearest(moment, 4000) == 4600 and nearest(moment, None) == 1000
    assert nearest(7, 2000) == 7 and not_before(None, 5) is None


def test_zones_whose_clock_does_not_change_by_whole_hours():
    howe = StoreZone("Australia/Lord_Howe")  # half an hour, in the middle of an hour
    for moment in range(1743866000, 1743871500, 61):
        written = datetime.fromtimestamp(moment, ZoneInfo("Australia/Lord_Howe"))
        read = howe.read(f"{written:%Y-%m-%d %H:%M:%S}")
        assert read == moment or moment in read


@settings(max_examples=300)
@given(
    st.integers(800_000_000, 2_000_000_000),
    st.sampled_from(["Europe/Berlin", "America/St_Johns", "UTC", "Asia/Kolkata"]),
)
def test_what_a_pbx_writes_is_what_is_read(moment, name):
    zone = StoreZone(name)
    for _time in range(2):
        read = zone.read(zone.write(moment))
        assert read == moment or moment in read


@settings(max_examples=300)
@given(st.text(max_size=40) | st.from_regex(r"[0-9: T.+-]{0,30}", fullmatch=True))
def test_any_text_is_a_time_or_none(text):
    BERLIN.read(text)
    BERLIN.day_of(text)


def test_days_are_those_of_the_store():
    assert BERLIN.day(1764025199) == "2025-11-24" and BERLIN.day(1764025200) == "2025-11-25"
    assert BERLIN.begin("2025-11-25") == 1764025200 and BERLIN.next_day("2025-12-31") == "2026-01-01"
    assert BERLIN.day_of("2025-11-24 23:59:59") == "2025-11-24" and BERLIN.day_of("1764025200") == "2025-11-25"
    assert BERLIN.day_of("2025-11-24 23:30:00+00") == "2025-11-25"


@pytest.mark.parametrize(
    "uniqueid, epoch",
    [("1764000000.10", 1764000000), ("berlin-1764000000.10", 1764000000), ("mikopbx-1764000000.1_ab", 1764000000),
     ("", None), ("6a1c9e0e-0000-4000-8000-000000000001", None), ("12.10", None), ("1764000000", None)],
)  # fmt: skip
def test_a_uniqueid_tells_when_its_channel_was_made(uniqueid, epoch):
    assert epoch_of(uniqueid) == epoch


def test_a_zone_that_is_none_is_refused_with_words():
    with pytest.raises(ValueError, match="no time zone 'Mars/Olympus'.*names are like Europe/Berlin"):
        StoreZone("Mars/Olympus")
    with pytest.raises(ValueError):
        StoreZone("../../etc/passwd")


def test_without_a_name_it_is_the_machines_zone(monkeypatch, tmp_path):
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    assert StoreZone().name == "Asia/Kolkata"
    monkeypatch.delenv("TZ")
    monkeypatch.setattr(zones, "LOCALTIME", tmp_path / "localtime")
    assert StoreZone().name == "UTC"
    os.symlink("/usr/share/zoneinfo/Europe/Berlin", tmp_path / "localtime")
    assert StoreZone().name == "Europe/Berlin"
    (tmp_path / "localtime").unlink()
    (tmp_path / "localtime").write_bytes(open("/usr/share/zoneinfo/Europe/Madrid", "rb").read())
    assert StoreZone().read("2025-11-24 17:00:00") == 1764000000
    (tmp_path / "timezone").write_text("Europe/Madrid\n")
    assert StoreZone().name == "Europe/Madrid"
