"""What the doctor says of recordings: the folder, the programs, what waits."""

from __future__ import annotations

import pytest

from pbx_agent import config
from pbx_agent.config import Config
from pbx_agent.doctor import recordings as hop
from pbx_agent.recordings import encoders
from pbx_agent.recordings.settings import Folder
from pbx_agent.recordings.state import State
from tests.unit.agent import doctor_world
from tests.unit.agent.doctor_world import seen

ami, odoo, path, quick = doctor_world.ami, doctor_world.odoo, doctor_world.path, doctor_world.quick  # fixtures
FILE = "2026/01/31/in-1764000000.10.wav"


def found(tmp_path, **settings):
    """hop -> (level, words and what to do)."""
    state = tmp_path / "state"
    state.mkdir(exist_ok=True)
    folder = Folder(**{"folder": str(tmp_path / "monitor"), **settings})
    checked = Config(url="https://odoo.example", key="k", secret="s", state_dir=str(state), recordings=folder)
    return {one.hop: (one.level, f"{one.words} {one.todo}") for one in hop.examine(checked)}


@pytest.fixture
def monitor(tmp_path):
    (tmp_path / "monitor" / "2026" / "01" / "31").mkdir(parents=True)
    return tmp_path / "monitor"


def test_without_a_folder_nothing_is_wrong(tmp_path):
    assert found(tmp_path, folder="") == {"recordings": ("ok", found(tmp_path, folder="")["recordings"][1])}


def test_all_well(tmp_path, monitor):
    (tmp_path / "state").mkdir()
    State(tmp_path / "state" / "recordings.sqlite").close()
    assert {level for level, _words in found(tmp_path).values()} == {"ok"}


def test_a_missing_folder_fails(tmp_path):
    level, words = found(tmp_path)["recordings"]
    assert level == "FAILS" and "[recordings]" in words


def test_a_closed_day_fails(tmp_path, monitor, monkeypatch):
    allowed = hop.os.access
    monkeypatch.setattr(hop.os, "access", lambda path, mode: not str(path).endswith("31") and allowed(path, mode))
    level, words = found(tmp_path)["recordings"]
    assert level == "FAILS" and "usermod" in words


@pytest.mark.parametrize("keep_local, level", [(True, "note"), (False, "FAILS")])
def test_what_cannot_be_deleted_is_said(tmp_path, monitor, monkeypatch, keep_local, level):
    monkeypatch.setattr(hop.os, "access", lambda path, mode: mode != hop.os.W_OK)
    assert found(tmp_path, keep_local=keep_local)["recordings"][0] == level


def test_a_missing_encoder_is_a_note_with_its_remedy(tmp_path, monitor, monkeypatch):
    monkeypatch.setattr(encoders.shutil, "which", lambda name: None)
    level, words = found(tmp_path)["encoders"]
    assert level == "note" and "opus-tools" in words
    assert found(tmp_path, format="wav")["encoders"][0] == "ok"


def test_what_waits_is_said_with_its_reason(tmp_path, monitor):
    state = tmp_path / "state"
    state.mkdir()
    recordings = State(state / "recordings.sqlite")
    recordings.note(FILE, "1764000000.10", "", 1.0)
    recordings.change(FILE, state="closed", problem="The disk is full.")
    recordings.close()
    said = found(tmp_path)
    assert said["recordings sent"] == ("note", "0 are in Odoo, 1 wait ")
    assert said["recording"] == ("note", f"{FILE}: The disk is full. ")


async def test_the_doctor_tells_them_among_the_hops(path, tmp_path):
    assert (await seen(path))["recordings"][0] == "ok"
    path.write_text(path.read_text() + f"\n[recordings]\nfolder = {tmp_path / 'nothing'}\n")
    assert config.load(path).recordings.is_used
    assert (await seen(path))["recordings"][0] == "FAILS"
