"""Recordings: files of all sorts, and those to be erased."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pbx_agent.recordings.recordings import Recordings
from pbx_agent.recordings.settings import Folder
from pbx_agent.recordings.watch import Pbx
from tests.unit.agent.recordings import sounds
from tests.unit.agent.recordings.post import CHANNEL, Post, begin, hang_up, quick
from tests.unit.agent.recordings.sounds import LINKEDID, NAME
from tests.unit.agent.waiting import nothing_more, until

CONTRACT = Path(__file__).resolve().parents[3] / "contract" / "agent"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    quick(monkeypatch)


# -- files of all sorts ------------------------------------------------------------------------------------------------


def put(post, raw, file=NAME):
    path = post.folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize(
    "raw", [b"<html>not found</html>", b"RIFF", b"\0" * 5000, b"RIFF\0\0\0\0WAVEfmt " + b"\xff" * 90]
)
async def test_what_is_no_audio_is_said_to_be_none_once(odoo, tmp_path, raw):
    async with Post(odoo, tmp_path) as post:
        put(post, raw)
        await until(lambda: post.row() and post.row().told)
        assert post.is_("failed")
        await nothing_more(lambda: len(odoo.bodies("recordings")), 0.2)
    assert odoo.item(NAME)["state"] == "failed" and odoo.item(NAME)["problem"].endswith(".")
    assert (odoo.item(NAME)["bytes"], odoo.item(NAME)["sha256"]) == (0, "")


async def test_a_file_of_four_gigabytes_is_no_call(odoo, tmp_path):
    async with Post(odoo, tmp_path) as post:
        path = put(post, sounds.wav(sounds.tone(440, 0.1)))
        os.truncate(path, (4 << 30) + 10)
        await until(lambda: odoo.item(NAME))
        assert post.made() == []
    assert "larger than" in odoo.item(NAME)["problem"]


async def test_a_file_that_vanishes_is_told_as_gone(odoo, tmp_path, monkeypatch):
    from pbx_agent.recordings import folder

    def gone(self, file):
        (Path(self._root) / file).unlink(missing_ok=True)
        return opened(self, file)

    opened = folder.RecordingFolder.open
    monkeypatch.setattr(folder.RecordingFolder, "open", gone)
    async with Post(odoo, tmp_path) as post:
        put(post, sounds.wav(sounds.tone(440, 1)))
        await until(lambda: odoo.item(NAME))
    assert (odoo.item(NAME)["state"], odoo.item(NAME)["problem"]) == ("failed", "The file is gone from the PBX.")


async def test_a_file_that_vanishes_before_it_is_closed_is_told_as_gone(odoo, tmp_path, monkeypatch):
    from pbx_agent.recordings import watch

    monkeypatch.setattr(watch, "QUIET_SECONDS", 60.0)
    async with Post(odoo, tmp_path) as post:
        path = put(post, sounds.wav(sounds.tone(440, 1)))
        await until(lambda: post.row() and post.row().size > 0)
        path.unlink()
        await until(lambda: odoo.item(NAME))
    assert (odoo.item(NAME)["state"], odoo.item(NAME)["problem"]) == ("failed", "The file is gone from the PBX.")


async def test_a_file_that_grows_after_it_was_converted_is_sent_whole(odoo, tmp_path):
    odoo.verdicts[NAME] = {"status": "wait"}
    async with Post(odoo, tmp_path) as post:
        sounds.record(post.folder, seconds=1)
        await until(lambda: odoo.item(NAME) and post.is_("ready"))
        sounds.record(post.folder, seconds=3)
        del odoo.verdicts[NAME]
        await until(lambda: post.is_("sent"))
    assert odoo.item(NAME)["seconds"] == 3.0 and len(odoo.bytes_of(NAME)) == 44 + 3 * 32_000


async def test_names_that_lead_elsewhere_are_left_alone(odoo, tmp_path):
    secret = tmp_path / "secret.wav"
    secret.write_bytes(sounds.wav(sounds.tone(440, 1)))
    async with Post(odoo, tmp_path) as post:
        day = post.folder / sounds.DAY
        day.mkdir(parents=True)
        (day / "in-1764000000.30.wav").symlink_to(secret)
        (post.folder / "2026" / "02").symlink_to(tmp_path)
        os.mkfifo(day / "in-1764000000.31.wav")
        (day / "in-1764000000.32.wav").mkdir()
        for name in ("in-'; touch x.wav", "in-\n.wav", "in-..wav\udcff.wav", "notes.txt"):
            (day / name).write_bytes(b"x")
        for file in ("../secret.wav", str(secret), "2026/02/../../secret.wav", "x" * 400, "a\0b"):
            post.recordings.begun(file, LINKEDID, CHANNEL)
        await nothing_more(lambda: len(odoo.bodies("recordings")), 0.4)
        assert post.state.counts() == {} and not odoo.bodies("recordings")


async def test_a_link_in_place_of_a_told_file_is_not_followed(odoo, tmp_path):
    secret = tmp_path / "secret.wav"
    secret.write_bytes(sounds.wav(sounds.tone(440, 1)))
    async with Post(odoo, tmp_path) as post:
        begin(post)
        (post.folder / sounds.DAY).mkdir(parents=True)
        (post.folder / NAME).symlink_to(secret)
        hang_up(post)
        await until(lambda: odoo.item(NAME))
        assert not odoo.blocks
    assert odoo.item(NAME)["problem"] == "It is a link, not a file."


async def test_a_folder_that_became_a_link_is_not_followed(odoo, tmp_path):
    outside = tmp_path / "outside" / "31"
    sounds.record(tmp_path / "elsewhere")
    outside.parent.mkdir()
    (tmp_path / "elsewhere" / sounds.DAY).rename(outside)
    async with Post(odoo, tmp_path) as post:
        begin(post)
        (post.folder / "2026" / "01").mkdir(parents=True)
        (post.folder / sounds.DAY).symlink_to(outside)
        hang_up(post)
        await until(lambda: odoo.item(NAME))
        assert not odoo.blocks
        assert await post.recordings.erase(odoo.item(NAME)["key"], NAME)
    assert len(list(outside.iterdir())) == 3


async def test_a_folder_that_is_not_there_is_waited_for(odoo, tmp_path, caplog):
    caplog.set_level("INFO")
    async with Post(odoo, tmp_path) as post:
        post.folder.rmdir()
        await until(lambda: "cannot be read" in caplog.text)
        sounds.record(post.folder)
        await until(lambda: post.is_("sent"))
    assert caplog.text.count("cannot be read") == 1 and "can be read again" in caplog.text


# -- erasing -----------------------------------------------------------------------------------------------------------


async def test_an_erased_recording_is_gone_and_never_comes_back(odoo, tmp_path):
    gate = odoo.close_gate("recording_data")
    async with Post(odoo, tmp_path) as post:
        sounds.record(post.folder)
        await until(lambda: odoo.sending)
        assert await post.recordings.erase(odoo.item(NAME)["key"], NAME) == ""
        assert not list(post.folder.rglob("*.wav")) and post.made() == []
        gate.set()
        sounds.record(post.folder)
        asked = len(odoo.items("recordings"))
        post.recordings._folder.forget()
        await nothing_more(lambda: len(odoo.items("recordings")), 0.4)
        assert len(odoo.items("recordings")) == asked and post.is_("erased")


async def test_what_is_not_there_is_erased(odoo, tmp_path):
    async with Post(odoo, tmp_path) as post:
        assert await post.recordings.erase("0" * 32, NAME) == ""
        sounds.record(post.folder)
        await nothing_more(lambda: len(odoo.bodies("recordings")), 0.3)
        assert post.is_("erased")


@pytest.mark.parametrize("file", ["../../etc/passwd", "/etc/passwd", "2026/01/31/notes.txt", "", "a\nb", "2026"])
async def test_nothing_else_than_recordings_is_erased(odoo, tmp_path, file):
    async with Post(odoo, tmp_path) as post:
        put(post, b"mine", "2026/01/31/notes.txt")
        assert "no name of a recording" in await post.recordings.erase("0" * 32, file)
        assert (post.folder / "2026/01/31/notes.txt").exists()


async def test_what_cannot_be_deleted_is_said(odoo, tmp_path, monkeypatch):
    def refuse(self, file):
        raise PermissionError(13, "Permission denied")

    async with Post(odoo, tmp_path) as post:
        monkeypatch.setattr("pbx_agent.recordings.folder.RecordingFolder.delete", refuse)
        assert "Permission denied" in await post.recordings.erase("0" * 32, NAME)


async def test_without_a_folder_there_is_nothing_to_erase_nor_to_send(odoo, tmp_path):
    post = Post(odoo, tmp_path)
    idle = Recordings(Folder(), post.client, tmp_path, Pbx(lambda: True, lambda *_ids: None), lambda: False)
    idle.begun(NAME, LINKEDID, CHANNEL)
    idle.told(odoo.policy)
    assert "[recordings]" in await idle.erase("0" * 32, NAME)
