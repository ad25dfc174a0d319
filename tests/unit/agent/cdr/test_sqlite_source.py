"""SQLite files: read by their rowid, in steps so small that Asterisk's own writing never waits for them."""

from __future__ import annotations

import json
import sqlite3
import threading
import time

import pytest

from pbx_agent.cdr import open_source, sqlite_source
from pbx_agent.cdr.settings import Store
from pbx_agent.cdr.source import StoreTrouble
from tests.unit.agent.cdr.records import NOON, column, read_all, record, sequences, values

CUSTOM = (
    "calldate clid dcontext channel dstchannel lastapp lastdata duration billsec disposition amaflags accountcode"
    " uniqueid userfield linkedid sequence"
).split()
MIKOPBX = (
    "start TEXT, answer TEXT, endtime TEXT, src_chan TEXT, src_num TEXT, dst_chan TEXT, dst_num TEXT, linkedid TEXT,"
    " did TEXT, disposition TEXT, recordingfile TEXT, duration INTEGER, billsec INTEGER, work_completed INTEGER,"
    " UNIQUEID TEXT"
)


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


class Table:
    """A file with the table that cdr_sqlite3_custom makes; each row is committed as the module does."""

    def __init__(self, path, names=CUSTOM, table="cdr"):
        self.path, self.names, self.table = path, names, table
        self.database = sqlite3.connect(path, isolation_level=None)
        self.database.execute("PRAGMA synchronous=OFF")
        if names:
            columns = ", ".join(map(quoted, names))
            self.database.execute(f"CREATE TABLE {table} (AcctId INTEGER PRIMARY KEY, {columns})")

    def add(self, *numbers, **more):
        self.database.execute("BEGIN")
        for number in numbers:
            row = {**record(number, **more), "calldate": record(number, **more)["start"]}
            marks, names = ", ".join("?" * len(self.names)), ", ".join(f'"{name}"' for name in self.names)
            self.database.execute(
                f"INSERT INTO {self.table} ({names}) VALUES ({marks})", [row[name] for name in self.names]
            )
        self.database.execute("COMMIT")

    def source(self, **settings):
        return open_source(
            Store(**{"source": "sqlite", "path": str(self.path), "table": self.table, "zone": "UTC", **settings})
        )


@pytest.fixture
def table(tmp_path):
    return Table(tmp_path / "master.db")


def kept(cursor):
    return json.loads(json.dumps(cursor))


def test_a_table_from_its_beginning_to_its_end(table):
    table.add(5, 3, 9)
    source = table.source()
    portion = read_all(source)
    assert source.check() == [] and sequences(portion) == [5, 3, 9] and portion.where(1) == "cdr, row 2"
    told = values(portion)
    assert (told["start"], told["duration"], told["extra"]) == (NOON + 50, 67, {"AcctId": "1"})
    assert source.again(portion.cursor) == portion.cursor


def test_portions_and_restarts_in_the_middle(table):
    table.add(*range(1234))
    cursor, found = None, []
    while True:  # a new reader for each portion, as if it were killed each time
        portion = table.source().read(kept(cursor), 100)
        cursor, found = portion.cursor, found + sequences(portion)
        assert len(portion.rows) <= 100
        if not portion.more:
            break
    assert found == list(range(1234))
    table.add(1234)
    assert sequences(read_all(table.source(), kept(cursor))) == [1234]


def test_the_primary_key_tells_rows_apart_where_there_is_no_sequence(tmp_path):
    table = Table(tmp_path / "cdr.db", None, "cdr_general")
    table.database.execute(f"CREATE TABLE cdr_general (id INTEGER PRIMARY KEY AUTOINCREMENT, {MIKOPBX})")
    for number in range(2):
        table.database.execute(
            "INSERT INTO cdr_general (start, linkedid, UNIQUEID, disposition, recordingfile, work_completed)"
            " VALUES ('2025-11-24 16:00:00.125', 'mikopbx-1764000000.1', 'mikopbx-1764000000.1', 'ANSWERED', ?, 1)",
            [f"/storage/{number}.wav"],
        )
    source = table.source()
    portion = read_all(source)
    assert sequences(portion) == [1, 2] and column(portion, "start") == [NOON + 0.125] * 2
    table.database.execute("UPDATE cdr_general SET recordingfile = '/storage/0.mp3' WHERE id = 1")
    assert read_all(source).keys() == portion.keys()  # the same row, though it changed
    assert read_all(source, portion.cursor).rows == [] and not read_all(table.source(), kept(portion.cursor)).doubt


def test_old_rows_that_the_pbx_throws_away_are_no_reason_to_begin_again(table):
    table.add(*range(10))
    portion = read_all(table.source())
    table.database.execute("DELETE FROM cdr WHERE AcctId <= 9")
    table.add(10)
    rest = read_all(table.source(), kept(portion.cursor))
    assert sequences(rest) == [10] and not rest.doubt


@pytest.mark.parametrize("restart", [False, True], ids=["running", "restarted"])
def test_a_table_that_was_emptied_is_read_again_in_doubt(table, restart):
    table.add(*range(10))
    source = table.source()
    portion = read_all(source)
    table.database.execute("DELETE FROM cdr")
    table.add(*range(20, 40))
    rest = read_all(table.source() if restart else source, kept(portion.cursor) if restart else portion.cursor)
    assert sequences(rest) == list(range(20, 40)) and rest.doubt and "emptied" in rest.problems[0].why


def test_bytes_that_are_no_utf8(table):
    table.add(0)
    table.add(1)
    table.database.execute("UPDATE cdr SET clid = CAST(X'5AF6EB' AS TEXT) WHERE AcctId = 1")
    portion = read_all(table.source())
    assert column(portion, "clid")[0] == "Z\ufffd\ufffd" and sequences(portion) == [0, 1]


def test_values_of_any_type_are_texts(table):
    table.add(0)
    table.database.execute("UPDATE cdr SET duration = 67.5, billsec = 60, clid = NULL, userfield = X'4142'")
    told = values(read_all(table.source()))
    assert (told["duration"], told["billsec"], told["clid"], told["userfield"]) == (67.5, 60, "", "AB")


def test_days_are_counted_and_read_again(table):
    day = 8640
    table.add(*range(5), *range(day, day + 7))
    source = table.source()
    assert source.count_days("2025-01-01") == {"2025-11-24": 5, "2025-11-25": 7}
    table.add(1, 2 * day)  # the second one is a call of the first day, late
    assert source.count_days("2025-11-25") == {"2025-11-25": 7, "2025-11-26": 1}
    assert source.count_days("2025-01-01")["2025-11-24"] == 6
    (cursor,) = source.day_cursors(["2025-11-24"])
    portion = read_all(source, cursor, 3)
    assert sequences(portion) == [0, 1, 2, 3, 4, 1]
    table.database.execute("DELETE FROM cdr")
    table.add(3)
    assert source.count_days("2025-01-01") == {"2025-11-24": 1}


def test_a_locked_file_is_told_and_read_later(table, monkeypatch):
    monkeypatch.setattr(sqlite_source, "LOCKED_SECONDS", 0.05)
    table.add(0)
    source = table.source()
    table.database.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreTrouble, match="locked by another program"):
        source.read(None, 10)
    table.database.execute("COMMIT")
    assert sequences(read_all(source)) == [0]


def test_asterisk_never_waits_long_for_us(table):
    """Its module throws a row away after a second of waiting. 20,000 rows are read here while it writes."""
    table.add(*range(20_000), clid="x" * 80)
    waits, stop = [], threading.Event()

    def write():
        own = sqlite3.connect(table.path, timeout=1.0, isolation_level=None)
        own.execute("PRAGMA synchronous=OFF")
        while not stop.is_set():
            began = time.monotonic()
            own.execute("INSERT INTO cdr (calldate) VALUES ('2025-11-24 16:00:00')")
            waits.append(time.monotonic() - began)
            stop.wait(0.01)
        own.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        source = table.source()
        portion = read_all(source)
        source.count_days("2025-01-01")
        read_all(source, source.day_cursors(["2025-11-25"])[0])
    finally:
        stop.set()
        writer.join()
    assert len(portion.rows) >= 20_000 and len(waits) > 10 and max(waits) < 0.5


def test_nothing_can_be_written(table):
    table.add(0)
    source = table.source()
    read_all(source)
    with pytest.raises(StoreTrouble, match="readonly"):
        source._run("DELETE FROM cdr", ())


def test_a_file_in_wal_mode(table):
    table.database.execute("PRAGMA journal_mode=WAL")
    table.add(0)
    assert sequences(read_all(table.source())) == [0]


def test_what_is_wrong_is_told_in_words(table, tmp_path):
    assert table.source(table="cdrs").check() == [f"{table.path} has no table cdrs; it has: cdr"]
    assert "does not exist" in table.source(path=str(tmp_path / "other.db")).check()[0]
    (tmp_path / "text.db").write_text("this is no database, but it is long enough to be looked at " * 20)
    assert "cannot be read: file is not a database" in table.source(path=str(tmp_path / "text.db")).check()[0]
    table.database.execute("CREATE TABLE other (a, b)")
    assert "no column for the start of a call" in table.source(table="other").check()[0]
    table.database.execute("CREATE VIEW calls AS SELECT * FROM cdr")
    assert "has no table calls" in table.source(table="calls").check()[0]


def test_names_of_tables_and_columns_are_only_names(tmp_path):
    table = Table(tmp_path / 'a?b%20#c".db', ['we"ird', "drop table", "start", "uniqueid", "rowid"])
    table.database.execute("INSERT INTO cdr (\"start\", rowid, \"drop table\") VALUES ('2025-11-24 16:00:00', 7, 'x')")
    portion = read_all(table.source())
    assert column(portion, "start") == [NOON] and values(portion)["extra"]["drop table"] == "x"


def test_an_empty_row_is_skipped_and_told_once(tmp_path):
    table = Table(tmp_path / "bare.db", None)
    table.database.execute("CREATE TABLE cdr (start, src)")
    table.database.execute("INSERT INTO cdr VALUES ('', NULL), ('2025-11-24 16:00:00', '1'), ('', '')")
    source = table.source()
    portion = read_all(source)
    assert column(portion, "src") == ["1"] and [problem.why for problem in portion.problems] == [sqlite_source.EMPTY]
    table.database.execute("INSERT INTO cdr VALUES ('2025-11-24 16:00:00', '1')")
    assert len(set(read_all(source).keys())) == 2
