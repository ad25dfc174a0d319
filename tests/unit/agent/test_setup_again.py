"""`pbx-agent setup` run again, where its key comes from, and what it says to do next."""

from __future__ import annotations

import io
import os
import sys

import pytest

from pbx_agent import setup
from pbx_agent.setup import service
from sandbox.paths import AGENT
from tests.unit.agent import pbx_folder
from tests.unit.agent.pbx_folder import mode

key, pbx = pbx_folder.key, pbx_folder.pbx  # fixtures


# -- doing it again ----------------------------------------------------------------------------------------------------


def test_what_is_not_given_again_stays(pbx, monkeypatch):
    pbx.setup("--database", "company", "--ca-file", "/etc/ssl/own.pem")
    monkeypatch.delenv(setup.KEY_VARIABLE)
    first = pbx.loaded
    assert pbx.setup(url=None) == 0
    assert pbx.loaded == first
    assert (first.database, first.ca_file) == ("company", "/etc/ssl/own.pem")


def test_what_is_given_again_is_changed(pbx, monkeypatch):
    pbx.setup("--database", "company")
    monkeypatch.setenv(setup.KEY_VARIABLE, "a-new-key")
    pbx.setup("--database", "", "--ami-port", "5050", url="https://new.example/")
    assert (pbx.loaded.url, pbx.loaded.key, pbx.loaded.database) == ("https://new.example", "a-new-key", "")
    assert pbx.loaded.port == 5050


def test_an_old_configuration_that_others_could_read_is_used_and_closed(pbx, monkeypatch):
    pbx.setup()
    monkeypatch.delenv(setup.KEY_VARIABLE)
    pbx.conf.chmod(0o644)
    assert pbx.setup() == 0
    assert (pbx.loaded.key, mode(pbx.conf)) == ("the-key", 0o600)


def test_an_old_configuration_that_is_broken_is_kept_beside(pbx, capsys):
    pbx.setup()
    pbx.conf.write_text("key = lost\n")
    assert pbx.setup() == 0
    assert pbx.conf.with_name("agent.conf.bak").read_text() == "key = lost\n"
    assert "not used" in capsys.readouterr().out


def test_force_makes_a_new_secret_on_both_sides(pbx):
    pbx.setup()
    old = pbx.loaded.secret
    assert pbx.setup("--force") == 0
    assert pbx.loaded.secret != old
    assert f"secret={pbx.loaded.secret}\n" in pbx.text("odoo/manager.conf")


def test_a_lost_configuration_of_the_agent_gets_the_secret_that_asterisk_has(pbx):
    pbx.setup()
    secret = pbx.loaded.secret
    pbx.conf.unlink()
    pbx.setup()
    assert pbx.loaded.secret == secret


# -- where the key comes from ------------------------------------------------------------------------------------------


def test_the_key_may_be_the_first_line_of_standard_input(pbx, monkeypatch):
    monkeypatch.delenv(setup.KEY_VARIABLE)
    monkeypatch.setattr(sys, "stdin", io.StringIO("piped-key\nmore\n"))
    assert pbx.setup() == 0
    assert pbx.loaded.key == "piped-key"


def test_the_key_is_asked_for_without_showing_it(pbx, monkeypatch):
    monkeypatch.delenv(setup.KEY_VARIABLE)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    asked = []
    monkeypatch.setattr(setup.getpass, "getpass", lambda words: asked.append(words) or " typed-key ")
    assert pbx.setup() == 0
    assert pbx.loaded.key == "typed-key"
    monkeypatch.setattr(setup.getpass, "getpass", lambda words: asked.append(words) or "")
    assert pbx.setup() == 0
    assert pbx.loaded.key == "typed-key"
    assert "Enter keeps" in asked[1] and "Enter keeps" not in asked[0]


def test_a_key_that_cannot_be_one_is_refused(pbx, monkeypatch):
    monkeypatch.setenv(setup.KEY_VARIABLE, "two words")
    assert pbx.setup() == 2
    assert not pbx.conf.exists()


# -- telling the running Asterisk, and what comes next -----------------------------------------------------------------


@pytest.fixture
def asterisk(tmp_path, monkeypatch):
    """A program `asterisk` that writes down how it was called; `asterisk.write_text` makes it another one."""
    program = tmp_path / "bin" / "asterisk"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/called\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return program


@pytest.fixture
def checked(monkeypatch):
    """Calls of the doctor, who finds all well."""
    calls = []
    monkeypatch.setattr("pbx_agent.doctor.check", lambda path, **options: calls.append((path, options)) or 0)
    return calls


def test_reload_tells_asterisk_and_checks(pbx, asterisk, checked, tmp_path):
    assert pbx.setup("--reload") == 0
    which = f"-C {pbx.etc}/asterisk.conf -rx"
    assert (tmp_path / "called").read_text() == f"{which} manager reload\n{which} dialplan reload\n"
    assert checked == [(pbx.conf, {"starting": True})]


def test_an_asterisk_that_does_not_run_is_told(pbx, asterisk, checked, capsys):
    asterisk.write_text("#!/bin/sh\necho 'Unable to connect to remote asterisk' >&2; exit 1\n")
    assert pbx.setup("--reload") == 1
    assert "Unable to connect" in capsys.readouterr().err
    assert not checked


def test_a_machine_without_the_program_is_told(pbx, checked, capsys, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda *args, **options: None)
    assert pbx.setup("--reload") == 1
    assert "not here" in capsys.readouterr().err


@pytest.fixture
def systemd(monkeypatch, tmp_path):
    """A machine where systemd runs and nothing of ours is installed."""
    for name, value in (("PROGRAM", tmp_path / "pbx-agent"), ("UNIT_FOLDERS", (tmp_path / "units",))):
        monkeypatch.setattr(service, name, value)
    running = tmp_path / "running"
    running.mkdir()
    monkeypatch.setattr(service, "SYSTEMD", running)
    return tmp_path


def test_the_commands_that_start_the_agent_for_good_are_said(pbx, systemd, capsys):
    pbx.setup()
    said = capsys.readouterr().out
    for words in ("useradd --system", "ln -s", str(AGENT / "systemd" / "pbx-agent.service"), "systemctl enable --now"):
        assert words in said
    assert "restart" not in said


def test_a_running_agent_is_restarted_when_its_configuration_is_new(pbx, systemd, capsys):
    (systemd / "units").mkdir()
    (systemd / "units" / "pbx-agent.service").touch()
    pbx.setup()
    assert "systemctl restart" in capsys.readouterr().out
    pbx.setup()
    assert "systemctl restart" not in capsys.readouterr().out
