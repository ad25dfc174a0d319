"""From what the PBX wrote to what is sent: with every program or with none, and with no room left."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import stat
import subprocess
from collections import namedtuple

import pytest

from pbx_agent.recordings import convert
from pbx_agent.recordings.convert import Converter, Empty, Waits
from pbx_agent.recordings.courtesy import Courtesy
from pbx_agent.recordings.folder import NotThere, RecordingFolder
from pbx_agent.recordings.wav import NotAudio
from tests.unit.agent.recordings import sounds
from tests.unit.agent.recordings.sounds import CLIENT, COMPANY, DAY, NAME

OUT = "a" * 32


class Shop:
    """A converter between a recording folder and a work folder."""

    def __init__(self, root, layout="plain"):
        self.folder, self.work = root / "monitor", root / "work"
        self.work.mkdir()
        self.folder.mkdir()
        folder = RecordingFolder(str(self.folder), layout)
        self.courtesy = Courtesy()
        self.converter = Converter(folder, self.work, asyncio.to_thread, 120.0, self.courtesy)

    async def make(self, form, file=NAME):
        made = await self.converter.make(file, OUT, form)
        path = self.work / made.output
        assert sorted(self.work.iterdir()) == [path] and path.stat().st_size == made.bytes
        with path.open("rb") as stream:
            assert convert.sha256(stream, lambda: None) == made.sha256
        return made

    def path(self, made):
        return self.work / made.output


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path)


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A folder that is the only one programs are looked for in; `nice` and the shell's own are there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("nice", "sh", "cat", "sleep"):
        (folder / name).symlink_to(shutil.which(name))
    monkeypatch.setenv("PATH", str(folder))
    return folder


def install(folder, name, script):
    (folder / name).write_text(f"#!{shutil.which('sh', path='/bin:/usr/bin')}\n{script}\n")
    (folder / name).chmod(stat.S_IRWXU)


def heard(samples):
    return [sounds.hears(side) for side in samples]


@pytest.mark.parametrize("form, mimetype", [("opus", "audio/ogg"), ("mp3", "audio/mpeg")])
async def test_a_small_file_keeps_the_sides_apart(shop, tmp_path, form, mimetype):
    sounds.record(shop.folder, seconds=3)
    made = await shop.make(form)
    assert (made.mimetype, made.channels, made.seconds) == (mimetype, 2, 3.0)
    assert heard(sounds.decoded(shop.path(made), tmp_path)[0]) == [{CLIENT}, {COMPANY}]


async def test_without_any_program_wav_is_made_and_that_is_said_once(shop, programs, caplog):
    sounds.record(shop.folder)
    for _time in range(2):
        made = await shop.make("opus")
        assert (made.output, made.mimetype, made.channels) == (f"{OUT}.wav", "audio/wav", 2)
        assert heard(sounds.sides(shop.path(made))[0]) == [{CLIENT}, {COMPANY}]
    assert caplog.text.count("sent as WAV") == 1


@pytest.mark.parametrize("form", ["wav", "keep"])
async def test_wav_needs_no_program(shop, programs, form):
    sounds.record(shop.folder, told=0)
    made = await shop.make(form)
    assert heard(sounds.sides(shop.path(made))[0]) == [{CLIENT}, {COMPANY}]


async def test_a_program_that_fails_makes_room_for_the_next(shop, programs):
    sounds.record(shop.folder)
    install(programs, "opusenc", "for last; do :; done; echo half >$last; echo broken >&2; exit 3")
    install(programs, "sox", "for last; do :; done; echo whole >$last")
    made = await shop.make("opus")
    assert shop.path(made).read_text() == "whole\n"


async def test_where_every_program_fails_wav_is_sent(shop, programs, caplog):
    sounds.record(shop.folder)
    for name in ("opusenc", "sox", "ffmpeg"):
        install(programs, name, "echo broken >&2; exit 3")
    assert (await shop.make("opus")).mimetype == "audio/wav"
    assert "opusenc ended with 3: broken" in caplog.text


async def test_a_program_that_hangs_is_ended(shop, programs):
    shop.converter._patience = 0.3
    sounds.record(shop.folder, seconds=0.2)
    install(programs, "opusenc", f"echo $$ >{shop.folder}/pid; exec sleep 60")
    assert (await shop.make("opus")).mimetype == "audio/wav"
    with pytest.raises(ProcessLookupError):
        os.kill(int((shop.folder / "pid").read_text()), 0)


async def test_a_program_writes_to_the_state_folder_only_and_hears_no_name_of_the_pbx(shop, programs):
    sounds.record(shop.folder)
    install(programs, "opusenc", f'echo "$@" >{shop.folder}/said; for last; do :; done; echo x >$last')
    await shop.make("opus")
    said = (shop.folder / "said").read_text()
    assert str(shop.work) in said and str(shop.folder) not in said and "1764000000" not in said


async def test_one_side_alone_is_not_both(shop):
    sounds.record(shop.folder)
    (shop.folder / NAME.replace(".wav", "-tx.wav")).unlink()
    made = await shop.make("wav")
    assert made.channels == 1 and heard(sounds.sides(shop.path(made))[0]) == [{CLIENT, COMPANY}]


@pytest.mark.parametrize(
    "raw", [b"", b"not audio", sounds.wav(sounds.tone(440, 0.1)), sounds.wav(sounds.tone(440, 4), 2)]
)
async def test_sides_that_make_no_sense_do_not_spoil_the_whole(shop, raw):
    sounds.record(shop.folder, seconds=4)
    for ending in ("-rx", "-tx"):
        (shop.folder / NAME.replace(".wav", f"{ending}.wav")).write_bytes(raw)
    made = await shop.make("wav")
    assert (made.channels, made.seconds) == (1, 4.0)


@pytest.mark.parametrize("whole", [None, b"", b"RIFF"])
async def test_sides_are_enough(shop, whole):
    sounds.record(shop.folder)
    (shop.folder / NAME).unlink()
    if whole is not None:
        (shop.folder / NAME).write_bytes(whole)
    assert (await shop.make("wav")).channels == 2


@pytest.mark.parametrize(
    "raw, error", [(b"", Empty), (sounds.wav(sounds.tone(1, 0)), Empty), (b"MZ" * 99, NotAudio), (None, NotThere)]
)
async def test_what_cannot_be_converted_is_told_apart(shop, raw, error):
    path = shop.folder / NAME
    path.parent.mkdir(parents=True)
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(error):
        await shop.make("opus")
    assert not list(shop.work.iterdir())


# -- other PBXs --------------------------------------------------------------------------------------------------------


def foreign(shop, ending):
    """A FreePBX's recording in another format."""
    file = f"{DAY}/out-0301234-101-20260131-101500-1764000000.10.{ending}"
    path = shop.folder / file
    path.parent.mkdir(parents=True)
    plain = shop.work.parent / "plain.wav"
    plain.write_bytes(sounds.wav(sounds.tone(CLIENT, 2)))
    subprocess.run(["sox", plain, *(["-t", "wav", "-e", "gsm"] if ending == "WAV" else []), path], check=True)
    return file


@pytest.mark.parametrize("ending", ["gsm", "WAV"])
async def test_gsm_is_made_readable(shop, tmp_path, ending):
    made = await shop.make("opus", foreign(shop, ending))
    assert (made.mimetype, made.channels) == ("audio/ogg", 1) and made.seconds == pytest.approx(2, abs=0.1)
    assert heard(sounds.decoded(shop.path(made), tmp_path)[0]) == [{CLIENT}]


async def test_what_is_small_already_is_not_made_worse(shop):
    file = foreign(shop, "ogg")
    made = await shop.make("opus", file)
    assert shop.path(made).read_bytes() == (shop.folder / file).read_bytes() and made.mimetype == "audio/ogg"


async def test_gsm_without_a_program_waits_for_one(shop, programs):
    path = shop.folder / f"{DAY}/x-20260131-101500-1764000000.10.gsm"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\xd0" * 330)
    with pytest.raises(Waits, match="sox or ffmpeg"):
        await shop.make("opus", str(path.relative_to(shop.folder)))


# -- the disk ----------------------------------------------------------------------------------------------------------


async def test_a_full_disk_is_said_and_nothing_half_is_left(shop, monkeypatch):
    sounds.record(shop.folder)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(convert.shutil, "disk_usage", lambda path: usage(1, 1, 5 << 20))
    with pytest.raises(Waits, match="disk is full: 5 MB"):
        await shop.make("opus")
    assert not list(shop.work.iterdir())


async def test_a_disk_that_gets_full_meanwhile_is_said_too(shop, monkeypatch):
    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    sounds.record(shop.folder)
    monkeypatch.setattr(convert.join, "stereo", full)
    with pytest.raises(Waits, match="disk is full"):
        await shop.make("opus")
    assert not list(shop.work.iterdir())


async def test_a_program_that_ran_out_of_room_is_not_to_blame(shop, programs, monkeypatch):
    usage, ran = namedtuple("usage", "total used free"), shop.folder / "ran"
    sounds.record(shop.folder)
    install(programs, "opusenc", f"echo >{ran}; exit 1")
    monkeypatch.setattr(convert.shutil, "disk_usage", lambda path: usage(1, 1, 1 if ran.exists() else 9 << 30))
    with pytest.raises(Waits, match="disk is full"):
        await shop.make("opus")


async def test_a_file_that_is_not_ours_to_read_waits(shop, monkeypatch):
    def refuse(*_args):
        raise PermissionError(errno.EACCES, "Permission denied")

    sounds.record(shop.folder)
    monkeypatch.setattr(RecordingFolder, "open", refuse)
    with pytest.raises(Waits, match="may not read"):
        await shop.make("opus")
