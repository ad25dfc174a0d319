"""Odoo's commands: each carried out at most once, none too late, none while Asterisk is away; each gets a result."""

from __future__ import annotations

import sqlite3
import time

import pytest

from pbx_agent.commands import executor
from pbx_agent.commands.pbx import Outcome, failed
from tests.unit.agent import command_desk
from tests.unit.agent.command_desk import CREATED, Desk, example
from tests.unit.agent.test_originate_watch import CLIENT, DIALLED, OWN, UUID, begun, ended, gone
from tests.unit.agent.waiting import hurry, nothing_more, until

pbx, desk = command_desk.pbx, command_desk.desk  # fixtures


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    hurry(monkeypatch)


async def test_a_click_is_accepted_then_done(desk, pbx):
    desk.executor.take(example("originate"))
    await until(lambda: desk.told == 1)
    accepted = (await desk.results())[0]
    assert {key: accepted[key] for key in ("uuid", "status", "code", "linkedid")} == {
        "uuid": UUID, "status": "accepted", "code": "", "linkedid": UUID,
    }  # fmt: skip
    pbx.tell(*DIALLED, ended(CLIENT, "ANSWER", OWN))
    done = await desk.finished()
    assert (done["status"], done["code"], done["linkedid"]) == ("done", "", UUID)
    assert abs(done["at"] - time.time()) < 5 and desk.told == 2


async def test_a_click_is_accepted_then_failed(desk, pbx):
    desk.executor.take(example("originate"))
    await until(lambda: desk.told == 1)
    pbx.tell(begun(OWN), ended(OWN, "BUSY"), gone(OWN, 17))
    assert (await desk.finished())["code"] == "busy"


async def test_a_result_that_comes_at_once_is_not_overtaken_by_the_first(desk, monkeypatch):
    async def refused_at_once(task):
        task.accepted(Outcome("accepted", linkedid=task.uuid))
        return failed("busy", "PJSIP/101 is busy")

    monkeypatch.setitem(executor.VERBS, "originate", refused_at_once)
    desk.executor.take(example("originate"))
    await until(lambda: desk.told == 2)
    assert await desk.codes() == [("failed", "busy")]


async def test_the_same_command_by_bus_and_by_question_is_carried_out_once(desk, pbx):
    for _time in range(3):
        desk.executor.take(example("originate"))
    await until(lambda: pbx.named("Originate"))
    desk.executor.take(example("originate"))
    await nothing_more(lambda: len(pbx.sent), 0.1)
    assert len(pbx.named("Originate")) == 1


async def test_once_also_across_a_restart(tmp_path, pbx):
    first = Desk(tmp_path, pbx)
    first.executor.take(example("originate"))
    await until(lambda: pbx.named("Originate"))
    await first.close()
    second = Desk(tmp_path, pbx)
    second.executor.take(example("originate"))
    await nothing_more(lambda: len(pbx.sent), 0.1)
    assert len(pbx.named("Originate")) == 1
    await second.executor.settle_lost()
    lost = await second.finished()
    assert (lost["status"], lost["code"]) == ("failed", "lost")
    await second.close()


async def test_it_is_on_disk_before_anybody_hears_of_it(desk, pbx):
    begun_when_sent = []
    pbx.answers["Getvar"] = lambda action: (
        begun_when_sent.append(sqlite3.connect(desk.spool._path).execute("SELECT uuid FROM command").fetchall())
        or {"response": "Success", "value": "UNAVAILABLE"}
    )
    desk.executor.take(example("originate"))
    await desk.finished()
    assert begun_when_sent == [[(UUID,)]]


async def test_what_cannot_be_written_down_is_not_carried_out(desk, pbx, monkeypatch, caplog):
    def full(*_args):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(desk.spool, "begin_command", full)
    desk.executor.take(example("originate"))
    await until(lambda: "could not be written down" in caplog.text)
    assert pbx.sent == []
    monkeypatch.undo()  # Odoo's question what was missed brings it again
    desk.executor.take(example("originate"))
    await until(lambda: pbx.named("Originate"))


async def test_a_result_that_the_disk_does_not_take_is_written_later(desk, pbx, monkeypatch, caplog):
    finish, failures = desk.spool.finish_command, iter([sqlite3.OperationalError("database or disk is full")] * 2)

    def fail_twice(*args):
        error = next(failures, None)
        if error:
            raise error
        finish(*args)

    monkeypatch.setattr(desk.spool, "finish_command", fail_twice)
    desk.executor.take(example("hangup", expires_at=CREATED + 60))
    assert (await desk.finished(example("hangup")["uuid"]))["code"] == "gone"
    assert "the result could not be written: database or disk is full" in caplog.text


# -- too late, not now -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [0.0, 0.5, 3600])
async def test_an_expired_command_never_dials(tmp_path, pbx, late):
    desk = Desk(tmp_path, pbx, odoo_time=example("originate")["expires_at"] + late)
    desk.executor.take(example("originate"))
    assert (await desk.finished())["code"] == "expired"
    assert pbx.sent == []
    await desk.close()


@pytest.mark.parametrize("ours_is_ahead", [-7200, 7200])
async def test_expiry_is_told_by_odoos_clock_not_by_ours(tmp_path, pbx, ours_is_ahead):
    desk = Desk(tmp_path, pbx)
    odoo_now = time.time() - ours_is_ahead
    desk.clock.learn(odoo_now, time.time())
    desk.executor.take(example("originate", expires_at=odoo_now + 8))
    await until(lambda: pbx.named("Originate"))
    other = UUID[:-1] + "9"
    desk.executor.take(example("originate", uuid=other, expires_at=odoo_now - 0.5))
    assert (await desk.finished(other))["code"] == "expired"
    assert len(pbx.named("Originate")) == 1
    await desk.close()


async def test_not_connected_is_said_at_once_and_never_made_up_for(desk, pbx):
    pbx.connected = False
    desk.executor.take(example("originate"))
    assert (await desk.finished())["code"] == "not_connected"
    pbx.connected = True
    await nothing_more(lambda: len(pbx.sent), 0.1)


async def test_a_connection_that_goes_in_between_is_not_connected(desk, pbx):
    def lose(action):
        pbx.connected = False
        return {"response": "Success", "value": "NOT_INUSE"}

    pbx.answers["Getvar"] = lose
    desk.executor.take(example("originate"))
    assert (await desk.finished())["code"] == "not_connected"


async def test_unknown_fields_are_ignored(desk, pbx):
    args = {**example("originate")["args"], "colour": "red"}
    desk.executor.take(example("originate", args=args, priority="high"))
    await until(lambda: pbx.named("Originate"))
    assert "red" not in str(pbx.sent) and "high" not in str(pbx.sent)


async def test_an_error_of_ours_is_a_result_too(desk, pbx, monkeypatch, caplog):
    async def broken(task):
        raise RuntimeError("ours")

    monkeypatch.setitem(executor.VERBS, "originate", broken)
    desk.executor.take(example("originate"))
    assert (await desk.finished())["code"] == "refused"
    assert "failed on an error of ours" in caplog.text


async def test_hangup_of_a_living_leg(desk, pbx):
    pbx.names["1764000000.11"] = "PJSIP/101-0000000b"
    command = example("hangup", expires_at=CREATED + 60)
    desk.executor.take(command)
    assert (await desk.finished(command["uuid"]))["status"] == "done"
    assert pbx.sent[0]["Channel"] == "PJSIP/101-0000000b"


# -- restart ---------------------------------------------------------------------------------------------------------


async def test_nothing_is_lost_where_nothing_was_begun(desk):
    await desk.executor.settle_lost()
    await nothing_more(lambda: desk.told, 0.05)


async def test_a_spool_that_cannot_be_read_keeps_no_agent_from_starting(desk, monkeypatch, caplog):
    def broken(*_args):
        raise sqlite3.DatabaseError("database disk image is malformed")

    monkeypatch.setattr(desk.spool, "unfinished_commands", broken)
    await desk.executor.settle_lost()
    assert "malformed" in caplog.text


async def test_stopping_leaves_no_task_behind(desk, pbx):
    desk.executor.take(example("originate"))
    await until(lambda: pbx.queues)
    await desk.executor.stop()
    assert pbx.queues == [] and not desk.executor._running
