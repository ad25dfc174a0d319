"""A call's recording from the PBX's folder to Odoo: when it is closed, what it becomes, what is said when it cannot."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pbx_agent.recordings import names
from pbx_agent.recordings.recordings import Recordings
from pbx_agent.recordings.settings import Folder
from pbx_agent.recordings.watch import Pbx
from tests.unit.agent.recordings import sounds
from tests.unit.agent.recordings.post import MISSED, TALKED, Post, quick
from tests.unit.agent.recordings.recordings_odoo import RecordingsOdoo
from tests.unit.agent.recordings.sounds import CLIENT, COMPANY, LINKEDID, NAME
from tests.unit.agent.waiting import nothing_more, until

CONTRACT = Path(__file__).resolve().parents[3] / "contract" / "agent"
CHANNEL = "1764000000.10"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    quick(monkeypatch)


@pytest.fixture
async def odoo():
    async with RecordingsOdoo() as running:
        yield running


def begin(post, file=NAME, linkedid=LINKEDID, uniqueid=CHANNEL):
    """A call is being recorded."""
    post.calls[linkedid] = TALKED._replace(lives=True)
    post.recordings.begun(file, linkedid, uniqueid)


def hang_up(post, linkedid=LINKEDID, call=TALKED):
    post.calls[linkedid] = call
    post.recordings.call_ended()


def heard(raw, folder):
    """What is heard left and right of a WAV file."""
    path = folder / "heard.wav"
    path.write_bytes(raw)
    return [sounds.hears(side) for side in sounds.sides(path)[0]]


# -- the way of a recording --------------------------------------------------------------------------------------------


async def test_a_recorded_call_is_in_odoo_with_the_client_left_and_the_company_right(odoo, tmp_path):
    async with Post(odoo, tmp_path) as post:
        begin(post)
        sounds.record(post.folder)
        hang_up(post)
        raw = await until(lambda: odoo.bytes_of(NAME))
        await until(lambda: post.is_("sent") and not post.made())
    assert heard(raw, tmp_path) == [{CLIENT}, {COMPANY}]
    told = odoo.item(NAME)
    assert told["linkedid"] == LINKEDID and told["uniqueid"] == CHANNEL and told["channels"] == 2
    assert told["started_at"] == TALKED.answered_at and told["seconds"] == 2.0 and told["mimetype"] == "audio/wav"
    assert told["key"] == names.key_of(LINKEDID, NAME)


async def test_what_is_told_has_the_contracts_shape(odoo, tmp_path):
    async with Post(odoo, tmp_path) as post:
        sounds.record(post.folder)
        await until(lambda: post.is_("sent"))
    example = json.loads((CONTRACT / "recordings.json").read_text("utf-8"))["request"]["items"][0]
    for item in odoo.items("recordings"):
        assert {key: type(value) for key, value in item.items() if key not in ("started_at", "seconds")} == {
            key: type(value) for key, value in example.items() if key not in ("started_at", "seconds")
        }


async def test_nothing_is_sent_while_the_call_goes_on(odoo, tmp_path):
    async with Post(odoo, tmp_path) as post:
        begin(post)
        sounds.record(post.folder)
        await until(lambda: post.is_("growing"))
        await nothing_more(lambda: len(odoo.bodies("recordings")), 0.3)
        hang_up(post)
        await until(lambda: post.is_("sent"))


async def test_a_file_that_still_grows_is_waited_for(odoo, tmp_path, monkeypatch):
    from pbx_agent.recordings import watch

    monkeypatch.setattr(watch, "QUIET_SECONDS", 0.5)
    async with Post(odoo, tmp_path) as post:
        begin(post)
        sounds.record(post.folder, seconds=0.5)
        hang_up(post)
        await until(lambda: post.row() and post.row().size > 0)
        assert post.is_("growing")
        sounds.record(post.folder, seconds=3)  # the last of it is written
        await until(lambda: post.is_("sent"))
    assert odoo.item(NAME)["seconds"] == 3.0


async def test_a_stopped_recording_does_not_wait_for_the_calls_end(odoo, tmp_path):
    async with Post(odoo, tmp_path) as post:
        begin(post)
        sounds.record(post.folder)
        await until(lambda: post.is_("growing"))
        post.recordings.ended(CHANNEL)
        await until(lambda: post.is_("sent"))


async def test_a_recording_that_goes_on_after_a_transfer_is_not_closed_in_between(odoo, tmp_path):
    async with Post(odoo, tmp_path) as post:
        begin(post)
        sounds.record(post.folder)
        await until(lambda: post.is_("growing"))
        post.recordings.ended(CHANNEL)
        begin(post)
        await nothing_more(lambda: len(odoo.bodies("recordings")), 0.3)
        assert post.is_("growing")
        hang_up(post)
        await until(lambda: post.is_("sent"))


async def test_what_was_recorded_while_the_agent_was_away_is_found(odoo, tmp_path):
    sounds.record(tmp_path / "monitor")
    async with Post(odoo, tmp_path) as post:
        await until(lambda: post.is_("sent"))
    assert odoo.item(NAME)["linkedid"] == LINKEDID and odoo.item(NAME)["uniqueid"] == ""


async def test_what_is_older_than_the_agent_looks_back_is_left(odoo, tmp_path):
    sounds.record(tmp_path / "monitor")
    for path in (tmp_path / "monitor").rglob("*.wav"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    async with Post(odoo, tmp_path) as post:
        await nothing_more(lambda: len(odoo.bodies("recordings")), 0.3)
        assert post.row() is None


async def test_a_killed_asterisk_leaves_a_recording_that_plays(odoo, tmp_path):
    sounds.record(tmp_path / "monitor", told=0)
    async with Post(odoo, tmp_path):
        raw = await until(lambda: odoo.bytes_of(NAME))
    assert heard(raw, tmp_path) == [{CLIENT}, {COMPANY}]


async def test_while_asterisk_is_away_a_silent_file_may_be_a_call_on_hold(odoo, tmp_path):
    async with Post(odoo, tmp_path) as post:
        post.is_connected = False
        sounds.record(post.folder)
        await until(lambda: post.row())
        await nothing_more(lambda: len(odoo.bodies("recordings")), 0.3)
        post.is_connected = True
        await until(lambda: post.is_("sent"))


async def test_a_restart_goes_on_where_it_was(odoo, tmp_path):
    gate = odoo.close_gate("recording_data")
    async with Post(odoo, tmp_path) as post:
        sounds.record(post.folder)
        await until(lambda: odoo.sending)
        (post.state_dir / "recordings" / "abc.draft.wav").write_bytes(b"half of it")
    gate.set()
    del odoo.gates["recording_data"]
    async with Post(odoo, tmp_path) as post:
        await until(lambda: post.is_("sent") and not post.made())


async def test_opus_is_small_and_still_tells_who_said_what(odoo, tmp_path):
    odoo.policy["format"] = "opus"
    async with Post(odoo, tmp_path) as post:
        sounds.record(post.folder, seconds=3)
        raw = await until(lambda: odoo.bytes_of(NAME))
    assert odoo.item(NAME)["mimetype"] == "audio/ogg" and raw[:4] == b"OggS"
    (tmp_path / "it.opus").write_bytes(raw)
    channels, _rate = sounds.decoded(tmp_path / "it.opus", tmp_path)
    assert [sounds.hears(side) for side in channels] == [{CLIENT}, {COMPANY}]


async def test_the_configuration_goes_before_odoos_format(odoo, tmp_path):
    odoo.policy["format"] = "opus"
    async with Post(odoo, tmp_path, format="wav") as post:
        sounds.record(post.folder)
        await until(lambda: post.is_("sent"))
    assert odoo.item(NAME)["mimetype"] == "audio/wav"


async def test_local_files_go_where_they_are_not_to_be_kept(odoo, tmp_path):
    async with Post(odoo, tmp_path, keep_local=False) as post:
        sounds.record(post.folder)
        await until(lambda: post.is_("sent"))
        await until(lambda: not list(post.folder.rglob("*.wav")))


# -- what is not to be sent --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["answered", "chosen", "none"])
async def test_what_odoo_does_not_want_is_not_even_told(odoo, tmp_path, policy):
    odoo.policy.update(policy=policy, endpoints=["PJSIP/105"])
    async with Post(odoo, tmp_path) as post:
        begin(post)
        sounds.record(post.folder)
        hang_up(post, call=TALKED if policy != "answered" else MISSED)
        await until(lambda: policy == "none" or post.is_("unwanted"))
        await nothing_more(lambda: len(odoo.bodies("recordings")), 0.2)
        assert not odoo.bodies("recordings")


async def test_a_policy_that_changes_counts_from_then_on(odoo, tmp_path):
    odoo.policy["policy"] = "none"
    async with Post(odoo, tmp_path) as post:
        sounds.record(post.folder)
        await nothing_more(lambda: len(odoo.bodies("recordings")), 0.2)
        post.recordings.told({**odoo.policy, "policy": "all"})
        await until(lambda: post.is_("sent"))


async def test_a_call_that_nobody_answered_leaves_no_trace_in_odoo(odoo, tmp_path):
    async with Post(odoo, tmp_path) as post:
        begin(post)
        sounds.record(post.folder, seconds=0)
        begin(post, file=f"{sounds.DAY}/in-1764000000.20.wav", linkedid="1764000000.20")  # not even a file
        hang_up(post, call=MISSED)
        hang_up(post, "1764000000.20", call=MISSED)
        await until(lambda: post.is_("empty") and post.is_("empty", f"{sounds.DAY}/in-1764000000.20.wav"))
        await nothing_more(lambda: len(odoo.bodies("recordings")), 0.2)
        assert not odoo.bodies("recordings")


async def test_a_trunk_that_was_tried_in_vain_leaves_no_trace(odoo, tmp_path):
    async with Post(odoo, tmp_path) as post:
        begin(post)
        sounds.record(post.folder, seconds=0)
        hang_up(post, call=TALKED._replace(talked=False))  # another one was answered
        await until(lambda: post.is_("empty"))
        assert not odoo.bodies("recordings")


async def test_an_answered_call_without_sound_is_shown(odoo, tmp_path):
    async with Post(odoo, tmp_path) as post:
        begin(post)
        sounds.record(post.folder, seconds=0)
        hang_up(post)
        await until(lambda: odoo.item(NAME))
    assert (odoo.item(NAME)["state"], odoo.item(NAME)["problem"]) == ("failed", "The recording is empty.")


async def test_an_answered_call_without_a_file_is_shown(odoo, tmp_path):
    async with Post(odoo, tmp_path) as post:
        begin(post)
        await until(lambda: post.row())
        hang_up(post)
        await until(lambda: odoo.item(NAME))
    assert (odoo.item(NAME)["state"], odoo.item(NAME)["problem"]) == ("failed", "The file is gone from the PBX.")


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
