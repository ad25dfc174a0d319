"""PostgreSQL and MariaDB: rows that are committed late or carry an older date are not skipped; nothing is written."""

from __future__ import annotations

import json
import time

import pytest

from pbx_agent.cdr import mysql, postgresql, sql_source
from pbx_agent.cdr.dialect import Lost
from pbx_agent.cdr.source import StoreTrouble
from tests.unit.agent.cdr.records import NOON, column, read_all, sequences, values, written


def again(source, cursor, since=None):
    """What a further look gives: its sequences, and the cursor after it."""
    begin = source.again(cursor, since)
    if begin is None:
        return None, cursor
    portion = read_all(source, begin)
    return sequences(portion), portion.cursor


def test_a_table_in_the_order_of_the_starts(table):
    table.add(5, 3, 9, 1)
    source = table.source()
    portion = read_all(source)
    assert source.check() == [] and sequences(portion) == [1, 3, 5, 9] and not portion.problems
    told = values(portion)
    assert (told["start"], told["answer"], told["end"], told["duration"]) == (NOON + 10, None, None, 67)
    assert (told["did"], told["extra"]) == ("+493055570100", {"cnam": "Eva"})
    assert source.kind == table.kind and source.name.endswith(".cdr")


def test_portions_and_restarts_in_the_middle(table, monkeypatch):
    monkeypatch.setattr(sql_source, "STEP", 30)
    monkeypatch.setattr(sql_source, "ROWS", 7)
    monkeypatch.setattr(postgresql, "ROWS", 7)
    monkeypatch.setattr(mysql, "ROWS", 7)
    table.add(*range(100))
    whole = read_all(table.source())
    assert sorted(set(sequences(whole))) == list(range(100)) and len(whole.rows) <= 104
    cursor, found = None, []
    for _turn in range(60):  # a new reader for each portion, as if it were killed each time
        portion = table.source().read(json.loads(json.dumps(cursor)), 10)
        cursor, found = portion.cursor, found + sequences(portion)
        if not portion.more:
            break
    assert sorted(set(found)) == list(range(100)) and not portion.more


def test_a_row_that_is_committed_late_is_found(table):
    table.add(*range(10))
    source = table.source()
    portion = read_all(source)
    other = table.connect() if table.kind == "postgresql" else table.connect_again()
    table.add(5, connection=other, sequence=500)  # a call in the middle of them, not committed yet
    table.add(10)
    found, cursor = again(source, portion.cursor)
    assert 10 in found and 500 not in found
    other.commit()
    found, cursor = again(source, cursor)
    assert 500 in found
    assert again(source, cursor) == (None, cursor)
    other.close()


def test_a_long_call_is_found_that_began_before_what_was_read_last(table):
    hour = 360
    table.add(30 * hour)
    source = table.source()
    cursor = again(source, read_all(source).cursor)[1]
    table.add(5 * hour)  # 25 hours before
    found, cursor = again(source, cursor)
    assert 5 * hour in found
    table.add(hour)  # 29 hours: longer than the overlap, that is for the audit to find
    assert again(source, cursor) == (None, cursor)
    assert again(table.source(overlap_hours=48), cursor)[0] == [hour, 5 * hour, 30 * hour]


def test_only_the_hours_that_changed_are_read_again(table):
    hour = 360
    table.add(0, hour, 2 * hour)
    source = table.source()
    cursor = again(source, read_all(source).cursor)[1]
    table.add(2 * hour + 1)
    found, cursor = again(source, json.loads(json.dumps(cursor)))
    assert found == [2 * hour, 2 * hour + 1]


def test_right_after_a_hangup_only_the_rows_since_that_call_are_read(table):
    table.add(0, 100, 200)
    source = table.source()
    cursor = read_all(source).cursor
    table.add(201)
    assert again(source, cursor, since=NOON + 2010)[0] == [200, 201]


def test_rows_without_a_time_are_read_too_and_each_once_a_change(table, monkeypatch):
    table.add(1)
    for calldate in ("1970-01-01 00:00:00", None):
        table.add(2, calldate=calldate, sequence=22)
    if table.kind == "mysql":
        table.add(3, calldate="0000-00-00 00:00:00", sequence=33)
    source = table.source()
    portion = read_all(source)
    assert sequences(portion).count(22) == 2 and sequences(portion)[-1] == 1
    assert set(column(portion, "start")) >= {NOON + 20}  # from the uniqueid
    cursor = again(source, portion.cursor)[1]
    assert again(source, cursor) == (None, cursor)
    table.add(4, calldate=None, sequence=44)
    assert 44 in again(source, cursor)[0]


def test_more_rows_of_one_second_than_a_statement_gives(table, monkeypatch):
    monkeypatch.setattr(sql_source, "STEP", 10)
    table.add(0, 1)
    for number in range(35):
        table.add(2, sequence=1000 + number)
    table.add(3, 4)
    portion = read_all(table.source(), None, 500)
    assert set(sequences(portion)) == {0, 1, 3, 4, *range(1000, 1035)} and len(set(portion.keys())) == 39


def test_a_date_in_the_future_does_not_hold_up_what_comes_today(table):
    table.add(0)
    table.add(1, calldate="2099-01-01 00:00:00")
    source = table.source()
    cursor = again(source, read_all(source).cursor)[1]
    assert cursor["at"] < "2090"
    today = int((time.time() - NOON) / 10)
    table.add(today)
    assert today in again(source, cursor)[0]


def test_rows_that_are_the_same_are_two_rows_at_each_reading(table):
    for _time in range(3):
        table.add(1, 2, linkedid="")
    keys = read_all(table.source()).keys()
    assert len(set(keys)) == 6
    source = table.source()
    cursor = read_all(source).cursor
    assert sorted(read_all(source, source.again(cursor)).keys()) == sorted(keys)
    assert sorted(read_all(source, source.again(cursor, NOON)).keys()) == sorted(keys)


def test_days_are_counted_and_read_again_in_the_stores_zone(table):
    day = 8640
    at_midnight = day // 3 - 361  # 23:59:50 in Berlin, 22:59:50 in UTC
    table.create({"calldate": {"postgresql": "timestamp", "mysql": "datetime"}[table.kind]})
    table.add(at_midnight, at_midnight + 1, at_midnight + 2, 5 * day)
    for zone in ("UTC", "Europe/Berlin"):  # these columns have the zone's own wall clock
        source = table.source(zone=zone)
        assert source.count_days("2025-01-01") == {"2025-11-24": 3, "2025-11-29": 1}
        (cursor,) = source.day_cursors(["2025-11-24"])
        assert len(read_all(source, cursor, 2).rows) == 3
        assert source.count_days("2025-11-25") == {"2025-11-29": 1}


def test_columns_that_know_their_zone(table):
    table.create({"calldate": {"postgresql": "timestamptz", "mysql": "timestamp NULL"}[table.kind]})
    table.add(*range(2518, 2522))  # 22:59:40 … 23:00:10 UTC
    source = table.source(zone="Europe/Berlin")
    portion = read_all(source)
    assert column(portion, "start") == [NOON + number * 10 for number in range(2518, 2522)]
    assert source.count_days("2025-01-01") == {"2025-11-24": 2, "2025-11-25": 2}
    assert [sequences(read_all(source, cursor)) for cursor in source.day_cursors(["2025-11-25"])] == [[2520, 2521]]
    cursor = again(source, portion.cursor)[1]
    table.add(2522)
    assert again(source, cursor)[0] == [2520, 2521, 2522]
    assert again(source, cursor, since=NOON + 25220)[0] == [2521, 2522]


def test_the_hour_that_comes_twice_in_a_table_of_wall_clocks(table):
    table.create({"calldate": {"postgresql": "timestamp", "mysql": "datetime"}[table.kind]})
    for born in (1761438600, 1761442200):
        table.add(1, calldate="2025-10-26 02:30:00", uniqueid=f"{born}.1", sequence=born % 1000)
    portion = read_all(table.source(zone="Europe/Berlin"))
    assert sorted(column(portion, "start")) == [1761438600, 1761442200]


def test_nothing_can_be_written(table):
    table.add(1)
    source = table.source()
    read_all(source)
    for statement in ("DELETE FROM cdr", "UPDATE cdr SET src = ''", "CREATE TABLE other (a int)"):
        with pytest.raises(Lost):
            source._dialect._run(statement, [])
    assert len(read_all(table.source()).rows) == 1


def test_no_name_of_a_column_gets_into_a_statement(table):
    mark = table.mark
    for name in ("100%", "a;b", "drop table cdr", f"a{mark}{mark}b", "%s"):
        table.sql(f"ALTER TABLE cdr ADD {mark}{name.replace('%', '%%')}{mark} varchar(20)")
    table.add(1)
    portion = read_all(table.source())
    assert sequences(portion) == [1]


def test_a_server_that_restarts_is_told_in_words_and_then_read_on(table, request):
    server = request.getfixturevalue(f"{table.kind}_server")
    table.add(0)
    source = table.source()
    cursor = read_all(source).cursor
    table.connection.close()
    server.stop()
    try:
        with pytest.raises(StoreTrouble) as trouble:
            source.again(cursor)
        assert "cdr" in str(trouble.value) and "secret" not in str(trouble.value) and source.check()
    finally:
        server.start()
    table.connection = table.connect() if table.kind == "postgresql" else table.connect_again()
    table.add(1)
    assert again(source, cursor)[0] == [0, 1]


def test_what_is_wrong_is_told_in_words(table, monkeypatch):
    assert "no such table" in table.source(table="cdrs").check()[0]
    assert "no such table" in table.source(table="other.cdr").check()[0]
    table.create(index=False)
    assert "no index" in table.source().check()[0] and "walk through the whole table" in table.source().check()[0]
    table.sql("ALTER TABLE cdr DROP COLUMN calldate")
    assert "no column with times" in table.source().check()[0]
    bad = table.source(user="nobody_here", password="wrong-word")
    assert bad.check() and "wrong-word" not in bad.check()[0]
    monkeypatch.setattr(postgresql, "psycopg2", None)
    monkeypatch.setattr(mysql, "pymysql", None)
    with pytest.raises(ValueError, match="apt install python3-"):
        table.source()


def test_an_empty_row_is_skipped_and_told_once(table):
    mark = table.mark
    table.sql(f"INSERT INTO cdr ({mark}clid{mark}) VALUES ('')")
    table.add(1)
    source = table.source()
    portion = read_all(source)
    assert sequences(portion) == [1] and [problem.why for problem in portion.problems] == [sql_source.EMPTY]
    assert not read_all(source).problems


def test_a_table_in_another_schema(table):
    if table.kind == "postgresql":
        table.sql("DROP SCHEMA IF EXISTS pbx CASCADE")
        table.sql("CREATE SCHEMA pbx")
        table.sql("CREATE TABLE pbx.calls AS SELECT * FROM cdr")
        source = table.source(table="pbx.calls")
    else:
        source = table.source(table="asteriskcdrdb.cdr")
    assert read_all(source).rows == []


# -- PostgreSQL --------------------------------------------------------------------------------------------------------


def test_the_columns_of_cdr_pgsql(postgresql_table):
    table = postgresql_table
    table.create({"start": "timestamp", "answer": "timestamp", "end": "timestamp", "amaflags": "int8"})
    table.add(1, start=written(NOON + 10), answer=written(NOON + 17), end=written(NOON + 77), amaflags=3)
    told = values(read_all(table.source()))
    assert (told["start"], told["answer"], told["end"]) == (NOON + 10, NOON + 17, NOON + 77)
    assert told["amaflags"] == "3" and told["extra"]["calldate"] == "2025-11-24 16:00:10+00"


def test_channel_events_of_cel_pgsql(postgresql_table):
    table = postgresql_table
    table.sql("DROP TABLE IF EXISTS cel")
    table.sql("CREATE TABLE cel (id serial, eventtype varchar(30), eventtime timestamp, cid_num text, uniqueid text,"
              " linkedid text, appname text, extra text)")  # fmt: skip
    for kind in ("CHAN_START", "ANSWER", "HANGUP"):
        table.sql("INSERT INTO cel (eventtype, eventtime, uniqueid, linkedid, extra) VALUES (%s, %s, 'u', 'l', '{}')",
                  [kind, "2025-11-24 16:00:00.123456"])  # fmt: skip
    source = table.source("cel", table="cel")
    portion = read_all(source)
    assert sorted(column(portion, "eventtype")) == ["ANSWER", "CHAN_START", "HANGUP"]
    assert column(portion, "eventtime") == [1764000000.123456] * 3 and column(portion, "cid_num") == [""] * 3


def test_a_database_in_which_nobody_checks_characters(postgresql_server, postgresql_table):
    postgresql_server.dropdb("loose")
    postgresql_server.sql("CREATE DATABASE loose TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'")
    postgresql_server.sql("CREATE TABLE cdr (calldate timestamp, clid text, uniqueid text)", "loose")
    postgresql_server.sql(
        "INSERT INTO cdr VALUES ('2025-11-24 16:00:00', E'Z\\366e', 'Анна'), ('2025-11-24 16:00:01', 'Анна', '')",
        "loose",
    )
    portion = read_all(postgresql_table.source(database="loose"))
    assert column(portion, "clid") == ["Z\ufffde", "Анна"] and column(portion, "uniqueid") == ["Анна", ""]


# -- MySQL -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("charset, engine", [("latin1", "MyISAM"), ("utf8mb4", "InnoDB"), ("utf8mb3", "MyISAM")])
def test_names_are_the_bytes_that_asterisk_wrote(mysql_table, charset, engine):
    """FreePBX's tables are latin1 with UTF-8 in them, written over connections that claim latin1."""
    mysql_table.create()
    mysql_table.sql(f"ALTER TABLE cdr CONVERT TO CHARACTER SET {charset}, ENGINE = {engine}")
    mysql_table.sql(f"SET NAMES {charset}")
    mysql_table.add(1, clid="Zoë Анна".encode(), connection=None)
    if charset == "latin1":
        mysql_table.add(2, clid=b"Z\xeb", connection=None)
        assert column(read_all(mysql_table.source()), "clid") == ["Zoë Анна", "Z\ufffd"]
    else:
        assert column(read_all(mysql_table.source()), "clid") == ["Zoë Анна"]
    mysql_table.sql("SET NAMES utf8mb4")


def test_channel_events_of_freepbx(mysql_table):
    columns = "eventtype varchar(30), eventtime datetime, cid_num varchar(80), uniqueid varchar(32), linkedid text"
    mysql_table.sql(f"CREATE TABLE cel (id int primary key auto_increment, {columns}, extra varchar(512))")
    mysql_table.sql("INSERT INTO cel VALUES (NULL, 'ANSWER', '2025-11-24 16:00:00', '101', 'u', 'l', '{}')")
    portion = read_all(mysql_table.source("cel", table="cel"))
    assert column(portion, "eventtype") == ["ANSWER"] and column(portion, "eventtime") == [NOON]
