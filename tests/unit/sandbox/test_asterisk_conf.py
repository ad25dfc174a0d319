"""Asterisk's configuration: the sandbox's templates with values, and the agent's files as a customer gets them."""

from __future__ import annotations

import pytest

from sandbox import asterisk
from sandbox.asterisk_source import Source
from sandbox.say import SandboxError


def test_placeholders_are_replaced():
    assert asterisk.render("bind=127.0.0.1:@SIP_PORT@\n", {"SIP_PORT": 5060}) == "bind=127.0.0.1:5060\n"


@pytest.mark.parametrize("text", ["102@default", "exten => _X.,1,Dial(PJSIP/${EXTEN}@carrier)", "a@B c@", "@@"])
def test_what_only_looks_like_a_placeholder_stays(text):
    assert asterisk.render(text, {}) == text


def test_an_unknown_placeholder_is_named_with_its_file():
    with pytest.raises(SandboxError, match=r"pjsip\.conf.*@TRUNK@"):
        asterisk.render("host=@TRUNK@", {"SIP_PORT": 1}, "pjsip.conf")


def test_the_configuration_has_both_kinds_of_files(tmp_path, monkeypatch):
    own, agent = tmp_path / "templates", tmp_path / "agent"
    files = {
        own / "manager.conf": "port=@AMI_PORT@\n#include odoo/manager.conf\n",
        agent / "etc" / "manager.conf": "[odoo]\nsecret=@AMI_SECRET@\n",
        agent / "dialplan" / "extensions.conf": "[x]\n",
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(asterisk.asterisk_source, "find", lambda: Source(("asterisk",), tmp_path, tmp_path, "22"))
    pbx = asterisk.Asterisk(tmp_path / "run", {"AMI_PORT": 5038, "AMI_SECRET": "abc"}, own, agent)
    pbx.write_config()
    assert "port=5038" in (pbx.etc / "manager.conf").read_text()
    assert "secret=abc" in (pbx.etc / "odoo" / "manager.conf").read_text()
    assert (pbx.etc / "odoo" / "extensions.conf").read_text() == "[x]\n"
    assert f"astetcdir => {pbx.folder}/etc" in (pbx.etc / "asterisk.conf").read_text()
    assert pbx.etc.stat().st_mode & 0o077 == 0


def test_rtp_ports_are_free_and_in_a_row():
    first = asterisk.free_range(10)
    assert first % 2 == 0
    assert asterisk.RTP_LOWEST <= first < asterisk.RTP_HIGHEST
