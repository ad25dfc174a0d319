"""Calls from outside to one phone, and what can become of them."""

from __future__ import annotations

import asyncio

from sandbox.phones.behaviour import Behaviour

from ..script import CUSTOMER, MAILBOX, MENU, MOBILE, TALK, answered_call, channel_of, dialplan, forward, script
from ..world import Recorder, World


@script("A customer calls Boris, who answers; the customer hangs up")
async def incoming_answered(w: World, r: Recorder) -> None:
    out, _inside = await answered_call(w, r)
    await out.hang_up()


@script("A customer calls Boris; Boris hangs up")
async def incoming_answered_callee_hangs_up(w: World, r: Recorder) -> None:
    _out, inside = await answered_call(w, r)
    await inside.hang_up()


@script("Boris puts the customer on hold and takes him back")
async def incoming_hold(w: World, r: Recorder) -> None:
    out, inside = await answered_call(w, r)
    await inside.hold()
    await r.event("Hold")
    await asyncio.sleep(0.5)
    await inside.resume()
    await r.event("Unhold")
    await asyncio.sleep(0.5)
    await out.hang_up()


@script("A customer calls Clara, whose phone is busy")
async def incoming_busy(w: World, r: Recorder) -> None:
    w.phones["103"].behaviour = Behaviour("busy")
    await w.carrier.bring(CUSTOMER, "+493055570103").wait_state("ended")


@script("A customer calls Clara, who declines")
async def incoming_rejected(w: World, r: Recorder) -> None:
    out = w.carrier.bring(CUSTOMER, "+493055570103")
    ringing = await w.phones["103"].wait_ringing()
    await asyncio.sleep(0.5)
    ringing.reject(603)
    await out.wait_state("ended")


@script("A customer calls Clara and gives up")
async def incoming_cancelled(w: World, r: Recorder) -> None:
    out = w.carrier.bring(CUSTOMER, "+493055570103")
    await w.phones["103"].wait_ringing()
    await asyncio.sleep(0.8)
    await out.hang_up()


@script("Clara does not pick up for thirty seconds; the PBX gives up")
async def incoming_no_answer(w: World, r: Recorder) -> None:
    w.phones["103"].behaviour = Behaviour("ring")
    await w.carrier.bring(CUSTOMER, "+493055570103").wait_state("ended", 45)


@script("Clara's phone is not registered")
async def incoming_unregistered(w: World, r: Recorder) -> None:
    await w.phones["103"].unregister()
    try:
        await w.carrier.bring(CUSTOMER, "+493055570103").wait_state("ended", 20)
    finally:
        await w.phones["103"].register()


@script("A caller who hides his number")
async def incoming_withheld(w: World, r: Recorder) -> None:
    out = w.carrier.bring(CUSTOMER, "+493055570102", withheld=True)
    inside = await w.phones["102"].wait_ringing()
    await inside.answer()
    await asyncio.sleep(TALK)
    await out.hang_up()


@script("A caller whose name is an attack, twice as long as any name")
async def incoming_hostile_name(w: World, r: Recorder) -> None:
    name = "\"><img src=x onerror=alert('1')>? \\ \U0001f4de Иванов " + "x" * 200
    out = w.carrier.bring(CUSTOMER, "+493055570102", name=name)
    inside = await w.phones["102"].wait_ringing()
    await inside.answer()
    await asyncio.sleep(TALK)
    await out.hang_up()


@script("Menu: the customer presses 1, sales ring, Anna answers")
async def menu_then_agent(w: World, r: Recorder) -> None:
    out = w.carrier.bring(CUSTOMER, MENU)
    await out.wait_state("confirmed")
    await asyncio.sleep(0.8)
    await out.send_digits("1")
    inside = await w.phones["101"].wait_ringing()
    await inside.answer()
    await asyncio.sleep(TALK)
    await out.hang_up()


@script("Menu: the customer hangs up in it")
async def menu_only(w: World, r: Recorder) -> None:
    out = w.carrier.bring(CUSTOMER, MENU)
    await out.wait_state("confirmed")
    await asyncio.sleep(1.0)
    await out.hang_up()


@script("Anna does not answer, the customer leaves a message")
async def voicemail_message(w: World, r: Recorder) -> None:
    out = w.carrier.bring(CUSTOMER, MAILBOX)
    await w.phones["101"].wait_ringing()
    await r.event("Newexten", 20, Application="VoiceMail")
    await asyncio.sleep(9)
    await out.hang_up()
    await asyncio.sleep(1)


@script("Two calls at once from the same number to the same number")
async def two_calls_same_numbers(w: World, r: Recorder) -> None:
    first = w.carrier.bring(CUSTOMER, "+493055570102")
    one = await w.phones["102"].wait_ringing()
    await one.answer()
    second = w.carrier.bring(CUSTOMER, "+493055570102")
    await asyncio.sleep(1)
    await second.hang_up()
    await asyncio.sleep(0.5)
    await first.hang_up()


@script("Clara's phone is set to Do Not Disturb")
async def incoming_do_not_disturb(w: World, r: Recorder) -> None:
    w.phones["103"].behaviour = Behaviour("dnd")
    await w.carrier.bring(CUSTOMER, "+493055570103").wait_state("ended")


@script("Clara's phone is registered but unplugged: it says nothing, the customer gives up")
async def incoming_unplugged(w: World, r: Recorder) -> None:
    w.phones["103"].behaviour = Behaviour("silent")
    out = w.carrier.bring(CUSTOMER, "+493055570103")
    await r.event("DialBegin")
    await asyncio.sleep(2)
    await out.hang_up()


@script("The PBX ends the conversation (AMI Hangup of Boris's channel)")
async def incoming_ended_by_pbx(w: World, r: Recorder) -> None:
    out, _inside = await answered_call(w, r)
    await r.act(Action="Hangup", Channel=await channel_of(r, "PJSIP/102"))
    await out.wait_state("ended")


@script("Boris's phone forwards by itself (302) to Clara, who answers")
async def forward_by_phone(w: World, r: Recorder) -> None:
    out = w.carrier.bring(CUSTOMER, "+493055570102")
    forward(await w.phones["102"].wait_ringing(), "103")
    inside = await w.phones["103"].wait_ringing()
    await asyncio.sleep(0.4)
    await inside.answer()
    await asyncio.sleep(TALK)
    await out.hang_up()


@script("Boris's phone forwards to Clara, who does not answer; the customer gives up")
async def forward_by_phone_cancelled(w: World, r: Recorder) -> None:
    out = w.carrier.bring(CUSTOMER, "+493055570102")
    forward(await w.phones["102"].wait_ringing(), "103")
    await w.phones["103"].wait_ringing()
    await asyncio.sleep(0.8)
    await out.hang_up()


@script("The PBX forwards Boris's calls to his mobile through a Local channel; he answers there and hangs up")
async def forward_to_mobile(w: World, r: Recorder) -> None:
    dialplan(w, "from-carrier", "+493055570182", f"Dial(Local/{MOBILE}@from-internal,30,tT)", "Hangup()")
    out = w.carrier.bring(CUSTOMER, "+493055570182")
    await out.wait_state("confirmed")
    await asyncio.sleep(TALK)
    await next(call for call in w.carrier.live_calls if call.direction == "incoming").hang_up()
    await out.wait_state("ended")


@script("Follow me: Boris's phone rings three seconds, then his mobile, where he answers")
async def follow_me_answered(w: World, r: Recorder) -> None:
    dialplan(w, "from-carrier", "+493055570183", "Dial(Local/102@from-internal/n,3,tT)",
             f"Dial(Local/{MOBILE}@from-internal/n,30,tT)", "Hangup()")  # fmt: skip
    out = w.carrier.bring(CUSTOMER, "+493055570183")
    await out.wait_state("confirmed", 15)
    await asyncio.sleep(TALK)
    await out.hang_up()


@script("Follow me: the mobile's own voice mail picks up and does not press 1; nobody has talked with the customer")
async def follow_me_not_accepted(w: World, r: Recorder) -> None:
    dialplan(w, "screen", "s", "Wait(1.5)", "Set(GOSUB_RESULT=BUSY)", "Return()")
    dialplan(w, "follow", "_+X.", "Dial(PJSIP/${EXTEN}@carrier,30,U(screen))", "Hangup(19)")
    dialplan(w, "from-carrier", "+493055570184", "Dial(PJSIP/102&Local/" + MOBILE + "@follow/n,4,tT)", "Hangup(19)")
    out = w.carrier.bring(CUSTOMER, "+493055570184")
    await out.wait_state("ended", 15)
