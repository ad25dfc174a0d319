"""What `pbx-agent doctor` says of the PBX's own records."""

from __future__ import annotations

import sqlite3

import pytest

from pbx_agent import config, doctor
from tests.unit.agent import doctor_world
from tests.unit.agent.doctor_world import failing, seen, tell_call

ami, odoo, path, quick = doctor_world.ami, doctor_world.odoo, doctor_world.path, doctor_world.quick  # fixtures


def written(path, text):
    """Put other sections for the stores into the configuration."""
    before = path.read_text()
    path.write_text(before[: before.index("[cdr]")] + text)


async def test_where_they_are_how_many_and_how_far_odoo_has_them(path, tmp_path):
    tell_call(tmp_path)
    level, words = (await seen(path))["call records"]
    assert level == "ok"
    assert f"csv {tmp_path}/Master.csv, 2 rows since yesterday" in words and "up to 2025-11-24 16:00:00 UTC" in words


async def test_records_that_odoo_has_nothing_of_yet(path, tmp_path):
    (tmp_path / "state" / "history.sqlite").unlink()
    level, words = (await seen(path))["call records"]
    assert level == "note" and "Odoo has none of them yet" in words
    assert not (tmp_path / "state" / "history.sqlite").exists(), "looking makes nothing"


async def test_an_agent_that_reads_no_records(path):
    written(path, "")
    found = await seen(path)
    assert found["call records"][0] == "note" and "docs/history.md" in found["call records"][1]
    assert "channel events" not in found


async def test_a_pbx_without_a_call_so_far(path, tmp_path):
    (tmp_path / "Master.csv").unlink()
    level, words = (await seen(path))["call records"]
    assert level == "note" and "not there yet" in words


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("[cdr]\nsource = sqlite\npath = {folder}/Master.csv\n", "file is not a database"),
        ("[cdr]\nsource = postgresql\nuser = a\ndatabase = b\nport = 1\npassword = s3cret\n", "refused"),
        ("[cdr]\nsource = mysql\nuser = a\ndatabase = b\nport = 1\npassword = s3cret\n", "refused"),
        ("[cdr]\nsource = csv\ncolumns = src dst\npath = {folder}/Master.csv\n", "columns"),
    ],
    ids=["no SQLite", "no PostgreSQL", "no MySQL", "other columns"],
)
async def test_a_store_that_cannot_be_read(path, tmp_path, section, words):
    written(path, section.format(folder=tmp_path))
    told = (await failing(path))["call records"]
    assert words in told and "section [cdr]" in told and "s3cret" not in told


async def test_a_driver_that_is_not_installed(path, monkeypatch):
    monkeypatch.setattr("pbx_agent.cdr.postgresql.psycopg2", None)
    written(path, "[cdr]\nsource = postgresql\nuser = a\ndatabase = b\n")
    assert "psycopg2" in (await failing(path))["call records"]


async def test_channel_events_have_a_line_of_their_own(path, tmp_path):
    written(
        path, path.read_text()[path.read_text().index("[cdr]") :] + f"[cel]\nsource = csv\npath = {tmp_path}/cel.csv\n"
    )
    assert (await seen(path))["channel events"][0] == "note"


async def test_a_password_is_never_told(path, tmp_path, monkeypatch):
    database = tmp_path / "s3cret.db"
    sqlite3.connect(database).close()
    written(path, f"[cdr]\nsource = sqlite\npath = {database}\npassword = s3cret\n")
    assert config.load(path).cdr.password == "s3cret"
    assert not any("s3cret" in f.words + f.todo for f in await doctor.examine(path))
