"""Calls that are passed on."""

from __future__ import annotations

import asyncio

from sandbox.phones.behaviour import Behaviour

from ..script import CUSTOMER, MOBILE, TALK, answered_call, channel_of, script
from ..world import Recorder, World


@script("Boris's phone transfers the customer blind to Clara, who answers")
async def transfer_blind_by_phone(w: World, r: Recorder) -> None:
    out, inside = await answered_call(w, r)
    await inside.blind_transfer("103")
    third = await w.phones["103"].wait_ringing()
    await asyncio.sleep(0.4)
    await third.answer()
    await asyncio.sleep(TALK)
    await third.hang_up()


@script("Boris's phone transfers the customer blind to Clara, who is busy")
async def transfer_blind_to_busy(w: World, r: Recorder) -> None:
    w.phones["103"].behaviour = Behaviour("busy")
    out, inside = await answered_call(w, r)
    await inside.blind_transfer("103")
    await out.wait_state("ended", 15)


@script("AMI transfers the customer blind from Boris to Clara, who answers")
async def transfer_blind_by_ami(w: World, r: Recorder) -> None:
    out, inside = await answered_call(w, r)
    channel = await channel_of(r, "PJSIP/102")
    await r.act(Action="BlindTransfer", Channel=channel, Context="transfer", Exten="103")
    third = await w.phones["103"].wait_ringing()
    await third.answer()
    await asyncio.sleep(TALK)
    await out.hang_up()


@script("Boris calls Clara meanwhile and joins the customer with her (REFER with Replaces)")
async def transfer_attended_by_phone(w: World, r: Recorder) -> None:
    out, inside = await answered_call(w, r)
    await inside.hold()
    consultation = w.phones["102"].call("103")
    third = await w.phones["103"].wait_ringing()
    await asyncio.sleep(0.4)
    await third.answer()
    await asyncio.sleep(TALK)
    await inside.attended_transfer(consultation)
    await r.event("AttendedTransfer")
    await asyncio.sleep(TALK)
    await third.hang_up()


@script("The same by keys (*2): Boris hangs up after he spoke with Clara")
async def transfer_attended_by_keys(w: World, r: Recorder) -> None:
    out, inside = await answered_call(w, r)
    await inside.send_digits("*2")
    await asyncio.sleep(2.5)
    await inside.send_digits("103")
    third = await w.phones["103"].wait_ringing(15)
    await third.answer()
    await asyncio.sleep(TALK)
    await inside.hang_up()
    await r.event("AttendedTransfer")
    await asyncio.sleep(TALK + 1)
    await out.hang_up()


@script("AMI's Atxfer: Boris consults Clara, then hangs up; customer and Clara talk")
async def transfer_attended_by_ami(w: World, r: Recorder) -> None:
    out, inside = await answered_call(w, r)
    channel = await channel_of(r, "PJSIP/102")
    await r.act(Action="Atxfer", Channel=channel, Context="transfer", Exten="103#")
    third = await w.phones["103"].wait_ringing(15)
    await third.answer()
    await asyncio.sleep(TALK)
    await r.act(Action="Hangup", Channel=channel)
    await r.event("AttendedTransfer")
    await asyncio.sleep(TALK + 1)
    await out.hang_up()


@script("AMI's Atxfer, taken back: Boris speaks with Clara and returns to the customer")
async def transfer_attended_cancelled(w: World, r: Recorder) -> None:
    out, inside = await answered_call(w, r)
    channel = await channel_of(r, "PJSIP/102")
    await r.act(Action="Atxfer", Channel=channel, Context="transfer", Exten="103#")
    third = await w.phones["103"].wait_ringing(15)
    await third.answer()
    await asyncio.sleep(TALK)
    await r.act(Action="CancelAtxfer", Channel=channel)
    await third.wait_state("ended")
    await asyncio.sleep(TALK)
    await out.hang_up()


@script("Boris's phone transfers the customer blind to a number that nobody has")
async def transfer_blind_to_nobody(w: World, r: Recorder) -> None:
    out, inside = await answered_call(w, r)
    await inside.blind_transfer("177")
    await out.wait_state("ended", 15)


@script("Boris transfers the customer blind to Clara; the customer gives up while it rings")
async def transfer_blind_given_up(w: World, r: Recorder) -> None:
    out, inside = await answered_call(w, r)
    await inside.blind_transfer("103")
    await w.phones["103"].wait_ringing()
    await asyncio.sleep(0.8)
    await out.hang_up()


@script("Boris transfers the customer blind to a mobile, which answers and hangs up")
async def transfer_blind_to_mobile(w: World, r: Recorder) -> None:
    out, inside = await answered_call(w, r)
    await inside.blind_transfer(MOBILE)
    await r.event("DialEnd", DestChannel="PJSIP/carrier", DialStatus="ANSWER")
    await asyncio.sleep(TALK)
    await next(call for call in w.carrier.live_calls if call.direction == "incoming").hang_up()
    await out.wait_state("ended")


@script("Anna calls a customer and transfers him blind to Boris, who answers")
async def transfer_blind_of_outgoing(w: World, r: Recorder) -> None:
    call = w.phones["101"].call(CUSTOMER)
    await call.wait_state("confirmed")
    await asyncio.sleep(TALK)
    await call.blind_transfer("102")
    inside = await w.phones["102"].wait_ringing()
    await asyncio.sleep(0.4)
    await inside.answer()
    await asyncio.sleep(TALK)
    await inside.hang_up()


@script("Two transfers: Boris to Clara blind, Clara to Dmitri blind; Dmitri hangs up")
async def transfer_blind_twice(w: World, r: Recorder) -> None:
    out, inside = await answered_call(w, r)
    for user in ("103", "104"):
        await inside.blind_transfer(user)
        inside = await w.phones[user].wait_ringing()
        await asyncio.sleep(0.3)
        await inside.answer()
        await asyncio.sleep(TALK)
    await inside.hang_up()
    await out.wait_state("ended")


@script("AMI's Atxfer: Boris hangs up while Clara's phone still rings; then she answers")
async def transfer_attended_while_ringing(w: World, r: Recorder) -> None:
    out, inside = await answered_call(w, r)
    await r.act(Action="Atxfer", Channel=await channel_of(r, "PJSIP/102"), Context="transfer", Exten="103#")
    third = await w.phones["103"].wait_ringing(15)
    await asyncio.sleep(0.5)
    await inside.hang_up()
    await r.event("AttendedTransfer")
    await asyncio.sleep(0.5)
    await third.answer()
    await asyncio.sleep(TALK + 1)
    await out.hang_up()


@script("AMI's Atxfer to Clara, who declines; Boris is back with the customer")
async def transfer_attended_declined(w: World, r: Recorder) -> None:
    out, inside = await answered_call(w, r)
    await r.act(Action="Atxfer", Channel=await channel_of(r, "PJSIP/102"), Context="transfer", Exten="103#")
    (await w.phones["103"].wait_ringing(15)).reject(603)
    await r.event("Unhold", 20)
    await asyncio.sleep(TALK)
    await inside.hang_up()
    await out.wait_state("ended")


@script("AMI's Atxfer to Clara, then *5: all three talk; the customer leaves, then Boris")
async def transfer_attended_threeway(w: World, r: Recorder) -> None:
    out, inside = await answered_call(w, r)
    channel = await channel_of(r, "PJSIP/102")
    await r.act(Action="Atxfer", Channel=channel, Context="transfer", Exten="103#")
    await (await w.phones["103"].wait_ringing(15)).answer()
    await asyncio.sleep(TALK)
    for digit in "*5":
        await r.act(Action="PlayDTMF", Channel=channel, Digit=digit, Receive="true")
    await r.event("AttendedTransfer")
    await asyncio.sleep(TALK + 1)
    await out.hang_up()
    await asyncio.sleep(TALK)
    await inside.hang_up()


@script("AMI's Atxfer to Clara; Boris goes back to the customer and to her again (*6), then hangs up; the two talk")
async def transfer_attended_swapped(w: World, r: Recorder) -> None:
    out, inside = await answered_call(w, r)
    channel = await channel_of(r, "PJSIP/102")
    await r.act(Action="Atxfer", Channel=channel, Context="transfer", Exten="103#")
    await (await w.phones["103"].wait_ringing(15)).answer()
    for _swap in range(2):
        await asyncio.sleep(TALK)
        for digit in "*6":
            await r.act(Action="PlayDTMF", Channel=channel, Digit=digit, Receive="true")
    await asyncio.sleep(TALK)
    await inside.hang_up()
    await r.event("AttendedTransfer")
    await asyncio.sleep(TALK + 1)
    await out.hang_up()


@script("Boris calls a mobile meanwhile and joins the customer with it (REFER with Replaces)")
async def transfer_attended_to_mobile(w: World, r: Recorder) -> None:
    out, inside = await answered_call(w, r)
    await inside.hold()
    consultation = w.phones["102"].call(MOBILE)
    await consultation.wait_state("confirmed", 10)
    await asyncio.sleep(TALK)
    await inside.attended_transfer(consultation)
    await r.event("AttendedTransfer")
    await asyncio.sleep(TALK)
    await out.hang_up()


@script("AMI's Redirect takes the customer from Boris to Clara, who answers")
async def redirect_by_ami(w: World, r: Recorder) -> None:
    out, _inside = await answered_call(w, r)
    await r.act(
        Action="Redirect", Channel=await channel_of(r, "PJSIP/carrier"), Context="transfer", Exten="103", Priority="1"
    )
    third = await w.phones["103"].wait_ringing()
    await asyncio.sleep(0.4)
    await third.answer()
    await asyncio.sleep(TALK)
    await out.hang_up()
