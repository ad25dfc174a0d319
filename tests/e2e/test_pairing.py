"""A PBX is paired with Odoo by one command, and the doctor says which hop fails: on a real Asterisk and a real Odoo."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import time
from dataclasses import replace

import pytest

from pbx_agent import config
from sandbox import venv
from sandbox.asterisk import Asterisk
from sandbox.paths import AGENT, temporary
from sandbox.process import free_port, spawn, wait_for
from sandbox.world import DB

INCLUDE = re.compile(r"^#include odoo/.*\n", re.MULTILINE)


class Branch:
    """A second PBX: an Asterisk that knows nothing of Odoo, a server in Odoo, and what is between them."""

    def __init__(self, world):
        self.world, self.folder, self.admin = world, temporary("pbx-b-"), world.client()
        self.pbx = Asterisk(self.folder / "pbx")
        self.conf, self.agent = self.folder / "agent" / "agent.conf", None
        self.server, self.key = self._in_odoo()

    def _in_odoo(self):
        server = self.admin.call("asterisk.server", "create", {"name": "Munich"})
        self.admin.call("asterisk.extension", "create", {"server_id": server, "number": "101", "name": "Reception"})
        return server, self.admin.call("asterisk.server", "action_generate_key", [server])["context"]["default_key"]

    def start(self):
        """Start Asterisk as it was before anybody thought of Odoo."""
        (self.folder / "pbx").mkdir(mode=0o711)
        self.pbx.start()
        program = self.folder / "bin" / "asterisk"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec {shlex.join(map(str, self.pbx.source.command))} "$@"\n')
        program.chmod(0o755)
        for name in ("manager.conf", "extensions.conf"):
            path = self.pbx.etc / name
            path.write_text(INCLUDE.sub("", path.read_text()))
        shutil.rmtree(self.pbx.etc / "odoo")
        self.reload()

    def stop(self):
        if self.agent:
            self.agent.stop()
        self.pbx.stop()
        self.admin.call("asterisk.server", "unlink", [self.server])
        shutil.rmtree(self.folder, ignore_errors=True)

    def change(self, name, change):
        """Change one of Asterisk's files as an admin would, and let Asterisk know."""
        path = self.pbx.etc / name
        path.write_text(change(path.read_text()))
        self.reload()

    def reload(self):
        for command in ("manager reload", "dialplan reload"):
            self.pbx.rx(command)

    def run(self, *arguments, **environment):
        """`pbx-agent …` as the admin calls it."""
        argv = [venv.python(), "-m", "pbx_agent", *arguments]
        env = {**venv.environment(AGENT), **environment}
        env["PATH"] = f"{self.folder / 'bin'}:{env['PATH']}"
        return subprocess.run(
            [str(a) for a in argv], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip

    def setup(self, *more):
        places = ("--asterisk-etc", self.pbx.etc, "--config", self.conf, "--state-dir", self.folder / "agent" / "state")
        odoo = ("--odoo", self.world.odoo.url, "--database", DB)
        return self.run("setup", *odoo, *places, *more, PBX_AGENT_ODOO_KEY=self.key)

    def start_agent(self):
        argv = self.world.agent_argv("run", "--config", str(self.conf))
        self.agent = spawn("branch agent", argv, log=self.folder / "agent.log", env=venv.environment(AGENT))
        assert wait_for(lambda: self.in_odoo("connected"), 20), (self.folder / "agent.log").read_text()

    def in_odoo(self, field):
        (server,) = self.admin.read("asterisk.server", [("id", "=", self.server)], [field])
        return server[field]

    def doctor(self, path=None):
        """(exit code, hop -> (level, words and what to do)); the words are those a person reads."""
        done = self.run("doctor", "--json", "--config", path or self.conf)
        assert done.stdout, done.stderr
        assert self.key not in done.stdout and str(config.load(self.conf).secret) not in done.stdout
        found = json.loads(done.stdout)["findings"]
        return done.returncode, {f["hop"]: (f["level"], f"{f['words']} {f['todo']}") for f in found}

    def fails(self, **changed):
        """hop -> words of what fails with some values of the agent's configuration changed."""
        path = self.conf.with_name("changed.conf")
        config.write(path, replace(config.load(self.conf), **changed))
        code, found = self.doctor(path)
        bad = {hop: words for hop, (level, words) in found.items() if level == "fails"}
        assert code == (1 if bad else 0)
        return bad


@pytest.fixture(scope="module")
def fresh(world):
    """The second PBX before it is paired."""
    branch = Branch(world)
    try:
        branch.start()
        yield branch
    finally:
        branch.stop()


@pytest.fixture(scope="module")
def paired(fresh):
    """The second PBX after the one command that an admin runs; then its agent was started."""
    done = fresh.setup("--reload")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "TO DO" not in done.stdout and "all well" in done.stdout
    fresh.start_agent()
    return fresh


@pytest.fixture
def restored(paired):
    """The same; Asterisk's files are afterwards as they were."""
    names = ("manager.conf", "extensions.conf", "odoo/manager.conf")
    before = {name: (paired.pbx.etc / name).read_text() for name in names}
    yield paired
    for name, text in before.items():
        (paired.pbx.etc / name).write_text(text)
    paired.reload()


def test_the_command_pairs_and_the_doctor_finds_all_well(paired):
    code, found = paired.doctor()
    assert code == 0, found
    levels = {hop: level for hop, (level, _words) in found.items()}
    assert levels.pop("registrations") == "note"  # nobody has switched on the reception's phone
    assert levels.pop("call records") == levels.pop("channel events") == "note"  # nobody has called anybody
    assert set(levels.values()) == {"ok"}, found
    assert "Munich" in found["key"][1] and "22." in found["Asterisk's login"][1]


def test_nothing_in_asterisks_log_speaks_of_our_files(paired):
    log = paired.pbx.log.read_text(errors="replace")
    assert not [line for line in log.splitlines() if re.search(r"(WARNING|ERROR).*(odoo/|odoo-dial)", line)]


def test_only_asterisk_can_read_its_secret(paired):
    owner = (paired.pbx.etc / "manager.conf").stat().st_uid
    ours = (paired.pbx.etc / "odoo" / "manager.conf").stat()
    assert (ours.st_uid, ours.st_mode & 0o777) == (owner, 0o640)
    assert (paired.conf.stat().st_uid, paired.conf.stat().st_mode & 0o777) == (os.getuid(), 0o600)


def wait_until(condition, seconds=20):
    """Until `condition()` is true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.1)


def test_pairing_again_changes_nothing(paired):
    done = paired.setup()
    lines = [line for line in done.stdout.splitlines() if str(paired.folder) in line]
    assert {line.split()[0] for line in lines} == {"unchanged"}
    assert paired.in_odoo("connected")


def test_the_doctor_leaves_no_trace_in_odoo_and_the_agent_in_peace(paired):
    names = ["agent_host", "agent_started_at", "agent_version", "asterisk_version", "connected_since", "dead_letters"]
    # Asterisk's version comes with a second hello, when Asterisk was slower than Odoo.
    wait_until(lambda: paired.in_odoo("asterisk_version"))
    before = [paired.in_odoo(name) for name in names]
    log = (paired.folder / "agent.log").read_text()
    paired.doctor()
    assert [paired.in_odoo(name) for name in names] == before
    assert paired.in_odoo("connected")
    assert (paired.folder / "agent.log").read_text() == log
    assert paired.pbx.rx("manager show connected").count("odoo") == 1


def test_beside_the_main_agent_all_is_well_too(world, paired):
    code, found = paired.doctor(world.agent_config)
    assert code == 0, found
    assert world.is_connected()


def test_on_a_freepbx_asterisk_reads_our_files_by_way_of_the_custom_ones(restored):
    etc = restored.pbx.etc
    customs = [etc / "manager_custom.conf", etc / "extensions_custom.conf"]
    try:
        for custom in customs:
            custom.write_text("")
            main = etc / custom.name.replace("_custom", "")
            main.write_text(INCLUDE.sub(f"#include {custom.name}\n", main.read_text()))
        generated = [(etc / name).read_text() for name in ("manager.conf", "extensions.conf")]
        done = restored.setup("--reload")
        assert done.returncode == 0, done.stdout
        assert [(etc / name).read_text() for name in ("manager.conf", "extensions.conf")] == generated
        assert all("#include odoo/" in custom.read_text() for custom in customs)
        assert not restored.fails()
    finally:
        for custom in customs:
            custom.unlink()


# -- each hop broken in turn -------------------------------------------------------------------------------------------


def test_a_wrong_secret(paired):
    bad = paired.fails(secret="guessed")
    assert list(bad) == ["Asterisk's login"]
    assert "Authentication failed" in bad["Asterisk's login"] and "pbx-agent setup" in bad["Asterisk's login"]


def test_another_port_than_amis(paired):
    bad = paired.fails(port=free_port())
    assert list(bad) == ["Asterisk's AMI port"] and "Connection refused" in bad["Asterisk's AMI port"]


def test_amis_port_is_something_else(paired):
    bad = paired.fails(port=paired.world.odoo.port)
    assert "does not answer as AMI does" in bad["Asterisk's AMI port"]


def test_nothing_listens_where_odoo_should_be(paired):
    bad = paired.fails(url=f"http://127.0.0.1:{free_port()}")
    assert list(bad) == ["Odoo's port"] and "Connection refused" in bad["Odoo's port"]


def test_https_where_odoo_speaks_http(paired):
    bad = paired.fails(url=paired.world.odoo.url.replace("http:", "https:"))
    assert list(bad) == ["Odoo's certificate"]


def test_a_wrong_key(paired):
    bad = paired.fails(key="0" * 40)
    assert list(bad) == ["key"] and "make a new key" in bad["key"]


def test_a_wrong_database(paired):
    bad = paired.fails(database="compny")
    assert list(bad) == ["Odoo's answer"] and "compny" in bad["Odoo's answer"]


def test_ami_is_off(restored):
    restored.change("manager.conf", lambda text: text.replace("enabled=yes", "enabled=no"))
    assert "enabled = yes" in restored.fails()["Asterisk's AMI port"]


def test_our_user_is_not_included(restored):
    restored.change("manager.conf", lambda text: INCLUDE.sub("", text))
    assert "odoo/manager.conf" in restored.fails()["Asterisk's login"]


def test_our_context_is_not_included(restored):
    restored.change("extensions.conf", lambda text: INCLUDE.sub("", text))
    bad = restored.fails()
    assert list(bad) == ["dialplan"] and "odoo-dial" in bad["dialplan"]


def test_the_outbound_context_is_misspelt(restored):
    restored.change("extensions.conf", lambda text: text.replace("CONTEXT=from-internal", "CONTEXT=form-internal"))
    assert "form-internal" in restored.fails()["outbound context"]


@pytest.mark.parametrize(
    "rights, hop, words",
    [
        ("write=call,reporting", "rights", "write=originate"),
        ("write=call,originate", "calls", "refused"),
        ("read=agent,user,dialplan,system", "events", "read=call"),
        ("read=call,agent,user,dialplan", "events", "read=system"),
    ],
)
def test_a_right_is_missing(restored, rights, hop, words):
    kind = rights.split("=")[0]
    restored.change("odoo/manager.conf", lambda text: re.sub(rf"^{kind}=.*$", rights, text, flags=re.MULTILINE))
    assert words in restored.fails()[hop]


@pytest.mark.parametrize(
    "change, hop, words",
    [
        (lambda text: re.sub(r"^eventfilter=.*\n", "", text, flags=re.MULTILINE), "event filter", "does not work"),
        (lambda text: text.replace("\nwrite=", "\nwrite=system,command,"), "rights", "more than it needs"),
    ],
    ids=["no filter", "too many rights"],
)
def test_what_works_but_should_not_be_so_is_worth_a_word(restored, change, hop, words):
    restored.change("odoo/manager.conf", change)
    code, found = restored.doctor()
    assert code == 0
    assert found[hop][0] == "note" and words in found[hop][1]


def test_a_phone_that_asterisk_does_not_know(paired):
    device = paired.admin.call("asterisk.extension", "create", {"server_id": paired.server, "number": "199"})
    try:
        bad = paired.fails()
        assert list(bad) == ["phones"] and "PJSIP/199" in bad["phones"]
    finally:
        paired.admin.call("asterisk.extension", "unlink", [device])


def test_an_agent_that_was_stopped(paired):
    paired.agent.stop()
    paired.agent = None
    bad = paired.fails()
    assert list(bad) == ["agent"] and "it was stopped" in bad["agent"]
