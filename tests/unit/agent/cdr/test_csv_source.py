"""CSV files: read once from end to end, whatever rotation, truncation and packing do to them meanwhile."""

from __future__ import annotations

import gzip
import json
import os

import pytest

from pbx_agent.cdr import csv_files, csv_source, open_source
from pbx_agent.cdr.columns import CDR_CSV, CEL_CSV
from pbx_agent.cdr.settings import Store
from pbx_agent.cdr.source import StoreTrouble
from tests.unit.agent.cdr.records import (
    NOON,
    CsvStore,
    column,
    line,
    read_all,
    record,
    sequences,
    values,
    written,
)


@pytest.fixture
def store(tmp_path):
    return CsvStore(tmp_path)


def kept(cursor):
    """The cursor as it comes back from the disk."""
    return json.loads(json.dumps(cursor))


def test_a_file_from_its_beginning_to_its_end(store):
    store.add(*range(12))
    portion = read_all(store.source())
    assert sequences(portion) == list(range(12)) and not portion.problems and not portion.doubt
    assert portion.where(3) == "Master.csv:4" and values(portion)["start"] == NOON


def test_portions_have_the_wanted_size_and_go_on_after_a_restart(store):
    store.add(*range(1234))
    cursor, found, sizes = None, [], []
    while True:
        portion = store.source().read(kept(cursor), 300)
        cursor = portion.cursor
        found += sequences(portion)
        sizes.append(len(portion.rows))
        if not portion.more:
            break
    assert found == list(range(1234)) and max(sizes) <= 300 and sizes[:4] == [300] * 4


def test_what_is_appended_is_read_next(store):
    source = store.source()
    assert read_all(source).rows == []
    store.add(0)
    portion = read_all(source)
    store.add(1, 2)
    more = read_all(source, portion.cursor)
    assert (sequences(portion), sequences(more)) == ([0], [1, 2])
    assert read_all(source, more.cursor).rows == []


def test_half_a_line_is_waited_for(store):
    source = store.source()
    text = line(record(1))
    store.add(0)
    store.raw(text[:100])
    portion = read_all(source)
    assert sequences(portion) == [0] and sequences(read_all(source, portion.cursor)) == []
    store.raw(text[100:])
    assert sequences(read_all(source, portion.cursor)) == [1]


@pytest.mark.parametrize("restart", [False, True], ids=["running", "restarted"])
@pytest.mark.parametrize("suffix", [".1", ".1.gz", ".1.bz2", ".1.xz", "-20251124", ".0"])
def test_a_rotation_in_the_middle_of_reading(store, suffix, restart):
    store.add(*range(100))
    source = store.source()
    portion = source.read(None, 40)
    store.rotate(suffix)
    store.add(*range(100, 120))
    source = store.source() if restart else source
    cursor = kept(portion.cursor) if restart else portion.cursor
    rest = read_all(source, cursor, 30)
    assert sequences(portion) + sequences(rest) == list(range(120))
    assert not rest.problems and not rest.doubt and rest.where(-1) == "Master.csv:20"


@pytest.mark.parametrize("restart", [False, True], ids=["running", "restarted"])
def test_a_copied_and_truncated_file(store, restart):
    store.add(*range(100))
    source = store.source()
    portion = source.read(None, 40)
    store.copy_and_truncate()
    source = store.source() if restart else source
    rest = read_all(source, kept(portion.cursor) if restart else portion.cursor)
    store.add(100, 101)
    last = read_all(source, rest.cursor)
    assert sequences(portion) + sequences(rest) + sequences(last) == list(range(102))
    assert not rest.doubt and not last.doubt


def test_several_rotations_while_nobody_read(store):
    store.add(*range(10))
    first = read_all(store.source(), None)
    for begin in range(10, 50, 10):
        store.add(begin, begin + 1)
        store.rotate(".1.gz" if begin % 20 else ".1")
        store.add(begin + 2, begin + 3)
    rest = read_all(store.source(), kept(first.cursor))
    expected = [begin + more for begin in range(10, 50, 10) for more in range(4)]
    assert sequences(rest) == expected and not rest.doubt and not rest.problems
    assert sequences(read_all(store.source())) == [*range(10), *expected]  # from the beginning, oldest file first


def test_a_rotated_file_is_read_to_its_end_before_the_new_one_is_there(store):
    store.add(0)
    source = store.source()
    portion = read_all(source)
    store.add(1)
    store.rotate()
    middle = read_all(source, portion.cursor)
    nothing = read_all(source, middle.cursor)
    store.add(2)
    last = read_all(source, nothing.cursor)
    assert [sequences(part) for part in (portion, middle, nothing, last)] == [[0], [1], [], [2]]
    assert [sequences(read_all(store.source(), kept(nothing.cursor)))] == [[2]]


def test_the_last_line_of_a_rotated_file_may_lack_its_end(store):
    store.add(0)
    store.raw(line(record(1)).rstrip("\n"))
    store.rotate()
    store.add(2)
    assert sequences(read_all(store.source())) == [0, 1, 2]
    store.raw(line(record(3))[:60])
    store.rotate()
    store.add(4)
    portion = read_all(store.source())
    assert sequences(portion) == [0, 1, 2, 4] and [problem.where for problem in portion.problems] == ["Master.csv.1:2"]


def test_a_copy_of_a_file_is_not_read_twice(store):
    store.add(*range(20), linkedid="")
    (store.path.parent / "Master.csv.bak").write_bytes(store.path.read_bytes())
    store.add(20, linkedid="")
    (store.path.parent / "Master.csv.old.gz").write_bytes(gzip.compress(store.path.read_bytes()))
    store.rotate(".2")
    rotated = store.path.parent / "Master.csv.2"
    rotated.with_name("Master.csv.3.gz").write_bytes(gzip.compress(rotated.read_bytes()))
    store.add(21, linkedid="")
    assert sequences(read_all(store.source())) == list(range(22))


def test_other_files_beside_it_are_left_alone(store, tmp_path):
    store.add(0)
    for name in ("Simple.csv", "Master.db", "Master.csv.sh", "master.csv.1"):
        (tmp_path / name).write_text("no rows\n" if name.endswith("sh") else line(record(7)))
    (tmp_path / "Master.csv.d").mkdir()
    (tmp_path / "Master.csv.2.gz").write_bytes(b"no archive")
    assert sequences(read_all(store.source())) == [0]


def test_names_that_rotation_gives_with_the_ending_last(store, tmp_path):
    for number, name in enumerate(("Master-20251122.csv.gz", "Master-20251123.csv")):
        text = line(record(number)).encode()
        (tmp_path / name).write_bytes(gzip.compress(text) if name.endswith("gz") else text)
    store.add(2)
    assert sequences(read_all(store.source())) == [0, 1, 2]


def test_a_file_that_was_cut_or_written_anew_is_read_again_in_doubt(store):
    store.add(*range(10))
    source = store.source()
    portion = read_all(source)
    text = store.path.read_text().splitlines(keepends=True)
    store.path.write_text("".join(text[:5]))
    again = read_all(source, portion.cursor)
    assert sequences(again) == list(range(5)) and again.doubt
    assert again.problems[0].why == csv_source.LOST
    store.path.write_text("".join([*text[:4], text[5], *text[5:], line(record(11))]).replace("16:01", "15:01"))
    assert sequences(read_all(source, again.cursor))[-1] == 11


def test_a_truncated_file_that_is_longer_again_before_anybody_looks(store):
    store.add(0, linkedid="", sequence="")
    source = store.source()
    portion = read_all(source)
    store.copy_and_truncate()
    store.add(1, 2, 3, linkedid="", sequence="")
    rest = read_all(source, portion.cursor)
    assert [row[rest.columns.index("uniqueid")] for row in rest.rows] == [record(n)["uniqueid"] for n in (1, 2, 3)]
    assert not rest.doubt and not rest.problems


def test_a_file_that_was_replaced_by_another_one(store):
    store.add(*range(10))
    source = store.source()
    portion = read_all(source)
    store.path.unlink()
    store.add(*range(20, 40))
    rest = read_all(store.source(), kept(portion.cursor))
    assert sequences(rest) == list(range(20, 40)) and rest.doubt
    held = read_all(source, portion.cursor)  # who still held the old one knows that it was read to its end
    assert sequences(held) == list(range(20, 40)) and not held.doubt


def test_a_removed_file_that_is_still_held_is_read_to_its_end(store):
    store.add(*range(100))
    source = store.source()
    portion = source.read(None, 30)
    store.path.unlink()
    rest = read_all(source, portion.cursor, 30)
    store.add(100)
    assert sequences(rest) == list(range(30, 100))
    assert sequences(read_all(source, rest.cursor)) == [100]


def test_an_archive_that_breaks_off_is_told_and_the_next_file_is_read(store):
    store.add(*range(3000))
    packed = store.rotate(".1.gz")
    whole = packed.read_bytes()
    packed.write_bytes(whole[: len(whole) // 2])
    store.add(3000)
    portion = read_all(store.source())
    found = sequences(portion)
    assert 500 < len(found) < 3000 and found[:-1] == list(range(len(found) - 1)) and found[-1] == 3000
    assert any("cannot be unpacked further" in problem.why for problem in portion.problems)


def test_rows_that_are_the_same_are_two_rows_however_they_are_read(store):
    for number in range(3):
        store.add(*[number] * 3, sequence="")
    store.rotate()
    store.add(2, 2, sequence="")
    whole = read_all(store.source()).keys()
    assert len(set(whole)) == 11
    for limit in range(1, 11):
        cursor, keys = None, []
        while True:  # a new reader for each portion, as if it were killed each time
            portion = store.source().read(kept(cursor), limit)
            cursor, keys = portion.cursor, keys + portion.keys()
            if not portion.more:
                break
        assert keys == whole, limit
    day = store.source().day_cursors(["2025-11-24"])[0]
    assert read_all(store.source(), day).keys() == whole


def test_bytes_that_are_no_utf8_become_question_marks_and_the_row_is_kept(store):
    store.raw(line(record(0)).encode().replace(b"Eva Braun", b"Z\xf6\xeb \xff\xfe"))
    store.raw(b"\0" * 4096 + line(record(1)).encode())
    portion = read_all(store.source())
    assert sequences(portion) == [0, 1] and values(portion)["clid"] == '"Z\ufffd\ufffd \ufffd\ufffd" <+493012345678>'


def test_a_megabyte_without_a_line_is_told_and_passed(store):
    store.add(0)
    store.raw(b"\0" * (3 << 20) + b"x" * (2 << 20) + b"\n")
    store.add(1, 2)
    portion = read_all(store.source())
    assert sequences(portion) == [0, 1, 2] and portion.problems
    assert all(len(problem.told()["text"]) <= 300 for problem in portion.problems)


def test_an_order_of_columns_that_is_not_the_files_stops_before_anything_is_lost(store):
    store.add(*range(10))
    wrong = open_source(Store(source="csv", path=str(store.path), columns=("src", "dst", "start"), zone="UTC"))
    with pytest.raises(StoreTrouble, match="no row of .*Master.csv fits the configured columns"):
        wrong.read(None, 100)
    assert "fits the configured columns" in wrong.check()[0]
    assert sequences(read_all(store.source())) == list(range(10)) and store.source().check() == []


def test_later_garbage_stops_nothing(store):
    store.add(0)
    source = store.source()
    portion = read_all(source)
    store.raw("garbage\n" * 50)
    store.add(1)
    rest = read_all(source, portion.cursor)
    assert sequences(rest) == [1] and len(rest.problems) == 50 and rest.problems[0].where == "Master.csv:2"


def test_what_is_not_there_is_told_in_words(tmp_path):
    missing = open_source(Store(source="csv", path=str(tmp_path / "none" / "Master.csv")))
    with pytest.raises(StoreTrouble, match="none does not exist; check path"):
        missing.read(None, 10)
    assert "check path" in missing.check()[0]
    store = CsvStore(tmp_path)
    assert "is not there yet" in store.source().check()[0] and read_all(store.source()).rows == []


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_file_without_the_right_to_read_it(store):
    store.add(0)
    store.path.chmod(0)
    with pytest.raises(StoreTrouble, match="give the agent's user the right"):
        store.source().read(None, 10)


# -- cdr_csv -----------------------------------------------------------------------------------------------------------


def test_asterisks_own_order_with_any_of_its_settings(tmp_path):
    store = CsvStore(tmp_path, [*CDR_CSV, "uniqueid", "userfield"])
    store.add(0, 1)
    store.order = list(CDR_CSV)
    store.add(2)
    store.order = [*CDR_CSV, "uniqueid", "userfield", "peeraccount", "linkedid", "sequence"]
    store.add(3)
    source = open_source(Store(source="csv", path=str(store.path), zone="UTC"))
    portion = read_all(source)
    assert source.check() == [] and not portion.problems
    assert column(portion, "uniqueid") == [f"{NOON}.0", f"{NOON + 10}.1", "", f"{NOON + 30}.3"]
    assert column(portion, "linkedid") == ["", "", "", f"{NOON + 30}.3"] and len(set(portion.keys())) == 4


# -- days --------------------------------------------------------------------------------------------------------------


DAY = 8640  # records, one each ten seconds


def test_the_rows_of_each_day_are_counted_once_over_all_files(store, monkeypatch):
    per_day = {"2025-11-24": 28, "2025-11-25": 30, "2025-11-26": 2}
    store.add(*range(0, 28))
    store.rotate(".2.gz")
    store.add(*range(DAY, DAY + 30))
    store.rotate()
    source = store.source()
    store.add(2 * DAY)
    source.count_days("2025-01-01")
    opened = []
    original = csv_files.open_file
    monkeypatch.setattr(csv_files, "open_file", lambda path: opened.append(path.name) or original(path))
    store.add(2 * DAY + 1)
    store.raw(line(record(2 * DAY + 2))[:50])
    assert source.count_days("2025-01-01") == per_day
    assert set(opened) == {"Master.csv"}  # the others have not changed
    assert source.count_days("2025-11-25") == {day: per_day[day] for day in ("2025-11-25", "2025-11-26")}


def test_some_days_are_read_again(store):
    store.add(*range(0, 5))
    store.rotate()
    store.add(*range(DAY, DAY + 5), *range(2 * DAY, 2 * DAY + 5))
    source = store.source()
    (cursor,) = source.day_cursors(["2025-11-26", "2025-11-24"])
    portion = read_all(source, cursor)
    assert sequences(portion) == [*range(0, 5), *range(2 * DAY, 2 * DAY + 5)]
    whole = read_all(source)
    assert portion.keys() == [row[0] for row in whole.rows if written(row[1])[8:10] != "25"]


def test_channel_events(tmp_path):
    path = tmp_path / "Master.csv"
    event = dict.fromkeys(CEL_CSV, "")
    event.update(eventtype="ANSWER", eventtime="2025-11-24 16:00:00.250", uniqueid="u", linkedid="l", extra='{"a":1}')
    path.write_text(line(event, list(CEL_CSV)) * 2)
    source = open_source(Store(source="csv", path=str(path), zone="UTC", table="cel"), "cel")
    portion = read_all(source)
    assert column(portion, "eventtime") == [1764000000.25] * 2 and len(set(portion.keys())) == 2
    assert column(portion, "extra") == ['{"a":1}'] * 2 and source.check() == []
