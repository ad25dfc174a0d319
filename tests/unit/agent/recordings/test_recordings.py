"""A call's recording from the PBX's folder to Odoo: when it is closed, what it becomes, what is said when it cannot."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pbx_agent.recordings import names
from tests.unit.agent.recordings import sounds
from tests.unit.agent.recordings.post import CHANNEL, MISSED, TALKED, Post, begin, hang_up, quick
from tests.unit.agent.recordings.sounds import CLIENT, COMPANY, LINKEDID, NAME, heard
from tests.unit.agent.waiting import nothing_more, until

CONTRACT = Path(__file__).resolve().parents[3] / "contract" / "agent"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    quick(monkeypatch)


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
