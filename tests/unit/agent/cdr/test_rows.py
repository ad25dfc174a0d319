"""Rows of stores become rows of the wire: the contract's columns, whatever names a PBX has for them."""

from __future__ import annotations

import json
from hashlib import blake2b
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx_agent.cdr.cdr_rows import CdrRows
from pbx_agent.cdr.columns import CDR, CDR_CSV, CEL, cdr_csv_names
from pbx_agent.cdr.keys import Ordinals
from pbx_agent.cdr.zone import StoreZone
from tests.unit.agent.cdr.records import ORDER, record, written

CONTRACT = Path(__file__).resolve().parents[3] / "contract" / "agent"
BERLIN, UTC = StoreZone("Europe/Berlin"), StoreZone("UTC")
FREEPBX = (
    "calldate clid src dst dcontext channel dstchannel lastapp lastdata duration billsec disposition amaflags"
    " accountcode uniqueid userfield did recordingfile cnum cnam outbound_cnum outbound_cnam dst_cnam linkedid"
    " peeraccount sequence"
).split()
MIKOPBX = (
    "id start answer endtime src_chan src_num dst_chan dst_num linkedid did disposition recordingfile from_account"
    " to_account dialstatus appname transfer is_app duration billsec work_completed UNIQUEID"
).split()
YEASTAR = (
    "datetime clid src dst dcontext srctrunk dstrunk lastapp lastdata duration billable disposition amaflags calltype"
    " accountcode uniqueid recordfile recordpath didnumber"
).split()


def shape(names, row, zone=UTC, make=CdrRows):
    """One row of a store with these columns, by the names of the wire."""
    told = make(names, zone).shape([[row.get(name, "") for name in names]], [0], Ordinals(0))
    return dict(zip(make.columns, told[0]))


def test_the_columns_are_those_of_the_contract():
    for name, columns in (("cdr_rows", CDR), ("cel_rows", CEL)):
        assert list(columns) == json.loads((CONTRACT / f"{name}.json").read_text("utf-8"))["request"]["columns"]


def test_a_row_of_cdr_custom():
    told = shape(ORDER, record(1))
    assert told == {
        "key": blake2b(b"s\x001764000010.1\x001764000010.1\x001", digest_size=16).hexdigest(),
        "start": 1764000010, "answer": 1764000017, "end": 1764000077, "clid": '"Eva Braun" <+493012345678>',
        "src": "+493012345678", "dst": "101", "dcontext": "from-carrier", "channel": "PJSIP/carrier-00000001",
        "dstchannel": "PJSIP/101-00000001", "lastapp": "Dial", "lastdata": "PJSIP/101,20,tTkK", "duration": 67,
        "billsec": 60, "disposition": "ANSWERED", "amaflags": "DOCUMENTATION", "accountcode": "", "peeraccount": "",
        "userfield": "", "uniqueid": "1764000010.1", "linkedid": "1764000010.1", "sequence": 1, "did": "",
        "recordingfile": "in-1764000010.1.wav", "extra": None,
    }  # fmt: skip


def test_freepbx():
    row = {
        **record(1),
        "calldate": "2025-11-24 17:00:10",
        "did": "+493055570100",
        "cnum": "+4930",
        "cnam": "Eva",
        "dst_cnam": "",
    }
    told = shape(FREEPBX, row, BERLIN)
    assert (told["start"], told["answer"], told["end"]) == (1764000010, None, None)
    assert (told["did"], told["sequence"], told["extra"]) == ("+493055570100", 1, {"cnum": "+4930", "cnam": "Eva"})


def test_mikopbx():
    row = {
        "id": "7", "start": "2025-11-24 17:00:10.250", "answer": "2025-11-24 17:00:17.250",
        "endtime": "2025-11-24 17:01:17.5", "src_chan": "PJSIP/1-1", "src_num": "+4930", "dst_chan": "PJSIP/2-2",
        "dst_num": "201", "linkedid": "mikopbx-1764000010.1", "UNIQUEID": "mikopbx-1764000010.1_xYz",
        "disposition": "NOANSWER", "duration": "67", "billsec": "60", "appname": "app", "from_account": "SIP-1",
        "is_app": "0", "work_completed": "1",
    }  # fmt: skip
    told = shape(MIKOPBX, row, BERLIN)
    assert (told["start"], told["answer"], told["end"]) == (1764000010.25, 1764000017.25, 1764000077.5)
    assert (told["src"], told["dst"], told["channel"], told["dstchannel"]) == ("+4930", "201", "PJSIP/1-1", "PJSIP/2-2")
    assert (told["uniqueid"], told["lastapp"], told["disposition"]) == ("mikopbx-1764000010.1_xYz", "app", "NO ANSWER")
    assert told["extra"] == {"id": "7", "from_account": "SIP-1", "is_app": "0", "work_completed": "1"}


def test_yeastar():
    row = {
        "datetime": "2025-11-24 17:00:10",
        "billable": "60",
        "recordfile": "a.wav",
        "didnumber": "+49",
        "calltype": "Inbound",
    }
    told = shape(YEASTAR, row, BERLIN)
    assert (told["start"], told["billsec"], told["recordingfile"], told["did"]) == (1764000010, 60, "a.wav", "+49")
    assert told["extra"] == {"calltype": "Inbound"}


def test_calldate_beside_start_is_kept_as_a_further_column():
    told = shape(["calldate", "start", "uniqueid"], {"calldate": "2025-11-24 16:00:01", "start": "2025-11-24 16:00:00"})
    assert told["start"] == 1764000000 and told["extra"] == {"calldate": "2025-11-24 16:00:01"}


@pytest.mark.parametrize(
    "width, uniqueid, last",
    [(16, False, "amaflags"), (17, True, "uniqueid"), (17, False, "userfield"), (18, True, "userfield"),
     (19, False, "sequence"), (20, True, "sequence"), (21, True, "sequence")],
)  # fmt: skip
def test_cdr_csv_has_more_columns_by_its_settings(width, uniqueid, last):
    names = cdr_csv_names(width, uniqueid)
    assert len(names) == width and names[:16] == CDR_CSV and names[-1] == last
    assert ("uniqueid" in names) == uniqueid


def test_other_widths_are_no_rows_of_cdr_csv():
    assert [width for width in range(40) if cdr_csv_names(width, True)] == [16, 17, 18, 19, 20, 21]


def test_numbers_are_numbers_or_null():
    told = shape(ORDER, record(1, duration="1.5", billsec="soon", sequence="0007"))
    assert (told["duration"], told["billsec"], told["sequence"]) == (1.5, None, 7)
    for bad in ("", "-", "1e400", "١٢", "9" * 400, "0x10", "nan", "1_000", "+1"):
        assert shape(ORDER, record(1, billsec=bad))["billsec"] is None, bad


@pytest.mark.parametrize(
    "text, word", [("8", "ANSWERED"), ("4", "BUSY"), ("0", "NO ANSWER"), ("NOANSWER", "NO ANSWER")]
)
def test_a_disposition_that_is_a_number_is_told_in_words(text, word):
    assert shape(ORDER, record(1, disposition=text))["disposition"] == word


def test_a_row_without_a_start_takes_it_from_the_uniqueid():
    for empty in ("", "0000-00-00 00:00:00", "1970-01-01 00:00:00"):
        told = shape(ORDER, record(1, start=empty, answer=empty, end=empty))
        assert (told["start"], told["answer"], told["end"]) == (1764000010, None, None)
    assert shape(ORDER, record(1, start="", uniqueid="", linkedid=""))["start"] is None


def test_in_the_hour_that_comes_twice_the_uniqueid_and_the_durations_decide():
    first, second = 1761438600, 1761442200
    row = {"start": "2025-10-26 02:30:00", "answer": "2025-10-26 02:30:10", "end": "2025-10-26 02:31:00"}
    for born in (first, second):
        told = shape(ORDER, record(1, **row, uniqueid=f"{born}.5", duration="60", billsec="50"), BERLIN)
        assert (told["start"], told["answer"], told["end"]) == (born, born + 10, born + 60)
    over = {**row, "end": "2025-10-26 02:10:00"}  # 40 minutes later the clock shows less
    told = shape(ORDER, record(1, **over, uniqueid=f"{first}.5", duration="2400", billsec="2390"), BERLIN)
    assert (told["start"], told["answer"], told["end"]) == (first, first + 10, first + 2400)
    told = shape(ORDER, record(1, **over, uniqueid="no-epoch", duration="", billsec=""), BERLIN)
    assert (told["start"], told["end"]) == (first, first + 2400)


# -- keys ------------------------------------------------------------------------------------------------------------


def keys(rows, places=None, names=ORDER, window=500, ordinals=None):
    texts = [[row.get(name, "") for name in names] for row in rows]
    return [
        told[0] for told in CdrRows(names, UTC).shape(texts, places or range(len(rows)), ordinals or Ordinals(window))
    ]


def test_the_key_is_the_identity_where_the_store_has_it_all():
    assert keys([record(1)]) == keys([record(1, clid="another", billsec="1")])
    assert len(set(keys([record(1), record(1, sequence=2), record(2, sequence=1), record(1, linkedid="x")]))) == 4


@pytest.mark.parametrize("missing", ["linkedid", "uniqueid", "sequence"])
def test_otherwise_the_key_is_the_content_and_an_ordinal(missing):
    row = record(1, **{missing: ""})
    content = "\0".join(row[name] for name in ORDER)
    expected = [blake2b(f"c\0{content}\0{n}".encode(), digest_size=16).hexdigest() for n in range(3)]
    assert keys([row, row, row]) == expected
    names = [name for name in ORDER if name != missing]
    assert keys([row], names=names) == [
        blake2b(("c\0" + "\0".join(row[n] for n in names) + "\x000").encode(), digest_size=16).hexdigest()
    ]


def test_a_column_that_is_added_later_and_empty_makes_no_new_rows():
    old = record(1, linkedid="")
    assert keys([old]) == keys([{**old, "peeraccount2": ""}], names=[*ORDER, "peeraccount2"])


def test_what_is_the_same_and_far_away_is_the_same_row_again():
    row = record(1, linkedid="")
    near = keys([row, row], [10, 510])
    assert len(set(near)) == 2
    assert len(set(keys([row, row], [10, 511]))) == 1


@settings(max_examples=200)
@given(st.lists(st.integers(0, 3), max_size=60), st.integers(0, 60))
def test_ordinals_go_on_where_they_were_kept(content, cut):
    """Whatever is kept with a cursor in the middle: the numbers are those of reading in one go."""
    whole, first = Ordinals(7), Ordinals(7)
    expected = [whole.of(str(number), place * 2) for place, number in enumerate(content)]
    before = [first.of(str(number), place * 2) for place, number in enumerate(content[:cut])]
    kept, second = first.dump(), Ordinals(7)
    first.of("0", cut * 2)  # reading went on before it was written
    second.load(json.loads(json.dumps(kept)))
    after = [second.of(str(number), (cut + place) * 2) for place, number in enumerate(content[cut:])]
    assert before + after == expected


@pytest.mark.parametrize(
    "kept", [None, 5, {}, {"since": "x"}, {"since": 1, "recent": [], "older": {}}, {"since": 1, "recent": {"a": 5}}]
)
def test_ordinals_that_cannot_be_understood_are_none(kept):
    ordinals = Ordinals(5)
    ordinals.load(kept)
    assert ordinals.of("a", 1) == 0


# -- hostile texts -----------------------------------------------------------------------------------------------------


def test_control_characters_and_kilobytes_do_not_travel():
    told = shape(ORDER, record(1, clid="A\x1b[31m\r\nB\x00\u202e" + "x" * 5000, lastdata="y" * 5000, dst="\x07"))
    assert told["clid"] == "A[31mB" + "x" * (255 - 6) and told["dst"] == "" and len(told["lastdata"]) == 1000
    assert shape(ORDER, record(1, clid="Zoë\u00a0Ünal Анна 張"))["clid"] == "Zoë\u00a0Ünal Анна 張"


def test_further_columns_are_cut_to_four_kilobytes():
    names = [*ORDER, *(f"more{number}" for number in range(40))]
    told = shape(names, {**record(1), **{name: "z" * 300 for name in names[len(ORDER) :]}})
    assert 3500 < sum(len(name) + len(value) for name, value in told["extra"].items()) <= 4000


def test_the_key_is_that_of_the_content_as_read():
    assert keys([record(1, linkedid="", clid="A" * 300)]) != keys([record(1, linkedid="", clid="A" * 301)])


#: The second is in the hour that comes twice in Berlin.
TIMES = st.sampled_from(("2025-11-24 16:00:00", "2025-10-26 02:30:00", "", "yesterday")) | st.text(max_size=20)


@settings(max_examples=300)
@given(st.lists(st.lists(st.text(max_size=30), min_size=len(ORDER), max_size=len(ORDER)), max_size=4))
def test_any_texts_make_rows(rows):
    told = CdrRows(ORDER, BERLIN).shape(rows, range(len(rows)), Ordinals(500))
    assert len(told) == len(rows)
    json.dumps(told).encode()
    assert all(len(row) == len(CDR) and (row[1] is None or row[1] > 0) for row in told)


@settings(max_examples=300)
@given(
    st.lists(
        st.builds(
            record, st.integers(0, 99), start=TIMES, end=TIMES, linkedid=st.sampled_from(("", "1764000000.1", "\0"))
        ),
        max_size=4,
    ),
    st.sampled_from((UTC, BERLIN)),
)
def test_a_brief_row_has_the_key_and_the_times_of_the_whole_one(records, zone):
    rows = [[row.get(name, "") for name in ORDER] for row in records]
    whole, brief = (CdrRows(ORDER, zone).shape(rows, range(len(rows)), Ordinals(500), is_brief) for is_brief in (0, 1))
    assert [(row[0], row[1], row[3]) for row in brief] == [(row[0], row[1], row[3]) for row in whole]


def test_written_times_of_these_tests_are_utc():
    assert written(1764000000) == "2025-11-24 16:00:00"
