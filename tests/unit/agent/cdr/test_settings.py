"""The sections [cdr] and [cel] of the configuration."""

from __future__ import annotations

import pytest

from pbx_agent import config
from pbx_agent.cdr import open_source
from pbx_agent.cdr.settings import Store, read

PLAIN = "[odoo]\nurl = https://odoo.example\nkey = k\n[asterisk]\nsecret = s\n"


def parsed(text):
    return config.parsed(PLAIN + text)


def test_without_sections_there_is_no_history():
    assert not parsed("").cdr.is_used and not parsed("").cel.is_used


def test_a_file_of_cdr_custom_and_one_of_channel_events():
    told = parsed(
        "[cdr]\nsource = csv ; a comment\npath = /var/log/asterisk/cdr-custom/Master.csv\ncolumns = start, answer end\n"
        "zone = Europe/Berlin\nportion = 100\n[cel]\nsource = csv\npath = /var/log/asterisk/cel-custom/Master.csv\n"
    )
    assert told.cdr == Store(
        source="csv", path="/var/log/asterisk/cdr-custom/Master.csv", columns=("start", "answer", "end"),
        zone="Europe/Berlin", portion=100,
    )  # fmt: skip
    assert told.cel.source == "csv" and told.cel.table == "cel" and told.cel.portion == 5000


def test_a_server_with_a_password_that_nobody_sees():
    told = parsed(
        "[cdr]\nsource = mysql\nuser = freepbx\npassword = s3cr%t\ndatabase = asteriskcdrdb\noverlap_hours = 30\n"
    )
    assert (told.cdr.password, told.cdr.overlap_hours, told.cdr.table) == ("s3cr%t", 30.0, "cdr")
    assert "s3cr" not in repr(told)


@pytest.mark.parametrize(
    "text, words",
    [
        ("source = oracle", "source 'oracle': choose one of none, csv"),
        ("source = csv", "path ''"),
        ("source = csv\npath = Master.csv", "beginning with /"),
        ("source = sqlite\npath = /x\ntable = cdr; drop table cdr", "table"),
        ("source = sqlite\npath = /x\ntable = a.b.c", "no name of a table"),
        ("source = mysql\nuser = a", "mysql needs database and user"),
        ("source = csv\npath = /x\ncolumns = start an-swer", "'an-swer' is no name of a column"),
        ("portion = 0", "portion 0: give 1 to 10000"),
        ("portion = 20000", "give 1 to 10000"),
        ("portion = many", "portion is no number"),
        ("overlap_hours = 0", "overlap_hours"),
        ("overlap_hours = nan", "overlap_hours"),
        ("port = 99999", "port 99999 is no port"),
        ("sources = csv", "sources is not known here"),
    ],
)
def test_what_cannot_be_used_is_refused_with_words(text, words):
    with pytest.raises(config.ConfigError) as refused:
        parsed(f"[cdr]\n{text}\n")
    assert str(refused.value).startswith("[cdr] ") and words.split(":")[0] in str(refused.value)


def test_setup_leaves_the_sections_alone(tmp_path):
    path = tmp_path / "agent.conf"
    path.write_text(PLAIN + "[cdr]\nsource = csv\npath = /x/Master.csv\n")
    path.chmod(0o600)
    before = config.load(path)
    config.write(path, before)
    assert config.load(path) == before and before.cdr.path == "/x/Master.csv"


def test_a_store_needs_a_source_and_a_zone_that_exists():
    with pytest.raises(ValueError, match="there is no store"):
        open_source(Store())
    with pytest.raises(ValueError, match="no time zone 'Nowhere'"):
        open_source(Store(source="csv", path="/x", zone="Nowhere"))
    assert read({}, "cel") == Store(table="cel")
