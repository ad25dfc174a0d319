"""The command line: verbs, exit codes, and which of them work without the libraries."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from pbx_agent import __version__, cli, config
from sandbox.paths import AGENT, ROOT

TRACE = """\
Event: Newchannel
Channel: PJSIP/carrier-00000001
ChannelState: 4
CallerIDNum: +493012345678
Exten: 101
Context: from-carrier
Uniqueid: 1764000000.1
Linkedid: 1764000000.1

Event: Hangup
Channel: PJSIP/carrier-00000001
Uniqueid: 1764000000.1
Linkedid: 1764000000.1
Cause: 16

"""
#: Runs the command where nothing but the standard library can be imported.
BARE = f"import sys; sys.path = [p for p in sys.path if 'site-packages' not in p]; sys.path.insert(0, {str(AGENT)!r})"


def agent(*arguments, **options):
    """`python -m pbx_agent …` in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(AGENT), **options.pop("env", {})}
    argv = [sys.executable, "-m", "pbx_agent", *map(str, arguments)]
    return subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=60, check=False, **options)


def bare(*arguments):
    """The same without any library."""
    program = f"{BARE}; from pbx_agent.cli import main; sys.exit(main({[str(a) for a in arguments]!r}))"
    argv = [sys.executable, "-I", "-c", program]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)


@pytest.mark.parametrize("arguments", [[], ["walk"], ["run", "--fast"], ["setup", "--ami-port", "x"]])
def test_wrong_usage_is_exit_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert "usage: pbx-agent" in capsys.readouterr().err


def test_the_version_is_told():
    done = agent("--version")
    assert (done.returncode, done.stdout.strip()) == (0, __version__)


@pytest.mark.parametrize("verb", ["run", "setup", "doctor", "replay"])
def test_every_verb_explains_itself(verb, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([verb, "--help"])
    assert ended.value.code == 0
    assert f"pbx-agent {verb}" in capsys.readouterr().out


def test_run_without_a_configuration_is_exit_code_2(tmp_path, capsys):
    assert cli.main(["run", "--config", str(tmp_path / "agent.conf")]) == 2
    assert "pbx-agent setup" in capsys.readouterr().err


def test_run_without_a_usable_state_folder_is_exit_code_1(tmp_path):
    (tmp_path / "state").write_text("a file where a folder should be")
    wanted = config.Config(url="http://127.0.0.1:9", key="a", secret="b", state_dir=str(tmp_path / "state"))
    config.write(tmp_path / "agent.conf", wanted)
    done = agent("run", "--config", tmp_path / "agent.conf")
    assert done.returncode == 1
    assert "state" in done.stderr and "Traceback" not in done.stderr


def test_replay_tells_a_call_as_json(tmp_path, capsys):
    (tmp_path / "trace.txt").write_text(TRACE)
    assert cli.main(["replay", str(tmp_path / "trace.txt")]) == 0
    (call,) = json.loads(capsys.readouterr().out)
    assert (call["caller"]["number"], call["ended"]) == ("+493012345678", True)


def test_replay_reads_standard_input():
    done = agent("replay", "-", input=TRACE)
    assert (done.returncode, len(json.loads(done.stdout))) == (0, 1)


@pytest.mark.parametrize("content, words", [(None, "cannot be read"), ("{broken", "is no trace")])
def test_what_cannot_be_replayed_is_exit_code_1(tmp_path, capsys, content, words):
    if content is not None:
        (tmp_path / "trace").write_text(content)
    assert cli.main(["replay", str(tmp_path / "trace")]) == 1
    assert words in capsys.readouterr().err


def test_a_reader_who_goes_away_is_no_error():
    argv = f"{sys.executable} -m pbx_agent replay {ROOT}/tests/scenarios/queue_second_round.json | head -c 1 >/dev/null"
    done = subprocess.run(
        ["sh", "-c", argv], env={**os.environ, "PYTHONPATH": str(AGENT)}, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr


def test_version_replay_and_setup_need_no_library(tmp_path):
    (tmp_path / "trace").write_text(TRACE)
    (tmp_path / "manager.conf").write_text("[general]\n")
    assert bare("--version").returncode == 0
    assert bare("replay", tmp_path / "trace").returncode == 0
    done = bare(
        "setup", "--asterisk-etc", tmp_path, "--config", tmp_path / "agent.conf", "--odoo", "https://odoo.example"
    )
    assert (done.returncode, "no key" in done.stderr) == (2, True)


def test_a_missing_library_is_told_in_words(tmp_path):
    config.write(tmp_path / "agent.conf", config.Config(url="http://127.0.0.1:9", key="a", secret="b"))
    done = bare("run", "--config", tmp_path / "agent.conf")
    assert done.returncode == 2
    assert "is missing: install pbx-agent" in done.stderr and "Traceback" not in done.stderr
