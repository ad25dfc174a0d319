"""Uploads: in blocks, some at a time, after the calls; whatever the network and Odoo do in between."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from aiohttp import web

from pbx_agent.recordings import sending, upload
from tests.unit.agent.recordings import sounds
from tests.unit.agent.recordings.post import Post, quick
from tests.unit.agent.recordings.recordings_odoo import refusal
from tests.unit.agent.recordings.sounds import NAME
from tests.unit.agent.waiting import nothing_more, until

SECONDS = 20  # 640 kB of both sides


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    quick(monkeypatch)


@pytest.fixture
async def post(odoo, tmp_path):
    sounds.record(tmp_path / "monitor", seconds=SECONDS)
    return Post(odoo, tmp_path)


def cut(key, block):
    """Odoo's worker dies."""
    return web.Response(status=502, text="<html>bad gateway</html>", content_type="text/html")


async def test_a_large_file_goes_in_blocks_that_grow(odoo, post):
    async with post:
        await until(lambda: post.is_("sent"))
    sizes = [size for _key, _offset, size in odoo.blocks]
    assert sizes[0] == upload.LEAST_BLOCK < max(sizes) <= upload.MOST_BLOCK
    assert sum(sizes) == odoo.item(NAME)["bytes"] == len(odoo.bytes_of(NAME))


async def test_a_broken_upload_goes_on_where_it_broke(odoo, post):
    odoo.faults = [lambda *_block: None, lambda *_block: None, cut]
    async with post:
        await until(lambda: post.is_("sent"))
    offsets = [offset for _key, offset, _size in odoo.blocks]
    assert offsets.count(0) == 1 and offsets[2] == offsets[3]  # the one that was lost came again
    assert len(odoo.bytes_of(NAME)) == odoo.item(NAME)["bytes"]


async def test_a_restart_of_odoo_loses_nothing(odoo, post):
    gate = odoo.close_gate("recording_data")
    async with post:
        await until(lambda: odoo.sending)
        await odoo.stop()
        gate.set()
        odoo.gates.clear()
        await odoo.start()
        await until(lambda: post.is_("sent"))


async def test_odoo_may_know_better_how_much_it_has(odoo, post):
    odoo.faults = [lambda *_block: None, lambda *_block: odoo.parts.clear() or refusal(409, "offset", offset=0)]
    async with post:
        await until(lambda: post.is_("sent"))
    assert len(odoo.bytes_of(NAME)) == odoo.item(NAME)["bytes"]


async def test_bytes_that_came_wrong_are_sent_again(odoo, post):
    odoo.faults = [lambda *_block: odoo.parts.clear() or refusal(409, "checksum")]
    async with post:
        await until(lambda: post.is_("sent"))
    assert [offset for _key, offset, _size in odoo.blocks].count(0) == 2


async def test_a_converted_file_that_was_damaged_is_made_again(odoo, post):
    def damage(key, block):
        made = post.state_dir / "recordings" / post.row().output
        made.write_bytes(b"x" * made.stat().st_size)

    odoo.faults = [damage]
    async with post:
        await until(lambda: post.is_("sent"))
    assert odoo.bytes_of(NAME)[:4] == b"RIFF"


async def test_a_converted_file_that_is_gone_is_made_again(odoo, post):
    odoo.faults = [lambda *_block: (post.state_dir / "recordings" / post.row().output).unlink()]
    async with post:
        await until(lambda: post.is_("sent"))
    assert len(odoo.bytes_of(NAME)) == odoo.item(NAME)["bytes"]


async def test_an_odoo_that_forgot_is_told_again(odoo, post):
    odoo.faults = [lambda key, _block: odoo.told.pop(key) and None]
    async with post:
        await until(lambda: post.is_("sent"))
    assert len([item for item in odoo.items("recordings") if item["file"] == NAME]) >= 2


async def test_what_was_erased_in_odoo_meanwhile_is_forgotten(odoo, post):
    odoo.faults = [lambda *_block: refusal(410, "unwanted")]
    async with post:
        await until(lambda: post.is_("unwanted") and not post.made())
        await nothing_more(lambda: len(odoo.blocks), 0.2)


async def test_a_full_disk_of_odoo_is_waited_for(odoo, post):
    odoo.faults = [lambda *_block: refusal(507, "disk_full")] * 3
    async with post:
        await until(lambda: post.is_("sent"))
    assert len(odoo.blocks) > 4


@pytest.mark.parametrize("said", [[1], "x", {"offset": -1, "status": "send"}, {"offset": True}, {"status": "have!"}])
async def test_an_answer_that_is_not_the_contracts_is_no_progress(odoo, post, said):
    odoo.faults = [lambda *_block: web.json_response(said)]
    async with post:
        await until(lambda: post.is_("sent"))
    assert len(odoo.bytes_of(NAME)) == odoo.item(NAME)["bytes"]


async def test_a_wrong_key_drops_nothing(odoo, post, caplog):
    post.client._headers["Authorization"] = "Bearer wrong"
    async with post:
        await until(lambda: "the key is wrong" in caplog.text)
        post.client._headers["Authorization"] = f"Bearer {odoo.key}"
        await until(lambda: post.is_("sent"))
    assert caplog.text.count("the key is wrong") == 1


async def test_the_calls_go_first(odoo, post, monkeypatch):
    monkeypatch.setattr(sending, "YIELD_SECONDS", 60.0)
    post.is_busy = True
    async with post:
        await until(lambda: post.is_("ready"))
        await nothing_more(lambda: len(odoo.bodies("recordings")) + len(odoo.blocks), 0.3)
        post.is_busy = False
        await until(lambda: post.is_("sent"))


async def test_always_busy_calls_do_not_starve_recordings(odoo, post, monkeypatch):
    monkeypatch.setattr(sending, "YIELD_SECONDS", 0.02)
    post.is_busy = True
    async with post:
        await until(lambda: post.is_("sent"))


@pytest.mark.parametrize("parallel", [1, 3])
async def test_so_many_are_on_their_way_at_a_time(odoo, tmp_path, parallel):
    odoo.policy["parallel"] = parallel
    files = [f"{sounds.DAY}/in-17640000{number:02}.1.wav" for number in range(10, 18)]
    gate = odoo.close_gate("recording_data")
    async with Post(odoo, tmp_path) as post:
        for file in files:
            sounds.record(post.folder, file, seconds=1)
        await until(lambda: odoo.sending == parallel)
        await until(lambda: post.state.counts().get("ready", 0) == len(files))
        assert odoo.sending == parallel
        gate.set()
        await until(lambda: len(odoo.files) == len(files))
    assert odoo.most_sending == parallel


# -- what Odoo says of a recording -------------------------------------------------------------------------------------


async def test_what_odoo_has_is_not_sent_again(odoo, post):
    odoo.verdicts[NAME] = {"status": "have"}
    async with post:
        await until(lambda: post.is_("sent") and not post.made())
    assert not odoo.blocks


async def test_what_odoo_does_not_want_is_never_asked_again(odoo, post):
    odoo.verdicts[NAME] = {"status": "unwanted"}
    async with post:
        await until(lambda: post.is_("unwanted") and not post.made())
        await nothing_more(lambda: len(odoo.bodies("recordings")), 0.2)


async def test_what_odoo_refuses_is_given_up_with_its_reason(odoo, post, caplog):
    odoo.verdicts[NAME] = {"status": "refused", "error": {"code": "invalid", "message": "no such thing"}}
    async with post:
        await until(lambda: post.is_("refused") and not post.made())
        assert post.row().problem == "no such thing"
        await nothing_more(lambda: len(odoo.bodies("recordings")), 0.2)
    assert "no such thing" in caplog.text


@pytest.mark.parametrize("verdict", [{"status": "wait"}, {"status": "maybe"}, {}, {"status": 5}])
async def test_what_odoo_cannot_take_yet_is_told_again(odoo, post, verdict):
    odoo.verdicts[NAME] = {"x": 1, **verdict}
    async with post:
        await until(lambda: len(odoo.bodies("recordings")) >= 2)
        odoo.verdicts.clear()
        await until(lambda: post.is_("sent"))


async def test_one_that_odoo_cannot_take_at_all_harms_no_other(odoo, post):
    other = f"{sounds.DAY}/in-1764000099.1.wav"
    sounds.record(post.folder, other, seconds=1)

    def reply(body):
        if any(item["file"] == other for item in body["items"]):
            return web.json_response({"error": {"code": "bad_request", "message": "not a list"}}, status=400)
        return None

    odoo.replies["recordings"] = reply
    async with post:
        await until(lambda: post.is_("sent") and post.is_("refused", other))


async def test_an_odoo_that_takes_no_recordings_is_not_told_of_any(odoo, tmp_path):
    odoo.policy = None
    sounds.record(tmp_path / "monitor")
    async with Post(odoo, tmp_path) as post:
        await nothing_more(lambda: len(odoo.requests), 0.3)
        assert post.row() is None


async def test_memory_does_not_grow_with_the_file(odoo, tmp_path):
    def keeps_nothing(key, offset, block):
        have = offset + len(block)
        return web.json_response({"offset": have, "status": "send" if have < odoo.told[key]["bytes"] else "have"})

    sounds.record(tmp_path / "monitor", seconds=1)
    stem = tmp_path / "monitor" / sounds.DAY / "in-1764000000.10"
    raw = sounds.wav(sounds.tone(440, 1)) + bytes(24 << 20)  # 25 minutes
    for ending in ("", "-rx", "-tx"):
        stem.with_name(stem.name + ending + ".wav").write_bytes(raw)
    del raw
    began = time.monotonic()
    tracemalloc.start()
    try:
        odoo._take = keeps_nothing
        async with Post(odoo, tmp_path) as post:
            await until(lambda: post.is_("sent"), 60)
        assert tracemalloc.get_traced_memory()[1] < 24 << 20, time.monotonic() - began
    finally:
        tracemalloc.stop()
