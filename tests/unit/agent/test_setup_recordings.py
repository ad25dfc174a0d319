"""Recordings as `pbx-agent setup` finds them, and what it says of them."""

from __future__ import annotations

import pytest

from pbx_agent.recordings import encoders
from pbx_agent.recordings.settings import Folder
from pbx_agent.setup import recordings
from tests.unit.agent import pbx_folder
from tests.unit.agent.pbx_folder import NOBODY, as_root

key, others, pbx = pbx_folder.key, pbx_folder.others, pbx_folder.pbx  # fixtures
NAMES = {
    "plain": "2026/01/31/in-1764000000.10.wav",
    "freepbx": "2026/01/31/out-0301234-101-20260131-101500-1764000000.10.wav",
    "mikopbx": "2026/01/31/10/mikopbx-1764000000.10_oWgzQFMPRA.mp3",
    "askozia": "2026-01/SIP-101-1764000000.10.mp3",
}
CALLS = "[from-trunk]\nexten => _X.,1,Gosub(odoo-record,s,1(in))\n"


@pytest.fixture
def monitor(pbx):
    """The PBX's recording folder, without a recording."""
    (pbx.etc / "asterisk.conf").write_text(f"[directories]\nastspooldir => {pbx.root}/spool\n")
    folder = pbx.root / "spool" / "monitor"
    folder.mkdir(parents=True)
    return folder


def put(monitor, name):
    path = monitor / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")


def said(pbx, capsys):
    """What a setup prints of recordings: what it found, what is to be done."""
    assert pbx.setup() == 0
    lines = capsys.readouterr().out.splitlines()
    return [line for line in lines if "record" in line and line[:5] in ("found", "TO DO") and "[cdr]" not in line]


def configure(pbx, monitor, capsys, **more):
    """The admin has said where they are."""
    assert pbx.setup() == 0
    options = {"folder": monitor, **more}
    text = "\n".join(f"{name} = {value}" for name, value in options.items())
    pbx.conf.write_text(f"{pbx.conf.read_text()}\n[recordings]\n{text}\n")
    capsys.readouterr()


@pytest.mark.parametrize("layout", NAMES)
def test_each_pbxs_names_are_known(pbx, monitor, capsys, layout):
    put(monitor, "notes.txt")
    put(monitor, NAMES[layout])
    assert recordings.find(pbx.etc, ()) == Folder(str(monitor), layout)
    assert said(pbx, capsys) == [
        f"found     [recordings] folder = {monitor}, layout = {layout}: write this into agent.conf to send them"
    ]
    assert not pbx.loaded.recordings.is_used  # nothing is sent that nobody asked for


def test_a_pbx_that_became_a_freepbx(pbx, monitor):
    for layout in ("plain", "askozia", "freepbx"):
        put(monitor, NAMES[layout])
    assert recordings.find(pbx.etc, ()).layout == "freepbx"


def test_a_machine_of_its_own(pbx, monitor, tmp_path):
    elsewhere = tmp_path / "usbdisk"
    assert recordings.find(pbx.etc, (str(elsewhere),)) is None
    put(elsewhere, NAMES["mikopbx"])
    assert recordings.find(pbx.etc, (str(elsewhere),)) == Folder(str(elsewhere), "mikopbx")


def test_a_pbx_without_recordings_is_left_in_peace(pbx, monitor, capsys):
    assert said(pbx, capsys) == []


def test_what_is_set_up_well_needs_no_words(pbx, monitor, capsys, monkeypatch):
    monkeypatch.setattr(encoders.shutil, "which", lambda name: f"/usr/bin/{name}")
    configure(pbx, monitor, capsys)
    (pbx.etc / "extensions.conf").write_text(pbx.text("extensions.conf") + CALLS)
    put(monitor, NAMES["plain"])
    assert said(pbx, capsys) == []


def test_a_dialplan_that_records_nothing(pbx, monitor, capsys):
    configure(pbx, monitor, capsys)
    (line,) = [line for line in said(pbx, capsys) if "nothing is recorded" in line]
    assert line.startswith("TO DO") and "README" in line
    outgoing = "[out]\nexten => _X.,1,Dial(PJSIP/${EXTEN}@trunk,60,b(odoo-record^s^1(out)))\n"
    (pbx.etc / "extensions.conf").write_text(pbx.text("extensions.conf") + outgoing)
    assert not [line for line in said(pbx, capsys) if "nothing is recorded" in line]


def test_a_layout_that_does_not_fit(pbx, monitor, capsys):
    configure(pbx, monitor, capsys, layout="mikopbx")
    put(monitor, NAMES["freepbx"])
    assert [line for line in said(pbx, capsys) if "named as freepbx, not as mikopbx" in line]
    put(monitor, NAMES["mikopbx"])
    assert not [line for line in said(pbx, capsys) if "named as" in line]


def test_no_encoder(pbx, monitor, capsys, monkeypatch):
    monkeypatch.setattr(encoders.shutil, "which", lambda name: None)
    configure(pbx, monitor, capsys, layout="askozia")
    assert [line for line in said(pbx, capsys) if "install opusenc or ffmpeg or sox" in line]
    pbx.conf.write_text(pbx.conf.read_text().replace("layout =", "format = keep\nlayout ="))
    assert said(pbx, capsys) == []


def test_a_folder_that_is_not_there(pbx, monitor, capsys):
    configure(pbx, monitor / "x", capsys)
    (line,) = said(pbx, capsys)
    assert line.startswith("TO DO") and "is no folder" in line


@as_root
def test_a_folder_that_the_agent_may_not_read_or_delete_in(others):
    monitor = others.root / "monitor"
    monitor.mkdir()
    settings = Folder(str(monitor), "askozia", "keep", keep_local=False)
    for mode, wanted in ((0o700, "may not read"), (0o755, "may not delete"), (0o777, "")):
        monitor.chmod(mode)
        words = list(recordings.advice(settings, others.etc, NOBODY))
        assert len(words) == bool(wanted) and wanted in "".join(words)
