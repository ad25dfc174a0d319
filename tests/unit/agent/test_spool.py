"""What must not be lost lies on disk: whatever happens to the process, the disk or the file."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pbx_agent.odoo.spool import KEEP_COMMANDS_SECONDS, LONGEST_WAIT_SECONDS, MAX_DEAD_LETTERS, Spool
from pbx_agent.odoo.spool_writer import SpoolWriter

AGENT = Path(__file__).resolve().parents[3] / "asterisk_server_scripts"
NOW = 1_764_000_000.0


@pytest.fixture
def path(tmp_path):
    return tmp_path / "spool.sqlite"


@pytest.fixture
def spool(path):
    opened = Spool(path)
    yield opened
    opened.close()


def reopened(spool, path):
    """The agent restarts."""
    spool.close()
    return Spool(path)


def keys(spool, kind="call", limit=1000, now=NOW):
    return [item.key for item in spool.waiting(kind, limit, now)]


def fill_disk(spool):
    """No page can be added any more, as on a full disk."""
    spool._database.execute("PRAGMA max_page_count = 1")


def free_disk(spool):
    spool._database.execute("PRAGMA max_page_count = 1000000")


BIG = {"text": "x" * 5000, "version": 1}

# -- items -----------------------------------------------------------------------------------------------------------


def test_items_come_back_in_the_order_they_were_put(spool):
    for number in range(5):
        spool.put("call", f"1.{number}", {"version": number})
    spool.put("result", "a-uuid", {"status": "done"})
    assert keys(spool) == ["1.0", "1.1", "1.2", "1.3", "1.4"]
    assert keys(spool, limit=2) == ["1.0", "1.1"]
    assert spool.waiting("result", 5, NOW)[0].payload == {"status": "done"}
    assert spool.counts() == (6, 0)


def test_a_newer_item_replaces_the_old_and_survives_the_olds_acknowledgement(spool):
    spool.put("result", "u", {"status": "accepted"})
    old = spool.waiting("result", 5, NOW)
    spool.put("result", "u", {"status": "done"})
    spool.settle(old, [], [], NOW)
    assert [item.payload["status"] for item in spool.waiting("result", 5, NOW)] == ["done"]


def test_what_is_acknowledged_goes_what_is_refused_is_buried_the_rest_waits(spool):
    for key in ("good", "later", "bad"):
        spool.put("call", key, {"version": 1})
    good, later, bad = spool.waiting("call", 5, NOW)
    spool.settle([good], [(later, NOW + 5)], [(bad, "no version")], NOW)
    assert keys(spool) == [] and keys(spool, now=NOW + 5) == ["later"]
    assert spool.waiting("call", 5, NOW + 5)[0].attempts == 1
    assert spool.next_moment("call", NOW) == NOW + 5 and spool.next_moment("result", NOW) is None
    assert [(letter.key, letter.reason, letter.at) for letter in spool.dead_letters()] == [("bad", "no version", NOW)]
    assert spool.counts() == (1, 1)


def test_an_item_does_not_wait_for_ever_when_the_clock_was_set_back(spool):
    spool.put("call", "1.1", {"version": 1})
    spool.settle([], [(spool.waiting("call", 1, NOW)[0], NOW)], [], NOW)
    assert keys(spool, now=NOW - 5) == []
    assert keys(spool, now=NOW - LONGEST_WAIT_SECONDS - 1) == ["1.1"]


def test_only_versions_up_to_the_acknowledged_one_are_forgotten(spool):
    spool.put("call", "1.1", {"version": 7})
    spool.forget("call", "1.1", 6)
    assert keys(spool) == ["1.1"]
    spool.forget("call", "1.1", 7)
    spool.forget("call", "unknown", 7)
    assert keys(spool) == []


def test_dead_letters_can_be_tried_again_but_never_over_something_newer(spool):
    spool.bury("call", "1.1", {"version": 1}, "once refused", NOW)
    spool.bury("call", "1.1", {"version": 2}, "refused again", NOW)
    spool.bury("call", "1.2", {"version": 1}, "refused", NOW)
    spool.put("call", "1.2", {"version": 9})
    assert [letter.reason for letter in spool.dead_letters()] == ["refused", "refused again"]
    assert spool.revive() == 2
    assert {item.key: item.payload["version"] for item in spool.waiting("call", 5, NOW)} == {"1.1": 2, "1.2": 9}
    assert spool.dead_letters() == []


def test_dead_letters_do_not_fill_the_disk(spool):
    with spool._transaction():
        for number in range(MAX_DEAD_LETTERS + 5):
            spool.bury("call", str(number), {}, "refused", NOW)
    assert spool.counts() == (0, MAX_DEAD_LETTERS)
    assert spool.dead_letters(1)[0].key == str(MAX_DEAD_LETTERS + 4)


# -- commands --------------------------------------------------------------------------------------------------------


def test_a_command_is_begun_once_also_after_a_restart(spool, path):
    assert spool.begin_command("u1", "originate", NOW)
    assert not spool.begin_command("u1", "originate", NOW)
    again = reopened(spool, path)
    assert not again.begin_command("u1", "originate", NOW + 60)
    assert again.unfinished_commands() == ["u1"]
    again.finish_command("u1", {"uuid": "u1", "status": "failed"})
    assert again.unfinished_commands() == [] and keys(again, "result") == ["u1"]
    assert not again.begin_command("u1", "originate", NOW + 60)
    again.close()


def test_finished_commands_are_forgotten_long_after_any_expiry(spool):
    spool.begin_command("old", "originate", NOW)
    spool.begin_command("running", "originate", NOW)
    spool.finish_command("old", {})
    spool.begin_command("new", "originate", NOW + KEEP_COMMANDS_SECONDS + 1)
    assert spool.begin_command("old", "originate", NOW + KEEP_COMMANDS_SECONDS + 2)
    assert not spool.begin_command("running", "originate", NOW + KEEP_COMMANDS_SECONDS + 2)


def test_small_things_are_remembered(spool, path):
    assert spool.recall("version") == ""
    spool.remember("version", "1")
    spool.remember("version", "2")
    again = reopened(spool, path)
    assert again.recall("version") == "2"
    again.close()


# -- durability ------------------------------------------------------------------------------------------------------

CHILD = """
import sys
from pathlib import Path
from pbx_agent.odoo.spool import Spool

spool = Spool(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    spool.put("call", f"1.{number}", {"version": number})
    spool.begin_command(f"u{number}", "originate", 1764000000.0)
    print(number, flush=True)
"""


def test_what_was_put_is_there_after_a_kill(path):
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path)], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(AGENT)}
    )
    for _line in range(20):
        told = int(child.stdout.readline())
    os.kill(child.pid, signal.SIGKILL)
    told = int((child.stdout.read().split() or [told])[-1])
    child.wait()
    child.stdout.close()
    spool = Spool(path)
    assert keys(spool, limit=10_000)[:told] == [f"1.{number}" for number in range(1, told + 1)]
    assert not any(spool.begin_command(f"u{number}", "originate", NOW) for number in range(1, told + 1))
    spool.close()


def test_every_commit_is_synced(spool):
    assert spool._database.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert spool._database.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_the_file_is_its_owners(spool, path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_concurrent_writes_keep_the_order_they_were_given_in(spool):
    await asyncio.gather(*(spool.call(spool.put, "call", f"1.{number}", {"version": 1}) for number in range(100)))
    assert keys(spool) == [f"1.{number}" for number in range(100)]


# -- a broken file, a full disk --------------------------------------------------------------------------------------


def garbage(path):
    path.write_bytes(b"this is no database" * 500)


def damaged(path):
    spool = Spool(path)
    with spool._transaction():
        for number in range(500):
            spool.put("call", f"1.{number}", BIG)
    spool._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    spool.close()
    with open(path, "r+b") as file:
        for page in range(2, 60):
            file.seek(page * 4096)
            file.write(b"\xa5" * 4096)


@pytest.mark.parametrize("spoil", [garbage, damaged])
def test_a_broken_file_is_set_aside_and_a_new_one_begun(path, spoil, caplog):
    spoil(path)
    was = path.read_bytes()
    spool = Spool(path)
    spool.put("call", "1.1", {"version": 1})
    assert keys(spool) == ["1.1"]
    spool.close()
    assert path.with_suffix(".broken").read_bytes() == was
    assert f"the spool {path} is broken" in caplog.text and "beginning a new one" in caplog.text


def test_an_empty_file_is_a_new_spool(path, caplog):
    path.write_bytes(b"")
    Spool(path).close()
    assert caplog.text == ""


def test_a_lock_or_a_missing_right_is_no_reason_to_give_the_spool_up(spool, path, monkeypatch, caplog):
    spool.put("call", "1.1", {"version": 1})
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: real(*a, **{**k, "timeout": 0.01}))
    other = real(path, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    spool.close()
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(OSError, match="cannot be used: database is locked"):
        Spool(path)
    other.execute("ROLLBACK")
    other.close()
    monkeypatch.undo()
    again = Spool(path)
    assert keys(again) == ["1.1"]
    again.close()
    assert not path.with_suffix(".broken").exists()


def test_a_folder_that_cannot_be_used_is_said_as_such(tmp_path):
    with pytest.raises(OSError):
        Spool(tmp_path / "missing" / "spool.sqlite")


def test_a_full_disk_breaks_nothing_for_later(spool):
    spool.put("call", "1.1", {"version": 1})
    fill_disk(spool)
    with pytest.raises(sqlite3.OperationalError, match="full"):
        spool.put("call", "1.2", BIG)
    with pytest.raises(sqlite3.OperationalError, match="full"):
        spool.together([(spool.put, ("call", "1.3", {"version": 1})), (spool.put, ("call", "1.4", BIG))])
    with pytest.raises(sqlite3.OperationalError, match="full"):
        spool.finish_command("u", BIG)
    assert keys(spool) == ["1.1"]
    free_disk(spool)
    spool.finish_command("u", BIG)
    spool.together([(spool.put, ("call", "1.3", {"version": 1})), (spool.put, ("call", "1.4", BIG))])
    assert keys(spool) == ["1.1", "1.3", "1.4"]


# -- the writer ------------------------------------------------------------------------------------------------------


async def test_what_gathers_during_one_sync_goes_into_the_next(spool, monkeypatch):
    batches = []
    together = spool.together
    monkeypatch.setattr(spool, "together", lambda writes: (batches.append(len(writes)), together(writes)))
    writer, settled = SpoolWriter(spool), []
    writer.write(spool.put, "call", "1.0", {"version": 1}, on_settled=settled.append)
    await asyncio.sleep(0)
    for number in range(1, 100):
        writer.write(spool.put, "call", f"1.{number}", {"version": 1}, on_settled=settled.append)
    await writer.flush()
    assert batches == [1, 99] and settled == [True] * 100
    assert keys(spool) == [f"1.{number}" for number in range(100)]


async def test_a_full_disk_is_told_to_the_giver_and_said_once(spool, caplog):
    caplog.set_level("INFO")
    writer, settled = SpoolWriter(spool), []
    fill_disk(spool)
    for _time in range(3):
        writer.write(spool.put, "call", "1.1", BIG, on_settled=settled.append)
        await writer.flush()
    free_disk(spool)
    writer.write(spool.put, "call", "1.1", BIG, on_settled=settled.append)
    await writer.flush()
    assert settled == [False, False, False, True]
    assert caplog.text.count("Is the disk full?") == 1 and caplog.text.count("can be written again") == 1


async def test_flush_waits_for_what_was_given_before(spool):
    writer = SpoolWriter(spool)
    await writer.flush()
    for number in range(20):
        writer.write(spool.put, "call", f"1.{number}", {"version": 1})
        if number == 9:
            first = asyncio.ensure_future(writer.flush())
    await first
    assert len(keys(spool)) >= 10
    await writer.flush()
    assert len(keys(spool)) == 20
