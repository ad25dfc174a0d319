"""The listener comes late, goes and comes again; Asterisk goes away."""

from __future__ import annotations

import asyncio

from ..script import CUSTOMER, TALK, answered_call, script
from ..world import Recorder, World


@script("The recorder comes when a call is in progress: list of channels, then the rest of the call")
async def late_while_talking(w: World, r: Recorder) -> None:
    out, _inside = await answered_call(w, r)
    await w.open(r)
    await r.list_channels()
    await asyncio.sleep(TALK)
    await out.hang_up()


@script("The recorder comes while a phone rings; then it is answered")
async def late_while_ringing(w: World, r: Recorder) -> None:
    out = w.carrier.bring(CUSTOMER, "+493055570102")
    inside = await w.phones["102"].wait_ringing()
    await w.open(r)
    await r.list_channels()
    await inside.answer()
    await asyncio.sleep(TALK)
    await out.hang_up()


@script("Asterisk is stopped while two people talk")
async def asterisk_stops(w: World, r: Recorder) -> None:
    await answered_call(w, r)
    await asyncio.to_thread(w.pbx.rx, "core stop now")  # the recorder's clock must go on meanwhile
    await r.event("Shutdown")
    w.pbx.stop()
    w.pbx.start()
    for phone in w.phones.values():
        await phone.register()


@script("The connection is lost and comes back while a customer and Boris talk")
async def reconnect_while_talking(w: World, r: Recorder) -> None:
    out, _inside = await answered_call(w, r)
    r.close()
    await asyncio.sleep(1)
    await w.open(r)
    await r.list_channels()
    await asyncio.sleep(TALK)
    await out.hang_up()


@script("Boris answers while the connection is lost")
async def reconnect_answered_meanwhile(w: World, r: Recorder) -> None:
    out = w.carrier.bring(CUSTOMER, "+493055570102")
    inside = await w.phones["102"].wait_ringing()
    await r.event("DialState")
    await asyncio.sleep(0.5)
    r.close()
    await inside.answer()
    await out.wait_state("confirmed")
    await asyncio.sleep(1)
    await w.open(r)
    await r.list_channels()
    await asyncio.sleep(TALK)
    await out.hang_up()


@script("One call ends and another begins while the connection is lost")
async def reconnect_other_call(w: World, r: Recorder) -> None:
    out, _inside = await answered_call(w, r)
    r.close()
    await out.hang_up()
    second = w.phones["101"].call("103")
    await w.phones["103"].wait_ringing()
    await asyncio.sleep(3)  # longer ago than a list may be older than the events
    await w.open(r)
    await r.list_channels()
    await (await w.phones["103"].wait_ringing()).answer()
    await asyncio.sleep(TALK)
    await second.hang_up()


@script("Asterisk is killed while two people talk, and comes back without them")
async def asterisk_killed(w: World, r: Recorder) -> None:
    await answered_call(w, r)
    r.close()
    w.pbx.kill()
    w.pbx.start()
    for phone in w.phones.values():
        await phone.register()
    await w.open(r)
    await r.list_channels()
    for agent in (*w.phones.values(), w.carrier):
        for call in agent.live_calls:
            await call.hang_up()
