"""Calls that somebody else takes, parks or shares."""

from __future__ import annotations

import asyncio

from ..script import CUSTOMER, TALK, answered_call, channel_of, dialplan, script
from ..world import Recorder, World


@script("Dmitri takes the call that rings at Anna's phone (*8)")
async def pickup(w: World, r: Recorder) -> None:
    out = w.carrier.bring(CUSTOMER, "+493055570101")
    await w.phones["101"].wait_ringing()
    await asyncio.sleep(0.5)
    w.phones["104"].call("*8")
    await r.event("Pickup")
    await out.wait_state("confirmed")
    await asyncio.sleep(TALK)
    await out.hang_up()


@script("Boris parks the customer, Clara fetches him")
async def park_and_fetch(w: World, r: Recorder) -> None:
    out, inside = await answered_call(w, r)
    await inside.blind_transfer("700")
    space = (await r.event("ParkedCall"))["ParkingSpace"]
    await asyncio.sleep(4)
    w.phones["103"].call(space)
    await r.event("UnParkedCall")
    await asyncio.sleep(TALK)
    await out.hang_up()


@script("Three employees in the conference room")
async def conference(w: World, r: Recorder) -> None:
    for user in ("101", "102", "103"):
        await w.phones[user].call("600").wait_state("confirmed")
        await asyncio.sleep(0.7)
    await asyncio.sleep(TALK)
    for user in ("103", "101", "102"):
        await w.phones[user].live_calls[0].hang_up()
        await asyncio.sleep(0.4)


@script("Dmitri takes the call that rings at Anna's phone by dialling **101")
async def pickup_directed(w: World, r: Recorder) -> None:
    dialplan(w, "from-internal", "**101", "PickupChan(PJSIP/101)", "Hangup()")
    out = w.carrier.bring(CUSTOMER, "+493055570101")
    await w.phones["101"].wait_ringing()
    await asyncio.sleep(0.5)
    taker = w.phones["104"].call("**101")
    await r.event("Pickup")
    await out.wait_state("confirmed")
    await asyncio.sleep(TALK)
    await taker.hang_up()
    await out.wait_state("ended")


@script("Boris parks the customer, who gives up")
async def park_given_up(w: World, r: Recorder) -> None:
    out, inside = await answered_call(w, r)
    await inside.blind_transfer("700")
    await r.event("ParkedCall")
    await asyncio.sleep(5)
    await out.hang_up()


@script("Boris parks the customer; nobody fetches him for a minute, Boris's phone rings again and he answers")
async def park_timeout(w: World, r: Recorder) -> None:
    out, inside = await answered_call(w, r)
    await inside.blind_transfer("700")
    await r.event("ParkedCall")
    await inside.wait_state("ended", 15)
    again = await w.phones["102"].wait_ringing(80)
    await asyncio.sleep(0.5)
    await again.answer()
    await asyncio.sleep(TALK)
    await out.hang_up()


@script("AMI parks the customer, Clara fetches him")
async def park_by_ami(w: World, r: Recorder) -> None:
    out, _inside = await answered_call(w, r)
    await r.act(Action="Park", Channel=await channel_of(r, "PJSIP/carrier"), Timeout="60000")
    space = (await r.event("ParkedCall"))["ParkingSpace"]
    await asyncio.sleep(1)
    call = w.phones["103"].call(space)
    await r.event("UnParkedCall")
    await asyncio.sleep(TALK)
    await call.hang_up()
    await out.wait_state("ended")


@script("AMI moves the customer and Boris into a conference room and calls Clara in; the customer leaves last")
async def conference_by_ami(w: World, r: Recorder) -> None:
    out, inside = await answered_call(w, r)
    where = {"Context": "from-internal", "Exten": "600", "Priority": "1"}
    extra = {"Extra" + key: value for key, value in where.items()}
    customer, boris = await channel_of(r, "PJSIP/carrier"), await channel_of(r, "PJSIP/102")
    await r.act(Action="Redirect", Channel=customer, ExtraChannel=boris, **where, **extra)
    await r.event("ConfbridgeJoin", Channel="PJSIP/102")
    await asyncio.sleep(TALK)
    await r.act(Action="Originate", Channel="PJSIP/103", **where, Async="true")
    third = await w.phones["103"].wait_ringing()
    await third.answer()
    await r.event("ConfbridgeJoin", Channel="PJSIP/103")
    await asyncio.sleep(TALK)
    for call in (inside, third, out):
        await call.hang_up()
        await asyncio.sleep(0.4)
