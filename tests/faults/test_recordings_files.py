"""Files, programs and disks as they must not be: what the PBX has is not lost, nothing broken is shown, calls go on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox.odoo import filestore
from sandbox.world import DB
from tests.faults.fragile import FragileWorld
from tests.faults.ledger import Ledger, eventually
from tests.faults.people import EVA, talk
from tests.faults.tapes import BACK_SECONDS, DAY, Tape, configured
from tests.unit.agent.recordings import sounds

pytestmark = pytest.mark.asyncio(loop_scope="session")

GIGABYTE, MEGABYTE = 1 << 30, 1 << 20
ENCODERS = ("opusenc", "ffmpeg", "sox")
NEW = "SELECT linkedid, state, problem FROM asterisk_recording WHERE id > {} ORDER BY id"
AGENT_MEGABYTES = 150  # it takes some 60 with an idle PBX


class Desk:
    """What one test does with recordings, in a world whose agent is there."""

    def __init__(self, world: FragileWorld, office, ledger: Ledger, session_of) -> None:
        self.world, self._office, self._ledger, self.session_of = world, office, ledger, session_of
        self._mark = world.cluster.sql("SELECT coalesce(max(id), 0) FROM asterisk_recording", DB)
        self._calls = 0

    async def noted(self) -> dict[str, tuple[str, str]]:
        """What Odoo says of recordings since this test began: linkedid → (state, problem)."""
        rows = await asyncio.to_thread(self.world.cluster.sql, NEW.format(self._mark), DB)
        return {row.split("|")[0]: tuple(row.split("|")[1:]) for row in rows.splitlines()}

    async def talk(self, meanwhile=None) -> str:
        """A customer and an employee talk, and hang up; all of it reaches Odoo. Returns the call's linkedid.

        meanwhile: done while they talk, with the call's recording in the folder
        """
        outside, _inside = await talk(self._office, EVA, "101")
        await eventually(self._ledger.live, {"anna": [(EVA, "talking")]})
        linkedid = (await self._ledger.read("asterisk.call", "linkedid"))[-1]["linkedid"]
        files = self.world.asterisk.recordings
        # Asterisk makes the files with the first sound.
        await eventually(_async(lambda: sorted(files.rglob(f"in-{linkedid}*"))), lambda found: len(found) == 3)
        if meanwhile:
            meanwhile(sorted(files.rglob(f"in-{linkedid}*")))
        await outside.hang_up()
        self._calls += 1
        await self._ledger.wait_calls(*[(EVA, "incoming", "answered", False)] * self._calls)
        return linkedid

    async def becomes(self, linkedid: str, wanted: tuple[str, str]) -> None:
        """Until Odoo says this of a recording."""

        async def said():
            return (await self.noted()).get(linkedid)

        await eventually(said, wanted, BACK_SECONDS)

    def agents_peak(self) -> int:
        """The most memory that the agent has had, in MB."""
        status = Path(f"/proc/{self.world.agent.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) // 1024


def _async(function):
    async def call():
        return function()

    return call


@pytest_asyncio.fixture(loop_scope="session")
async def desk(world, office, ledger, session_of) -> AsyncIterator[Desk]:
    """Afterwards nothing strange is left in the folder."""
    yield Desk(world, office, ledger, session_of)
    shutil.rmtree(world.asterisk.recordings / DAY, ignore_errors=True)


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """`programs(script)`: every encoder that an agent finds from its next start on is this; `programs(None)`: what the
    machine has."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def are(script: str | None) -> None:
        for name in ENCODERS:
            (folder / name).unlink(missing_ok=True)
            if script is not None:
                (folder / name).write_text(f"#!/bin/sh\nfor last; do :; done\n{script}\n")
                (folder / name).chmod(0o755)

    return are


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int):
    """A folder is a disk of its own, so large; yields what gives it another size."""
    options = f"size={megabytes}m"
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"no disk can be mounted here: {made.stderr.strip()}")

    def resize(megabytes: int) -> None:
        subprocess.run(["mount", "-o", f"remount,size={megabytes}m", folder], check=True)

    try:
        yield resize
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


# -- files -------------------------------------------------------------------------------------------------------------


def strange_things(world: FragileWorld) -> dict[str, tuple[str, str]]:
    """Put them beside each other; returns what Odoo must say of them, by their calls' ids. Of the others nothing."""
    day, some = world.asterisk.recordings / DAY, sounds.wav(sounds.tone(440, 1))
    huge = Tape(world, 1).leave(some)
    os.truncate(huge.path, 4 * GIGABYTE + 10)
    said = {
        huge.linkedid: ("failed", "The file is larger than 1024 MB; no call is so long."),
        Tape(world, 1).leave(b"<html>not found</html>").linkedid: ("failed", "The file is not audio."),
        Tape(world, 1).leave(some[:20]).linkedid: ("failed", "The file ends before its sound begins."),
        Tape(world, 1).leave(some[:40] + b"\xf0\xff\xff\xff" + some[44:]).linkedid: ("ready", ""),
        Tape(world).linkedid: ("ready", ""),
    }
    for nothing in (b"", some[:44]):  # nobody talked
        Tape(world, 1).leave(nothing)
    secret = world.asterisk.recordings.parent / "secret.wav"
    secret.write_bytes(some)
    (day / "in-1764000000.901.wav").symlink_to(secret)
    (day / "in-1764000000.902.wav").mkdir()
    os.mkfifo(day / "in-1764000000.903.wav")
    for name in (b"in-'; touch x.wav", b"in-\n.wav", b"in-\xff\xfe.wav", b"in-" + b"9" * 240 + b".wav", b"in-<b>.wav"):
        Path(os.fsdecode(bytes(day) + b"/" + name)).write_bytes(some)
    (day / "in-...wav").write_bytes(some)  # of a call that calls itself ".."
    return {**said, "..": ("ready", "")}


async def test_whatever_lies_in_the_folder(world, desk):
    async with configured(world, format="wav"):
        said = strange_things(world)
        await world.revive_agent()
        call = await desk.talk()
        said[call] = ("ready", "")
        assert await eventually(desk.noted, said, BACK_SECONDS) == said
        assert desk.agents_peak() < AGENT_MEGABYTES
        parts = list(world.odoo.data.rglob("*.part"))
        assert not parts and not (world.asterisk.recordings / DAY / "x").exists()


async def test_names_of_another_pbx(world, desk):
    """FreePBX puts into them what the caller chose."""
    strange = ("'; touch x; '", '"><img src=x>', "$(touch x)", "%s{0}", "-n", "Jürgen", "' OR 1=1 --")
    names = [DAY + "/out-" + name.replace("{0}", "{{0}}") + "-101-20261124-101500-{}.wav" for name in strange]
    async with configured(world, format="wav", layout="freepbx"):
        tapes = [Tape(world, 1, name) for name in names]
        for tape in tapes:
            tape.leave(sounds.wav(sounds.tone(440, 1)))
        for unusable in (b"\xff\xfe", b"a\nb", b"n" * 180):
            name = b"/out-" + unusable + b"-" + b"m" * 50 + b"-20261124-101500-1764000000.1.wav"
            Path(os.fsdecode(bytes(world.asterisk.recordings / DAY) + name[:240] + b".wav")).write_bytes(b"x")
        await world.revive_agent()
        for tape in tapes:
            sound = await tape.check(desk.session_of)
            assert sound == tape.path.read_bytes() and await tape.sql("file") == tape.file
        assert len(await desk.noted()) == len(tapes)


def grow(sounds_of: dict[Path, bytes], seconds: float) -> None:
    """Let files be written as they are in a call, piece by piece, all of them in so many seconds."""
    pieces = int(seconds / 0.1)
    for piece in range(1, pieces + 1):
        for path, raw in sounds_of.items():
            with path.open("ab") as file:
                file.write(raw[path.stat().st_size : len(raw) * piece // pieces])
        time.sleep(0.1)


async def test_a_file_that_grows(world, desk):
    async with configured(world, format="wav"):
        tape = Tape(world, 20)
        sounds_of = {path: path.read_bytes() for path in tape.paths}
        for path, raw in sounds_of.items():
            path.write_bytes(raw[:4000])
        writing = asyncio.create_task(asyncio.to_thread(grow, sounds_of, 5.0))  # a file must be quiet for 2 s
        world.start_agent()
        while not writing.done():
            assert not await tape.sql("state")
            await asyncio.sleep(0.2)
        assert await tape.agents_state() == "growing"
        await tape.check(desk.session_of)
        assert float(await tape.sql("seconds")) == 20


async def test_a_file_that_grows_or_vanishes_after_it_was_converted(world, desk):
    async with configured(world, format="wav"):
        grown, gone = Tape(world, 4), Tape(world, 4)
        world.odoo_wire.slow(1.0)  # converted is sooner than told
        world.start_agent()
        await eventually(lambda: asyncio.gather(grown.agents_state(), gone.agents_state()), ["ready"] * 2, BACK_SECONDS)
        for path in gone.paths:
            path.unlink()
        sounds.record(world.asterisk.recordings, grown.file, 12)
        world.odoo_wire.mend()
        await gone.check(desk.session_of)
        await grown.check(desk.session_of)
        assert (await gone.sql("seconds"), await grown.sql("seconds")) == ("4", "12")


@pytest.mark.parametrize("left, problem", [(None, "The file is gone from the PBX."), (b"", "The recording is empty.")])
async def test_the_recording_of_a_conversation_is_gone(world, desk, left, problem):
    def lose(files: list[Path]) -> None:
        for path in files:
            path.unlink()
            if left is not None:
                path.write_bytes(left)

    call = await desk.talk(lose)
    await desk.becomes(call, ("failed", problem))


# -- programs ----------------------------------------------------------------------------------------------------------


async def test_an_encoder_that_hangs(world, desk, programs, tmp_path):
    programs("[ ${0##*/} = opusenc ] || exit 1\necho $$ >${0%/*}/pid; exec sleep 600")
    async with configured(world, format="opus", encoder_seconds=4):
        waits, stuck = Tape(world, 1), Tape(world, 1)
        for tape, age in ((waits, 90), (stuck, 60)):  # both are closed at the first look; the newest one comes first
            for path in tape.paths:
                os.utime(path, (path.stat().st_mtime - age,) * 2)
        world.start_agent()
        await eventually(_async((tmp_path / "bin" / "pid").exists), True, BACK_SECONDS)
        assert await waits.agents_state() == "closed"
        for path in waits.paths:
            path.unlink()
        call = await desk.talk()
        assert (await stuck.check(desk.session_of))[:4] == b"RIFF"
        await desk.becomes(waits.linkedid, ("failed", "The file is gone from the PBX."))
        programs(None)
        await desk.becomes(call, ("ready", ""))


@pytest.mark.parametrize("script", ["echo half >$last; exit 1", ">$last", None])
async def test_an_encoder_that_is_no_good(world, desk, programs, monkeypatch, script):
    """None: there is none."""
    programs(script)
    async with configured(world, format="opus"):
        tape = Tape(world, 1)
        with monkeypatch.context() as patched:
            if script is None:
                patched.setenv("PATH", str(world.folder / "no programs"))
            world.start_agent()
        assert (await tape.check(desk.session_of))[:4] == b"RIFF"


# -- disks -------------------------------------------------------------------------------------------------------------


async def test_the_pbxs_disk_is_full(world, desk, programs):
    programs("cat /dev/zero >$last")
    async with configured(world, format="opus"):
        tape = Tape(world, 1)
        with small_disk(world.agent_config.parent / "recordings", 72):
            await world.revive_agent()
            full = "The PBX's disk is full: there is no room for converting recordings."
            await desk.becomes(tape.linkedid, ("waiting", full))
            call = await desk.talk()
            programs(None)
            assert (await tape.check(desk.session_of))[:4] == b"OggS"
            await desk.becomes(call, ("ready", ""))
            await world.crash_agent()


@pytest_asyncio.fixture(loop_scope="session")
async def odoos_disk(world, desk) -> AsyncIterator:
    """Odoo's filestore is on a disk of its own; yields what gives that another size, in MB of free space."""
    place = filestore(world.odoo.data, DB)
    before = place.with_name("before")
    await world.crash_agent()  # nothing is written meanwhile
    place.rename(before)
    place.mkdir(mode=0o755)
    try:
        with small_disk(place, 4096) as resize:
            shutil.copytree(before, place, dirs_exist_ok=True)
            used = shutil.disk_usage(place).used // MEGABYTE + 1
            yield lambda megabytes: resize(used + megabytes)
            await world.heal()
            await world.crash_agent()
            shutil.copytree(place, before, dirs_exist_ok=True)
    finally:
        place.rmdir()
        before.rename(place)


async def test_odoos_disk_gets_full(world, desk, odoos_disk, agents_log):
    odoos_disk(1024)
    async with configured(world, format="wav"):
        tape = Tape(world)
        world.odoo_wire.slow(0.3)
        world.start_agent()
        await eventually(tape.arrived, lambda size: size > 0, BACK_SECONDS)
        odoos_disk(300)
        await eventually(agents_log, lambda log: f"{tape.file} is sent again later" in log, BACK_SECONDS)
        world.odoo_wire.mend()
        assert await tape.sql("state, problem") == "uploading|"
        call = await desk.talk()
        await desk.becomes(call, ("announced", ""))
        odoos_disk(1024)
        await tape.check(desk.session_of)
        await desk.becomes(call, ("ready", ""))
