"""Lines of CSV files: whatever a caller's name, a power cut or a full disk left there is read, or told."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx_agent.cdr.cdr_rows import CdrRows
from pbx_agent.cdr.columns import CDR_CSV
from pbx_agent.cdr.csv_lines import EMPTY, UNFIT, CsvLines
from pbx_agent.cdr.zone import StoreZone
from tests.unit.agent.cdr.records import ORDER, line, record

UTC = StoreZone("UTC")


def reader(order=ORDER):
    return CsvLines(order, lambda names: CdrRows(names, UTC))


def read(text, order=ORDER, is_end=True):
    """(sequences or uniqueids of the rows, why of the problems, lines used)"""
    groups, problems, used = reader(order).read(text, "Master.csv", 1, is_end)
    rows = [dict(zip(group.shaper.names, row)) for group in groups for row in group.fields]
    return [row.get("sequence") or row.get("uniqueid") for row in rows], [problem.why for problem in problems], used


def test_whole_lines():
    text = "".join(line(record(number)) for number in range(3))
    assert read(text) == (["0", "1", "2"], [], 3)
    groups, _problems, _used = reader().read(text, "Master.csv", 41, False)
    assert list(groups[0].numbers) == [41, 42, 43]


@pytest.mark.parametrize(
    "name", ['O"Neil', '"', 'a","b', "Zoë", "semi;colon", "'", "\\", "tab\there", "\u2028", "\x0b\x1c\x85"]
)
def test_names_of_callers_that_look_like_csv(name):
    text = line(record(0, clid=f'"{name}" <1>')) + line(record(1))
    groups, problems, used = reader().read(text, "Master.csv", 1, False)
    assert not problems and used == 2
    assert groups[0].fields[0][ORDER.index("clid")] == f'"{name}" <1>'


def test_a_name_that_asterisk_did_not_quote():
    """The example of cdr_custom.conf of old: "${CDR(clid)}"."""
    text = line(record(0)).replace('"""Eva Braun"" <+493012345678>"', '""Eva Braun" <+493012345678>"')
    assert text.count('""Eva') == 1
    assert read(text + line(record(1)))[:2] == (["0", "1"], [])


def test_a_row_over_several_lines():
    text = line(record(0)) + line(record(1, userfield='one\ntwo\r\n"three"')) + line(record(2))
    groups, problems, used = reader().read(text, "Master.csv", 1, False)
    rows = [row for group in groups for row in group.fields]
    assert not problems and used == 5 and [row[ORDER.index("sequence")] for row in rows] == ["0", "1", "2"]
    assert rows[1][ORDER.index("userfield")] == 'one\ntwo\r\n"three"'
    assert [number for group in groups for number in group.numbers] == [1, 2, 5]


def test_a_row_that_may_go_on_is_waited_for():
    begin, end = line(record(1, userfield="one\ntwo")).split("\n", 1)
    text = line(record(0)) + begin + "\n"
    assert read(text, is_end=False) == (["0"], [], 1)
    assert read(text + end, is_end=False) == (["0", "1"], [], 3)
    assert read(text, is_end=True) == (["0"], [UNFIT], 2)


def test_a_quote_that_is_never_closed_swallows_nothing():
    broken = line(record(1)).replace('"Dial"', '"Dial')
    text = line(record(0)) + broken + "".join(line(record(number)) for number in range(2, 40))
    rows, problems, used = read(text)
    assert rows == ["0", *(str(number) for number in range(2, 40))] and problems == [UNFIT] and used == 40


def test_a_whole_row_behind_half_a_one_is_found():
    """The disk was full, or Asterisk was killed while it wrote; the next row went into the same line."""
    for cut in range(4, len(line(record(1))) - 1, 3):
        half = line(record(1))[:cut]
        rows, problems, _used = read(line(record(0)) + half + line(record(2)) + line(record(3)))
        assert rows[0] == "0" and rows[-2:] == ["2", "3"], half
        assert len(problems) == 1 or "1" in rows, half  # the half one is told, unless only its last quote is missing


def test_empty_rows_are_skipped_and_told_once():
    empty = line(dict.fromkeys(ORDER, ""))
    lines = reader()
    told = []
    for _time in range(3):
        groups, problems, used = lines.read(empty + line(record(0)) + empty + "\n  \n", "Master.csv", 1, False)
        told += [(problem.where, problem.why) for problem in problems]
        assert used == 5 and [len(group.fields) for group in groups] == [1]
    assert told == [("Master.csv:1", EMPTY)]


def test_zeros_of_a_file_system_after_a_power_cut():
    assert read("\0" * 5000 + line(record(0)) + line(record(1))) == (["0", "1"], [], 2)
    assert read("\0" * 5000 + "\n" + line(record(1))) == (["1"], [], 2)


def test_a_row_of_another_width_is_taken_when_its_times_are_where_they_should_be():
    shorter = line(record(1), ORDER[:-1])
    longer = line({**record(2), "more": "further"}, [*ORDER, "more"])
    rows, problems, _used = read(line(record(0)) + shorter + longer)
    assert rows == ["0", "1", "2"] and not problems
    group = reader().read(longer, "Master.csv", 1, True)[0][0]
    assert dict(zip(group.shaper.names, group.fields[0]))[f"column{len(ORDER) + 1}"] == "further"


@pytest.mark.parametrize("text", ["start,answer,end\n", "a\n", '"2025-11-24 16:00:00","x"\n', "x" * 9000 + "\n"])
def test_what_is_no_row_is_told(text):
    rows, problems, used = read(text + line(record(1)))
    assert rows == ["1"] and problems == [UNFIT] and used == 2


def test_rows_of_cdr_csv_may_change_their_width():
    order = list(CDR_CSV)
    widths = [order, [*order, "uniqueid"], [*order, "uniqueid", "userfield"], [*order, "userfield"]]
    widths.append([*order, "uniqueid", "userfield", "peeraccount", "linkedid", "sequence"])
    text = "".join(
        line(record(number, userfield="note"), names) for number, names in enumerate(widths) for _time in (1, 2)
    )
    groups, problems, used = reader(()).read(text, "Master.csv", 1, False)
    assert not problems and used == 10
    assert [group.shaper.names for group in groups] == [tuple(names) for names in widths]


@settings(max_examples=400)
@given(st.text(st.sampled_from('a",\n\r;\0 1é"'), max_size=60), st.booleans())
def test_any_text_is_read_to_its_end(text, is_end):
    groups, _problems, used = reader().read(text, "Master.csv", 1, is_end)
    count = text.count("\n") + (not text.endswith("\n") and text != "")
    assert used <= count and (used == count or not is_end)
    assert sum(len(group.fields) for group in groups) <= used


@settings(max_examples=200)
@given(st.lists(st.text(st.sampled_from('ab",\né '), max_size=12), min_size=1, max_size=12), st.integers(1, 12))
def test_whatever_asterisk_quotes_is_read_as_it_was(names, at_a_time):
    """Also when lines come a few at a time: the same rows, whatever the cuts."""
    text = "".join(line(record(number, userfield=name)) for number, name in enumerate(names))
    lines, rest, found = reader(), text.split("\n")[:-1], []
    taken = at_a_time
    while rest:
        groups, problems, used = lines.read(
            "".join(part + "\n" for part in rest[:taken]), "Master.csv", 1, taken >= len(rest)
        )
        assert not problems
        found += [row for group in groups for row in group.fields]
        rest, taken = (rest[used:], at_a_time) if used else (rest, taken + 1)
    assert [row[ORDER.index("userfield")] for row in found] == names
