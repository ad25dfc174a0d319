"""Processes are found again by their state file, stopped for certain, and never confused with a stranger's."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from sandbox import process
from sandbox.say import SandboxError

SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
]


@pytest.fixture
def started(tmp_path):
    """Starts a command, waits until it has printed `up`, and leaves nothing running."""
    running = []

    def start(argv):
        one = process.spawn("sleeper", argv, log=tmp_path / "log", state_dir=tmp_path / "state")
        running.append(one)
        one.wait_ready(lambda: "up" in (tmp_path / "log").read_text(), 20)
        return one

    yield start
    for one in running:
        one.kill()


def test_another_run_finds_and_stops_the_process(started, tmp_path):
    own = started(SLEEPER)
    found = process.read_state(tmp_path / "state" / "sleeper.json")
    assert (found.pid, found.started, found.name) == (own.pid, own.started, "sleeper")
    assert found.alive()
    found.stop(seconds=10)
    assert not own.alive()
    assert not (tmp_path / "state" / "sleeper.json").exists()


def test_a_process_that_ignores_the_request_is_killed(started):
    one = started(STUBBORN)
    one.stop(seconds=0.2)
    assert not one.alive()


def test_a_pid_that_now_belongs_to_someone_else_is_not_touched(started, tmp_path):
    own = started(SLEEPER)
    state = tmp_path / "state" / "sleeper.json"
    record = json.loads(state.read_text())
    state.write_text(json.dumps({**record, "started": record["started"] - 1}))
    stranger = process.read_state(state)
    assert not stranger.alive()
    stranger.stop()
    assert own.alive()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": "x"}', '{"name": 1, "pid": "no"}'])
def test_a_damaged_state_file_is_no_process(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    assert process.read_state(path) is None


def test_a_process_that_dies_while_starting_shows_its_last_words(tmp_path):
    one = process.spawn("odd", [sys.executable, "-c", "print('no such database')"], log=tmp_path / "log")
    with pytest.raises(SandboxError, match="no such database"):
        one.wait_ready(lambda: False, 20)
    one.kill()


def test_a_program_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SandboxError, match="asterisk cannot be started"):
        process.spawn("asterisk", [tmp_path / "missing"], log=tmp_path / "log")


def test_own_signal_is_kept_in_the_state(tmp_path):
    one = process.spawn("db", SLEEPER, log=tmp_path / "log", state_dir=tmp_path, sig=signal.SIGINT)
    assert process.read_state(tmp_path / "db.json").sig == signal.SIGINT
    one.kill()


def test_start_time_of_a_living_and_of_no_process():
    assert process.start_time(os.getpid()) > 0
    assert process.start_time(2**22 + 1) is None


def test_a_taken_port_is_named_with_the_variable_to_set(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("ODOO_PORT", str(taken.getsockname()[1]))
        with pytest.raises(SandboxError, match=rf"port {taken.getsockname()[1]} is taken; set ODOO_PORT"):
            process.chosen_port("ODOO_PORT", 8069)


@pytest.mark.parametrize("text", ["0", "65536", "http", "-1", ""])
def test_what_is_no_port_is_refused(monkeypatch, text):
    monkeypatch.setenv("ODOO_PORT", text)
    with pytest.raises(SandboxError, match="ODOO_PORT"):
        process.chosen_port("ODOO_PORT", 8069)


def test_a_free_port_is_free():
    port = process.free_port()
    assert not process.is_taken(port)
    lowest, _highest = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    assert port < int(lowest)  # no outgoing connection gets it


def test_waiting_ends_with_the_condition_or_the_deadline():
    answers = iter([False, False, True])
    assert process.wait_for(lambda: next(answers), 5, pause=0)
    assert not process.wait_for(lambda: False, 0.05, pause=0.01)
