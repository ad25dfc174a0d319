"""The section [recordings], and what Odoo's hello says of recordings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pbx_agent import config
from pbx_agent.recordings import settings
from pbx_agent.recordings.policy import Circumstances, Policy, policy_of

CONTRACT = Path(__file__).resolve().parents[3] / "contract" / "agent"
USUAL = "[odoo]\nurl = https://odoo.example\nkey = k\n[asterisk]\nsecret = s\n"


def test_without_the_section_no_recordings_are_sent():
    assert not config.parsed(USUAL).recordings.is_used


def test_the_section_is_read():
    lines = "folder = /var/spool/asterisk/monitor\nlayout = freepbx\nformat = mp3\nparallel = 3\nkeep_local = no\n"
    found = config.parsed(f"{USUAL}[recordings]\n{lines}").recordings
    assert found == settings.Folder("/var/spool/asterisk/monitor", "freepbx", "mp3", 3, False)


@pytest.mark.parametrize(
    "line, words",
    [
        ("folder = monitor", "whole path"), ("folder = /", "whole disk"), ("layout = other", "choose one of plain"),
        ("format = flac", "choose one of opus"), ("parallel = 9", "1 to 8"), ("parallel = many", "no number"),
        ("keep_local = perhaps", "yes or no"), ("encoder_seconds = 0", "1 to 86400"),
        ("encoder_seconds = long", "no number"), ("colour = red", "colour is not known"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named(line, words):
    with pytest.raises(config.ConfigError, match=words) as caught:
        config.parsed(f"{USUAL}[recordings]\n{line}\n")
    assert "[recordings]" in str(caught.value)


def test_an_earlier_setup_leaves_the_section_alone(tmp_path):
    path = tmp_path / "agent.conf"
    path.write_text(USUAL + "[recordings]\nfolder = /rec   ; ours\n")
    config.write(path, config.load(path, strict=False))
    assert "folder = /rec   ; ours" in path.read_text()


# -- policy ------------------------------------------------------------------------------------------------------------


def call(answered=True, endpoints=("PJSIP/102",), queue=""):
    return Circumstances(False, answered, "1.1", answered, 1.0 if answered else None, set(endpoints), queue)


def test_the_example_of_hello_is_understood():
    told = json.loads((CONTRACT / "hello.json").read_text("utf-8"))["response"]["recordings"]
    assert policy_of(told) == Policy("chosen", frozenset({"PJSIP/101"}), frozenset({"support"}), "opus", 2)


@pytest.mark.parametrize("told", [None, [], "all", 5])
def test_an_older_odoo_gets_no_recordings(told):
    assert policy_of(told) is None


def test_what_is_not_said_clearly_is_not_wanted():
    found = policy_of({"policy": "everything!", "endpoints": 5, "queues": [{}, "a"], "format": "flac", "parallel": 99})
    assert found == Policy("none", frozenset(), frozenset({"a"}), "opus", 8)


@pytest.mark.parametrize(
    "policy, of, wanted",
    [
        ("all", call(answered=False), True), ("none", call(), False), ("none", None, False), ("all", None, True),
        ("answered", call(), True), ("answered", call(answered=False), False), ("answered", None, True),
        ("chosen", call(), False), ("chosen", call(endpoints=("PJSIP/101", "PJSIP/102")), True),
        ("chosen", call(queue="support"), True), ("chosen", None, True),
    ],
)  # fmt: skip
def test_whose_recording_is_wanted(policy, of, wanted):
    assert Policy(policy, frozenset({"PJSIP/101"}), frozenset({"support"})).wants(of) is wanted
