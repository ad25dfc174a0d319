"""The configuration: only its owner reads it, every value is checked, and what is not ours in it stays."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx_agent import config, ini
from pbx_agent.config import Config, ConfigError

GOOD = {"url": "https://odoo.example", "key": "abc", "secret": "s3cret"}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "agent.conf"


def written(path, text):
    path.write_text(text)
    path.chmod(0o600)
    return path


def refused(**values):
    with pytest.raises(ConfigError) as error:
        Config(**{**GOOD, **values})
    return str(error.value)


# -- reading -----------------------------------------------------------------------------------------------------------


def test_what_is_not_said_has_its_usual_value(path):
    loaded = config.load(written(path, "[odoo]\nurl=https://odoo.example\nkey=abc\n[asterisk]\nsecret=s3cret\n"))
    assert loaded == Config(**GOOD)
    assert (loaded.host, loaded.port, loaded.username) == ("127.0.0.1", 5038, "odoo")
    assert (loaded.state_dir, loaded.log_level) == ("/var/lib/pbx-agent", "info")


def test_the_file_of_the_manual_is_one(path):
    lines = (line[4:] for line in config.__doc__.splitlines() if line.startswith("    "))
    assert config.load(written(path, "\n".join(lines))).url == "https://odoo.example"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_may_read_is_refused(path, mode):
    config.write(path, Config(**GOOD))
    path.chmod(mode)
    with pytest.raises(ConfigError, match="chmod 600"):
        config.load(path)
    assert config.load(path, strict=False) == Config(**GOOD)


def test_a_missing_file_says_what_to_run(path):
    with pytest.raises(ConfigError, match="pbx-agent setup"):
        config.load(path)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        config.load(tmp_path)


@pytest.mark.parametrize(
    "text", ["[odoo\nkey = abc", "key = abc", "[odoo]\nkey = abc\nkey = def", "[odoo]\nurl = \xff"]
)
def test_what_is_no_configuration_is_told_without_its_text(path, text):
    path.write_bytes(text.encode("latin-1"))
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="cannot be understood") as error:
        config.load(path)
    assert "abc" not in str(error.value)


def test_the_environment_names_the_file(monkeypatch, path):
    monkeypatch.delenv(config.ENVIRONMENT, raising=False)
    assert str(config.config_path()) == config.DEFAULT_PATH
    monkeypatch.setenv(config.ENVIRONMENT, str(path))
    assert config.config_path() == path
    assert str(config.config_path("/other")) == "/other"


# -- values ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["https://odoo.example", "http://10.0.0.1:8069", "https://odoo.example/", "http://[::1]:80"]
)
def test_an_address_has_scheme_and_host(url):
    assert Config(**{**GOOD, "url": url}).url == url


@pytest.mark.parametrize(
    "url",
    ["", "odoo.example", "ftp://odoo.example", "https://", "https://odoo.example/web", "https://odoo.example?db=x",
     "https://odoo.example:port", "https://odoo.example:99999", "https://odoo.example:0", "https://odoo.example#a",
     "https://[::1", "https://odoo example", "https://odöo.example", "https://odoo.example\nkey = x"],
)  # fmt: skip
def test_what_is_no_address_is_refused(url):
    assert "https://odoo.example" in refused(url=url)


def test_a_password_in_the_address_is_refused_and_not_repeated():
    assert "hunter2" not in refused(url="https://admin:hunter2@odoo.example")


@pytest.mark.parametrize("value", ["", "two words", "line\nbreak", "tab\t", "kéy", "x" * 201])
@pytest.mark.parametrize("name", ["key", "secret", "username", "host"])
def test_what_cannot_be_a_key_or_a_name_is_refused_and_not_repeated(name, value):
    words = refused(**{name: value})
    assert name in words
    assert not value or value not in words


@pytest.mark.parametrize(
    "values",
    [{"database": "a b"}, {"database": "x" * 64}, {"port": 0}, {"port": 65536}, {"log_level": "loud"},
     {"state_dir": "spool"}, {"ca_file": "ca.pem"}, {"state_dir": "/a\nb"}, {"ca_file": "/a ;b"}],
)  # fmt: skip
def test_other_wrong_values_are_refused(values):
    assert next(iter(values)) in refused(**values)


def test_a_port_that_is_no_number_is_refused(path):
    with pytest.raises(ConfigError, match="port is no number"):
        config.load(written(path, "[odoo]\nurl=https://o.example\nkey=a\n[asterisk]\nsecret=b\nport=ami\n"))


def test_secrets_are_not_in_what_is_printed_of_it():
    assert "s3cret" not in repr(Config(**GOOD)) and "abc" not in repr(Config(**GOOD))


# -- writing -----------------------------------------------------------------------------------------------------------

printable = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30)


@given(key=printable, secret=printable, database=st.from_regex(r"[a-z0-9_.-]{0,20}", fullmatch=True))
def test_what_is_written_is_what_is_read_or_nothing_is_written(tmp_path_factory, key, secret, database):
    path = tmp_path_factory.mktemp("config") / "agent.conf"
    wanted = Config(**{**GOOD, "key": key, "secret": secret, "database": database})
    try:
        config.write(path, wanted)
    except ConfigError:
        assert ";" in key + secret
        assert not path.exists()
    else:
        assert config.load(path) == wanted


def test_it_is_closed_whatever_it_was(path):
    assert config.write(path, Config(**GOOD)) == "wrote"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    assert config.write(path, Config(**GOOD)) == "changed"
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_second_time_nothing_is_written(path):
    config.write(path, Config(**GOOD))
    before = path.stat()
    assert config.write(path, Config(**GOOD)) == "unchanged"
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_comments_and_foreign_sections_stay(path):
    text = (
        "; our PBX in Berlin\n[odoo]\nurl = https://old.example ; moved soon\nkey = old\n\n"
        "[cdr]\nsource = csv\npath = /var/log/asterisk/cdr-csv/Master.csv\n\n"
        "[asterisk]\n# by hand\nsecret = s3cret\n"
    )
    config.write(written(path, text), Config(**GOOD, port=5039, log_level="debug"))
    assert path.read_text() == (
        "; our PBX in Berlin\n[odoo]\nurl = https://odoo.example\nkey = abc\n\n"
        "[cdr]\nsource = csv\npath = /var/log/asterisk/cdr-csv/Master.csv\n\n"
        "[asterisk]\n# by hand\nsecret = s3cret\nhost = 127.0.0.1\nport = 5039\nusername = odoo\n\n"
        "[agent]\nstate_dir = /var/lib/pbx-agent\nlog_level = debug\n"
    )
    assert not list(path.parent.glob("*.bak*"))


def test_line_ends_of_windows_stay(path):
    path.write_bytes(b"[odoo]\r\nkey = old\r\n\r\n; end\r\n")
    config.write(path, Config(**GOOD))
    assert b"\n" not in path.read_bytes().replace(b"\r\n", b"")
    assert config.load(path) == Config(**GOOD)


def test_a_value_that_is_not_set_any_more_goes(path):
    config.write(path, Config(**GOOD, database="company"))
    config.write(path, Config(**GOOD))
    assert "database" not in path.read_text()


@pytest.mark.parametrize("raw", [b"no section = here\n", b"[odoo]\nkey = a\nkey = b\n", b"[odoo]\nurl = \xff\n"])
def test_what_cannot_be_understood_is_kept_beside_the_new_one(path, raw):
    path.write_bytes(raw)
    config.write(path, Config(**GOOD))
    assert config.load(path) == Config(**GOOD)
    assert path.with_name("agent.conf.bak").read_bytes() == raw


def test_a_link_at_its_place_is_replaced(path, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("")
    path.symlink_to(victim)
    config.write(path, Config(**GOOD))
    assert (victim.read_text(), path.is_symlink()) == ("", False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_it_is_given_to_the_agents_user_and_stays_his(path):
    config.write(path, Config(**GOOD), config.files.Owner(12345, 12346))
    config.write(path, Config(**{**GOOD, "key": "new"}))
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 12346)
    assert config.load(path).key == "new"


# -- single lines of an INI file ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "before, after",
    [
        ("", "[a]\nx = 1\n"),
        ("[a]\nx=1\n", "[a]\nx=1\n"),
        ("[a]\nx = 1 ; right\n", "[a]\nx = 1 ; right\n"),
        ("[a]\nX: 2\n", "[a]\nx = 1\n"),
        ("[a]\nx = 2\n   goes on\ny = 3\n", "[a]\nx = 1\ny = 3\n"),
        ("[a]\n; x = 2\n\n[b]\nx = 2\n", "[a]\n; x = 2\nx = 1\n\n[b]\nx = 2\n"),
        ("[b]\nx = 2", "[b]\nx = 2\n\n[a]\nx = 1\n"),
    ],
    ids=["nothing", "right", "right with words", "other case", "several lines", "commented out", "no such section"],
)
def test_one_value_is_set_and_nothing_else(before, after):
    assert ini.updated(before, {"a": {"x": "1"}}) == after
    assert ini.updated(after, {"a": {"x": "1"}}) == after
