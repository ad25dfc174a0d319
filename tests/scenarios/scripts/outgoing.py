"""Calls of the employees, inside and to the carrier."""

from __future__ import annotations

import asyncio

from ..script import (
    BUSY,
    CUSTOMER,
    EARLY_MEDIA,
    NO_CIRCUIT,
    REJECTS,
    RINGS_FOR_EVER,
    SWITCHED_OFF,
    TALK,
    UNKNOWN,
    script,
)
from ..world import Recorder, World


@script("Anna calls Boris inside, Boris hangs up")
async def internal_answered(w: World, r: Recorder) -> None:
    w.phones["101"].call("102")
    inside = await w.phones["102"].wait_ringing()
    await asyncio.sleep(0.4)
    await inside.answer()
    await asyncio.sleep(TALK)
    await inside.hang_up()


@script("Anna calls Elena, who has two phones; the soft phone answers")
async def internal_two_devices(w: World, r: Recorder) -> None:
    call = w.phones["101"].call("105")
    inside = await w.phones["1052"].wait_ringing()
    await asyncio.sleep(0.4)
    await inside.answer()
    await asyncio.sleep(TALK)
    await call.hang_up()


@script("Anna dials a number in the extensions' range that nobody has")
async def internal_unknown(w: World, r: Recorder) -> None:
    await w.phones["101"].call("177").wait_state("ended")


@script("Anna calls a customer, he answers and hangs up")
async def outgoing_answered(w: World, r: Recorder) -> None:
    call = w.phones["101"].call(CUSTOMER)
    await call.wait_state("confirmed")
    await asyncio.sleep(TALK)
    await w.carrier.live_calls[0].hang_up()


@script("Anna calls a customer who is busy")
async def outgoing_busy(w: World, r: Recorder) -> None:
    await w.phones["101"].call(BUSY).wait_state("ended")


@script("Anna calls a customer who declines")
async def outgoing_rejected(w: World, r: Recorder) -> None:
    await w.phones["101"].call(REJECTS).wait_state("ended")


@script("Anna calls a number that does not exist")
async def outgoing_bad_number(w: World, r: Recorder) -> None:
    await w.phones["101"].call(UNKNOWN).wait_state("ended")


@script("Anna calls a customer and gives up")
async def outgoing_cancelled(w: World, r: Recorder) -> None:
    call = w.phones["101"].call(RINGS_FOR_EVER)
    await call.wait_state("ringing")
    await asyncio.sleep(0.8)
    await call.hang_up()


@script("Anna calls Clara, who does not pick up within 25 seconds")
async def internal_no_answer(w: World, r: Recorder) -> None:
    await w.phones["101"].call("103").wait_state("ended", 40)


@script("Elena calls Anna from her second phone and hangs up")
async def internal_from_second_phone(w: World, r: Recorder) -> None:
    call = w.phones["1052"].call("101")
    await (await w.phones["101"].wait_ringing()).answer()
    await call.wait_state("confirmed")
    await asyncio.sleep(TALK)
    await call.hang_up()


@script("Anna calls a customer, who does not answer within a minute")
async def outgoing_no_answer(w: World, r: Recorder) -> None:
    await w.phones["101"].call(RINGS_FOR_EVER).wait_state("ended", 75)


@script("Anna calls a customer; the carrier has no circuit")
async def outgoing_no_circuit(w: World, r: Recorder) -> None:
    await w.phones["101"].call(NO_CIRCUIT).wait_state("ended")


@script("Anna calls a customer whose phone is switched off")
async def outgoing_switched_off(w: World, r: Recorder) -> None:
    await w.phones["101"].call(SWITCHED_OFF).wait_state("ended")


@script("Anna hears the carrier's ringing tone (early media), the customer answers, Anna hangs up")
async def outgoing_early_media(w: World, r: Recorder) -> None:
    call = w.phones["101"].call(EARLY_MEDIA)
    await call.wait_state("confirmed", 10)
    await asyncio.sleep(TALK)
    await call.hang_up()
