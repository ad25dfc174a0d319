"""Every store that a real Asterisk writes at once is read to the same rows: CSV in both orders, SQLite, PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from pbx_agent.cdr import open_source
from pbx_agent.cdr.settings import Store
from sandbox import paths
from sandbox.asterisk import CDR_COLUMNS, TEMPLATES, Asterisk
from sandbox.postgres import Cluster
from sandbox.process import wait_for

#: One call each: answered with a note, answered and left at once, refused by the dialplan.
DIALPLAN = """
[history]
exten => answered,1,Set(CDR(userfield)=for the record, in "quotes")
 same => n,Set(CALLERID(all)="Zoë ""O'Neil"" Ünal" <+493012345678>)
 same => n,Answer()
 same => n,Wait(1.2)
 same => n,Hangup()
exten => short,1,Answer()
 same => n,Hangup()
exten => busy,1,Busy(1)
"""
CDR_CSV = "[csv]\nusegmtime=no\nloguniqueid=yes\nloguserfield=yes\naccountlogs=no\nnewcdrcolumns=yes\n"
SQLITE_NAMES = CDR_COLUMNS.replace("start", "calldate").split()
SQLITE_VALUES = ", ".join(f"'${{CDR({name})}}'" for name in CDR_COLUMNS.split())
SQLITE = f"[master]\ntable => cdr\ncolumns => {', '.join(SQLITE_NAMES)}\nvalues => {SQLITE_VALUES}\n"
PGSQL = "[global]\nhostname={socket}\nport=5432\ndbname=pbx\nuser=odoo\nencoding=UTF8\ntable={table}\n"
TABLES = (
    "CREATE TABLE cdr (calldate timestamptz, clid text, src text, dst text, dcontext text, channel text,"
    ' dstchannel text, lastapp text, lastdata text, start timestamptz, answer timestamptz, "end" timestamptz,'
    " duration int, billsec int, disposition text, amaflags int, accountcode text, peeraccount text, uniqueid text,"
    " userfield text, linkedid text, sequence int, recordingfile text)",
    "CREATE TABLE cel (id serial, eventtype text, eventtime timestamptz, cid_name text, cid_num text, exten text,"
    " context text, channame text, appname text, appdata text, uniqueid text, linkedid text, peer text, extra text)",
)
MODULES = (
    "\nload=cdr_csv.so\nload=cdr_sqlite3_custom.so\nload=cdr_pgsql.so\nload=cel_pgsql.so\nload=res_clioriginate.so\n"
)


class Pbx(NamedTuple):
    """A PBX that writes into all its stores."""

    asterisk: Asterisk
    cluster: Cluster

    def source(self, kind: str, flow: str = "cdr"):
        log = self.asterisk.folder / "log"
        stores = {
            "custom": Store(source="csv", path=str(self.asterisk.records(flow)), zone="UTC",
                            columns=tuple(CDR_COLUMNS.split()) if flow == "cdr" else ()),
            "csv": Store(source="csv", path=str(log / "cdr-csv" / "Master.csv"), zone="UTC"),
            "sqlite": Store(source="sqlite", path=str(log / "master.db"), zone="UTC"),
            "postgresql": Store(source="postgresql", host=str(self.cluster.socket), user="odoo", database="pbx",
                                zone="UTC", table=flow),
        }  # fmt: skip
        return open_source(stores[kind], flow)


@pytest.fixture(scope="module")
def pbx() -> Iterator[Pbx]:
    folder = paths.temporary("pbx-h", fast=True)
    templates = folder / "templates"
    shutil.copytree(TEMPLATES, templates)
    with Cluster(folder / "pg") as cluster:
        cluster.createdb("pbx")
        for table in TABLES:
            cluster.sql(table, "pbx")
        write(templates, str(cluster.socket))
        asterisk = Asterisk(folder / "pbx", templates=templates)
        asterisk.write_config()
        (asterisk.folder / "log" / "cdr-csv").mkdir(mode=0o777)
        (asterisk.folder / "log" / "cdr-csv").chmod(0o777)
        with asterisk:
            yield Pbx(asterisk, cluster)
    shutil.rmtree(folder, ignore_errors=True)


def write(templates: Path, socket: str) -> None:
    """Let this PBX write into all its stores."""
    for name, text in (("modules.conf", MODULES), ("cdr.conf", CDR_CSV), ("extensions.conf", DIALPLAN)):
        with (templates / name).open("a") as file:
            file.write(text)
    (templates / "cdr_sqlite3_custom.conf").write_text(SQLITE)
    for table in ("cdr", "cel"):
        (templates / f"{table}_pgsql.conf").write_text(PGSQL.format(socket=socket, table=table))


def rows(source) -> list[dict]:
    """All rows that a reader gives, by name."""
    cursor, found = None, []
    while True:
        portion = source.read(cursor, 100)
        assert not portion.problems
        cursor, found = portion.cursor, found + [dict(zip(portion.columns, row)) for row in portion.rows]
        if not portion.more:
            return found


def by_sequence(found: list[dict]) -> dict[int, dict]:
    return {row["sequence"]: {name: value for name, value in row.items() if name != "extra"} for row in found}


@pytest.fixture(scope="module")
def calls(pbx) -> int:
    """Some calls happened; how many rows they gave."""
    for exten in ("answered", "short", "busy", "answered"):
        pbx.asterisk.rx(f"channel originate Local/{exten}@history application Wait 2")
    assert wait_for(lambda: "0 active channels" in pbx.asterisk.rx("core show channels"), 20)
    found: list[int] = []

    def settled() -> bool:
        found.append(len(rows(pbx.source("custom"))))
        return len(found) > 5 and len(set(found[-5:])) == 1 and found[-1] > 3

    assert wait_for(settled, 20, 0.2), found
    return found[-1]


@pytest.mark.parametrize("kind", ["csv", "sqlite", "postgresql"])
def test_each_store_gives_the_rows_of_cdr_custom(pbx, calls, kind):
    source = pbx.source(kind)
    assert source.check() == [] or kind == "postgresql"  # which has no index here, and is told so
    expected, found = by_sequence(rows(pbx.source("custom"))), by_sequence(rows(source))
    assert len(found) == calls and found.keys() == expected.keys()
    for sequence, row in expected.items():
        for name in ("recordingfile",) if kind == "csv" else ():
            assert not row.pop(name) and not found[sequence].pop(name)
        if kind == "postgresql":  # the column is a number there
            row.pop("amaflags"), found[sequence].pop("amaflags")
        assert found[sequence] == row


def test_what_a_caller_calls_himself_arrives_as_it_is(pbx, calls):
    for kind in ("custom", "csv", "sqlite", "postgresql"):
        told = [row for row in rows(pbx.source(kind)) if row["userfield"]]
        assert told and {row["userfield"] for row in told} == {'for the record, in "quotes"'}, kind
        assert any("Zoë" in row["clid"] and "Ünal" in row["clid"] for row in told), kind


def test_channel_events_of_both_stores(pbx, calls):
    def told(kind):
        return sorted((row["uniqueid"], row["eventtype"]) for row in rows(pbx.source(kind, "cel")))

    assert told("custom") == told("postgresql") and len(told("custom")) > 10


def test_days_count_the_same(pbx, calls):
    counts = [pbx.source(kind).count_days("2020-01-01") for kind in ("custom", "csv", "sqlite", "postgresql")]
    assert counts[0] and all(count == counts[0] for count in counts) and sum(counts[0].values()) == calls
