"""Tasks end when they are told to, also those that miss the first word."""

from __future__ import annotations

import asyncio

from pbx_agent import tasks


async def test_whatever_becomes_of_a_task_its_end_is_waited_for(monkeypatch):
    monkeypatch.setattr(tasks, "AGAIN_SECONDS", 0.01)
    missed = []

    async def hard_of_hearing():
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                missed.append(True)
                if len(missed) > 2:
                    raise

    async def broken():
        try:
            await asyncio.sleep(60)
        finally:
            raise ValueError("at the end")

    running = [asyncio.ensure_future(work()) for work in (hard_of_hearing, broken)]
    running += [asyncio.get_running_loop().create_future(), asyncio.ensure_future(asyncio.sleep(0))]
    await asyncio.sleep(0.01)
    await asyncio.wait_for(tasks.end(running), 2)
    assert all(task.done() for task in running) and len(missed) == 3
    assert isinstance(running[1].exception(), ValueError)


async def test_nothing_to_end():
    await tasks.end([])
