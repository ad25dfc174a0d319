"""Folders as PBXs have them, and `pbx-agent setup` as an admin runs it on them."""

from __future__ import annotations

import io
import os
import pwd
import shutil
import stat
import sys

import pytest

from pbx_agent import cli, config, setup
from pbx_agent.files import Owner
from pbx_agent.setup import service
from sandbox.paths import temporary

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root acts for others")
PLAIN = {
    "asterisk.conf": "[directories]\n",
    "manager.conf": "[general]\nenabled = yes\nport = 5039\nbindaddr = 127.0.0.1\n",
    "extensions.conf": "[globals]\n\n[from-internal]\nexten => _X.,1,Hangup()\n",
    "cdr_custom.conf": "[mappings]\nMaster.csv => ${CSV_QUOTE(${CDR(start)})},${CDR(linkedid)}\n",
}
FREEPBX = {
    **PLAIN,
    "manager.conf": PLAIN["manager.conf"] + "\n#include manager_additional.conf\n#include manager_custom.conf\n",
    "manager_custom.conf": "",
    "extensions.conf": "#include extensions_additional.conf\n#include extensions_custom.conf\n",
    "extensions_additional.conf": "[from-internal]\ninclude => from-internal-custom\n",
    "extensions_custom.conf": "[from-internal-custom]\nexten => 1234,1,Playback(demo-congrats)\n",
}
NOBODY = Owner(pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)


class Pbx:
    """An Asterisk's folder, the agent's files, and setup as an admin runs it."""

    def __init__(self, root, files=PLAIN, owner=None):
        self.root, self.etc, self.conf = root, root / "etc", root / "agent" / "agent.conf"
        self.etc.mkdir()
        for name, text in files.items():
            (self.etc / name).write_text(text)
        if owner:
            self.give(owner)

    def give(self, owner):
        for path in (self.etc, *self.etc.rglob("*")):
            os.chown(path, *owner, follow_symlinks=False)

    def setup(self, *more, url="https://odoo.example"):
        places = ["--asterisk-etc", str(self.etc), "--config", str(self.conf), "--state-dir", str(self.root / "state")]
        return cli.main(["setup", *(["--odoo", url] if url else []), *places, *more])

    def text(self, name):
        return (self.etc / name).read_text()

    def everything(self):
        """What every file is: content, rights, owner, and which file it is."""
        files = (path for path in self.root.rglob("*") if path.is_file() and path.name != "spool.sqlite")
        return {
            path: (path.read_bytes(), path.stat().st_ino, path.stat().st_mode, path.stat().st_uid) for path in files
        }

    @property
    def loaded(self):
        return config.load(self.conf)


@pytest.fixture
def pbx(tmp_path):
    return Pbx(tmp_path)


@pytest.fixture
def others(monkeypatch):
    """A PBX whose folder belongs to Asterisk's own user."""
    folder = temporary("pbx-setup-")
    yield Pbx(folder, owner=NOBODY)
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def key(monkeypatch):
    """The key in the environment, and nobody at the keyboard."""
    monkeypatch.setenv(setup.KEY_VARIABLE, "the-key")
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    monkeypatch.setattr(service, "USER", "no-such-user")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)
