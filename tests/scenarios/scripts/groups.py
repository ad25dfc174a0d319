"""Several phones ring: groups and queues."""

from __future__ import annotations

import asyncio

from sandbox.phones.behaviour import Behaviour

from ..script import CUSTOMER, SALES, SUPPORT, TALK, dialplan, script
from ..world import Recorder, World


@script("Sales: three phones ring, Boris answers")
async def ring_group_answered(w: World, r: Recorder) -> None:
    w.carrier.bring(CUSTOMER, SALES)
    inside = await w.phones["102"].wait_ringing()
    await w.phones["101"].wait_ringing()
    await w.phones["103"].wait_ringing()
    await asyncio.sleep(0.5)
    await inside.answer()
    await asyncio.sleep(TALK)
    await inside.hang_up()


@script("Sales: three phones ring, the customer gives up")
async def ring_group_cancelled(w: World, r: Recorder) -> None:
    out = w.carrier.bring(CUSTOMER, SALES)
    for user in ("101", "102", "103"):
        await w.phones[user].wait_ringing()
    await asyncio.sleep(0.5)
    await out.hang_up()


@script("Sales: one declines, one is busy, one rings and nobody comes")
async def ring_group_no_answer(w: World, r: Recorder) -> None:
    w.phones["101"].behaviour = Behaviour("decline")
    w.phones["102"].behaviour = Behaviour("busy")
    w.phones["103"].behaviour = Behaviour("ring")
    await w.carrier.bring(CUSTOMER, SALES).wait_state("ended", 45)


@script("Support queue: three phones ring, Dmitri answers")
async def queue_answered(w: World, r: Recorder) -> None:
    out = w.carrier.bring(CUSTOMER, SUPPORT)
    inside = await w.phones["104"].wait_ringing()
    await asyncio.sleep(0.8)
    await inside.answer()
    await asyncio.sleep(TALK)
    await out.hang_up()


@script("Support queue: the customer gives up while three phones ring")
async def queue_abandoned(w: World, r: Recorder) -> None:
    out = w.carrier.bring(CUSTOMER, SUPPORT)
    await w.phones["104"].wait_ringing()
    await asyncio.sleep(1.0)
    await out.hang_up()


@script("Support queue: nobody picks up in the first round, Dmitri in the second")
async def queue_second_round(w: World, r: Recorder) -> None:
    out = w.carrier.bring(CUSTOMER, SUPPORT)
    await w.phones["104"].wait_ringing()
    await r.event("AgentRingNoAnswer", 30)
    await r.until(lambda: sum(1 for e in r.events if e["Event"] == "DialBegin") >= 4, 30)
    inside = await w.phones["104"].wait_ringing(10)
    await asyncio.sleep(0.5)
    await inside.answer()
    await asyncio.sleep(TALK)
    await out.hang_up()


@script("Sales: Anna declines, the others ring on, then the customer gives up")
async def ring_group_declined_then_cancelled(w: World, r: Recorder) -> None:
    out = w.carrier.bring(CUSTOMER, SALES)
    ringing = [await w.phones[user].wait_ringing() for user in ("101", "102", "103")]
    await asyncio.sleep(0.4)
    ringing[0].reject(603)
    await asyncio.sleep(0.8)
    await out.hang_up()


@script("Sales: everybody declines")
async def ring_group_all_decline(w: World, r: Recorder) -> None:
    out = w.carrier.bring(CUSTOMER, SALES)
    ringing = [await w.phones[user].wait_ringing() for user in ("101", "102", "103")]
    await asyncio.sleep(0.4)
    for call in ringing:
        call.reject(603)
    await out.wait_state("ended")


def group_of_locals(w: World, seconds: int, suffix: str = "") -> None:
    """+493055570185: Anna and Boris, each through a Local channel, as ring groups of PBX distributions dial them."""
    members = "&".join(f"Local/{user}@from-internal{suffix}" for user in ("101", "102"))
    dialplan(w, "from-carrier", "+493055570185", f"Dial({members},{seconds},tT)", "Hangup(19)")


@script("A ring group of Local channels: Anna and Boris ring, Boris answers; the Local pair is optimised away")
async def ring_group_local(w: World, r: Recorder) -> None:
    group_of_locals(w, 30)
    out = w.carrier.bring(CUSTOMER, "+493055570185")
    await w.phones["101"].wait_ringing()
    inside = await w.phones["102"].wait_ringing()
    await asyncio.sleep(0.5)
    await inside.answer()
    await asyncio.sleep(TALK + 1)
    await out.hang_up()


@script("A ring group of Local channels that stay (/n): Boris answers and hangs up")
async def ring_group_local_kept(w: World, r: Recorder) -> None:
    group_of_locals(w, 30, "/n")
    out = w.carrier.bring(CUSTOMER, "+493055570185")
    await w.phones["101"].wait_ringing()
    inside = await w.phones["102"].wait_ringing()
    await asyncio.sleep(0.5)
    await inside.answer()
    await asyncio.sleep(TALK)
    await inside.hang_up()
    await out.wait_state("ended")


@script("A ring group of Local channels: nobody answers within three seconds")
async def ring_group_local_no_answer(w: World, r: Recorder) -> None:
    group_of_locals(w, 3)
    await w.carrier.bring(CUSTOMER, "+493055570185").wait_state("ended", 15)


@script("A ring group of Local channels: Anna is busy, Boris declines")
async def ring_group_local_refused(w: World, r: Recorder) -> None:
    w.phones["101"].behaviour = Behaviour("busy")
    group_of_locals(w, 30)
    out = w.carrier.bring(CUSTOMER, "+493055570185")
    ringing = await w.phones["102"].wait_ringing()
    await asyncio.sleep(0.4)
    ringing.reject(603)
    await out.wait_state("ended")


def queue_of_locals(w: World, patience: int) -> None:
    """+493055570186: a queue whose members are Local channels, as PBX distributions add them."""
    for user in ("101", "102"):
        said = w.pbx.rx(f"queue add member Local/{user}@from-internal/n to support")
        if "Added" not in said and "already" not in said:
            raise RuntimeError(said)
    for user in ("103", "104", "105"):
        w.pbx.rx(f"queue pause member PJSIP/{user} queue support")
    dialplan(w, "from-carrier", "+493055570186", "Answer()", f"Queue(support,tTkK,,,{patience})", "Hangup(19)")


def queue_of_phones(w: World) -> None:
    """The queue as it was."""
    for user in ("101", "102"):
        w.pbx.rx(f"queue remove member Local/{user}@from-internal/n from support")
    for user in ("103", "104", "105"):
        w.pbx.rx(f"queue unpause member PJSIP/{user} queue support")


@script("A queue whose members are Local channels: Boris answers")
async def queue_local_answered(w: World, r: Recorder) -> None:
    queue_of_locals(w, 60)
    out = w.carrier.bring(CUSTOMER, "+493055570186")
    await w.phones["101"].wait_ringing()
    inside = await w.phones["102"].wait_ringing()
    await asyncio.sleep(0.5)
    await inside.answer()
    await asyncio.sleep(TALK)
    await out.hang_up()
    queue_of_phones(w)


@script("A queue whose members are Local channels: nobody comes, the queue gives up")
async def queue_local_timeout(w: World, r: Recorder) -> None:
    queue_of_locals(w, 3)
    await w.carrier.bring(CUSTOMER, "+493055570186").wait_state("ended", 30)
    queue_of_phones(w)


@script("A queue whose members are Local channels: the customer gives up")
async def queue_local_abandoned(w: World, r: Recorder) -> None:
    queue_of_locals(w, 60)
    out = w.carrier.bring(CUSTOMER, "+493055570186")
    await w.phones["102"].wait_ringing()
    await asyncio.sleep(0.8)
    await out.hang_up()
    await asyncio.sleep(0.3)
    queue_of_phones(w)


@script("A queue in which nobody answers in time; the PBX gives up")
async def queue_timeout(w: World, r: Recorder) -> None:
    dialplan(w, "from-carrier", "+493055570187", "Answer()", "Queue(support,tTkK,,,3)", "Hangup(19)")
    await w.carrier.bring(CUSTOMER, "+493055570187").wait_state("ended", 30)


@script("A queue: Clara declines, Elena is busy, Dmitri answers")
async def queue_one_declines(w: World, r: Recorder) -> None:
    w.phones["105"].behaviour = Behaviour("busy")
    out = w.carrier.bring(CUSTOMER, SUPPORT)
    declining = await w.phones["103"].wait_ringing()
    inside = await w.phones["104"].wait_ringing()
    await asyncio.sleep(0.4)
    declining.reject(603)
    await asyncio.sleep(0.4)
    await inside.answer()
    await asyncio.sleep(TALK)
    await inside.hang_up()
    await out.wait_state("ended")
