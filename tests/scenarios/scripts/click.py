"""Click-to-call, with every outcome at the employee's side and at the client's."""

from __future__ import annotations

import asyncio

from sandbox.phones.behaviour import Behaviour

from ..script import BUSY, CUSTOMER, NO_CIRCUIT, REJECTS, RINGS_FOR_EVER, TALK, UNKNOWN, click, script
from ..world import Recorder, World


@script("Click: Anna picks up, the customer answers, Anna hangs up")
async def click_answered(w: World, r: Recorder) -> None:
    w.phones["101"].behaviour = Behaviour("answer", after=0.1)
    await click(w, r, CUSTOMER)
    await r.event("BridgeEnter")
    await asyncio.sleep(TALK)
    await w.phones["101"].live_calls[0].hang_up()


@script("Click: Anna's phone is busy")
async def click_own_busy(w: World, r: Recorder) -> None:
    w.phones["101"].behaviour = Behaviour("busy")
    await click(w, r, CUSTOMER)
    await r.event("OriginateResponse")


@script("Click: Anna declines")
async def click_own_declined(w: World, r: Recorder) -> None:
    w.phones["101"].behaviour = Behaviour("ring")
    await click(w, r, CUSTOMER)
    (await w.phones["101"].wait_ringing()).reject(603)
    await r.event("OriginateResponse")


@script("Click: Anna does not pick up")
async def click_own_no_answer(w: World, r: Recorder) -> None:
    w.phones["101"].behaviour = Behaviour("ring")
    await click(w, r, CUSTOMER, timeout=2)
    await w.phones["101"].wait_ringing()
    await r.event("OriginateResponse")


@script("Click: Anna's phone is not registered; no channel ever exists")
async def click_own_unregistered(w: World, r: Recorder) -> None:
    await w.phones["101"].unregister()
    try:
        await click(w, r, CUSTOMER)
        await r.event("OriginateResponse")
    finally:
        await w.phones["101"].register()


async def click_and_end(w: World, r: Recorder, number: str) -> None:
    w.phones["101"].behaviour = Behaviour("answer", after=0.1)
    await click(w, r, number)
    await r.event("Hangup", 70, Channel="PJSIP/101")


@script("Click: the customer is busy")
async def click_client_busy(w: World, r: Recorder) -> None:
    await click_and_end(w, r, BUSY)


@script("Click: the customer declines")
async def click_client_rejected(w: World, r: Recorder) -> None:
    await click_and_end(w, r, REJECTS)


@script("Click: the number does not exist")
async def click_client_bad_number(w: World, r: Recorder) -> None:
    await click_and_end(w, r, UNKNOWN)


@script("Click: the carrier has no circuit")
async def click_client_failed(w: World, r: Recorder) -> None:
    await click_and_end(w, r, NO_CIRCUIT)


@script("Click: the PBX does not know where to dial this number")
async def click_not_dialled(w: World, r: Recorder) -> None:
    await click_and_end(w, r, "177")


@script("Click: the customer does not answer within a minute")
async def click_client_no_answer(w: World, r: Recorder) -> None:
    await click_and_end(w, r, RINGS_FOR_EVER)


@script("Click: Anna hangs up while the customer's phone rings")
async def click_cancelled(w: World, r: Recorder) -> None:
    w.phones["101"].behaviour = Behaviour("answer", after=0.1)
    await click(w, r, RINGS_FOR_EVER)
    await r.event("DialState", DestChannel="PJSIP/carrier")
    await asyncio.sleep(0.5)
    await w.phones["101"].live_calls[0].hang_up()


@script("Click: Anna picks up by hand, the customer answers and hangs up")
async def click_client_hangs_up(w: World, r: Recorder) -> None:
    w.phones["101"].behaviour = Behaviour("ring")
    await click(w, r, CUSTOMER)
    await asyncio.sleep(0.7)
    await (await w.phones["101"].wait_ringing()).answer()
    await r.event("BridgeEnter")
    await asyncio.sleep(TALK)
    await w.carrier.live_calls[0].hang_up()


@script("Click on a colleague: Anna picks up, Boris answers")
async def click_colleague(w: World, r: Recorder) -> None:
    w.phones["101"].behaviour = Behaviour("answer", after=0.1)
    await click(w, r, "102")
    inside = await w.phones["102"].wait_ringing()
    await asyncio.sleep(0.4)
    await inside.answer()
    await r.event("BridgeEnter")
    await asyncio.sleep(TALK)
    await inside.hang_up()


@script("Other software's click, which rings all of Elena's phones through a Local channel; she and the customer talk")
async def originate_local(w: World, r: Recorder) -> None:
    for user in ("105", "1052"):
        w.phones[user].behaviour = Behaviour("ring")
    await click(w, r, CUSTOMER, channel="Local/105@from-internal", context="from-internal")
    await w.phones["1052"].wait_ringing()
    inside = await w.phones["105"].wait_ringing()
    await asyncio.sleep(0.5)
    await inside.answer()
    await r.event("BridgeEnter", Channel="PJSIP/carrier")
    await asyncio.sleep(TALK + 1)
    await inside.hang_up()


@script("Other software's click, which rings all of Elena's phones through a Local channel, and she declines on both")
async def originate_local_declined(w: World, r: Recorder) -> None:
    for user in ("105", "1052"):
        w.phones[user].behaviour = Behaviour("ring")
    await click(w, r, CUSTOMER, channel="Local/105@from-internal", context="from-internal")
    calls = [await w.phones[user].wait_ringing() for user in ("105", "1052")]
    await asyncio.sleep(0.3)
    for call in calls:
        call.reject(603)
    await r.event("OriginateResponse")
