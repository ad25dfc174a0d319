"""Calls between two phones: every way they can begin, change and end."""

from __future__ import annotations

import asyncio

import pytest

from sandbox.phones.address import Address, Uri
from sandbox.phones.behaviour import Behaviour
from sandbox.phones.call import CALLING, CONFIRMED, ENDED, RINGING, CallError
from sandbox.phones.message import Headers, Request
from sandbox.phones.phone import Phone
from sandbox.phones.waiting import DeadlineMissed

from .conftest import T1, running

TONES = {440, 700}


async def talk(anna, boris):
    """(anna's call, boris's call), answered."""
    outgoing = anna.call("102")
    incoming = await boris.wait_ringing()
    await incoming.answer()
    await outgoing.wait_state(CONFIRMED)
    await incoming.wait_state(CONFIRMED)
    return outgoing, incoming


async def test_a_call_rings_is_answered_heard_and_hung_up(pair):
    anna, boris = pair
    outgoing = anna.call("102")
    assert outgoing.state == CALLING
    incoming = await boris.wait_ringing()
    await outgoing.wait_state(RINGING)
    assert (incoming.number, incoming.dialled) == ("101", "102")
    await incoming.answer()
    await outgoing.wait_state(CONFIRMED)
    await outgoing.wait_hears({700}, TONES)
    await incoming.wait_hears({440}, TONES)
    await incoming.hang_up()
    await outgoing.wait_state(ENDED)
    assert (outgoing.ending.by, incoming.ending.by) == ("remote", "local")
    assert not anna.live_calls
    assert not boris.live_calls


async def test_the_caller_gives_up(pair):
    anna, boris = pair
    outgoing = anna.call("102")
    incoming = await boris.wait_ringing()
    await outgoing.cancel()
    await incoming.wait_state(ENDED)
    assert (outgoing.ending.by, outgoing.ending.status) == ("local", 487)
    assert (incoming.ending.by, incoming.ending.reason) == ("remote", "cancelled")
    with pytest.raises(CallError, match="does not ring"):
        await incoming.answer()


async def test_an_answered_call_can_not_be_cancelled(pair):
    outgoing, _ = await talk(*pair)
    with pytest.raises(CallError, match="hang it up"):
        await outgoing.cancel()


@pytest.mark.parametrize(
    "behaviour, status",
    [
        (Behaviour("busy"), 486),
        (Behaviour("decline"), 603),
        (Behaviour("dnd"), 480),
        (Behaviour("refuse", status=404), 404),
    ],
)
async def test_a_phone_refuses_by_itself(pair, behaviour, status):
    anna, boris = pair
    boris.behaviour = behaviour
    outgoing = anna.call("102")
    await outgoing.wait_state(ENDED)
    assert (outgoing.ending.by, outgoing.ending.status) == ("remote", status)


@pytest.mark.parametrize("status", [486, 603])
async def test_a_person_refuses(pair, status):
    anna, boris = pair
    outgoing = anna.call("102")
    (await boris.wait_ringing()).reject(status)
    await outgoing.wait_state(ENDED)
    assert outgoing.ending.status == status


async def test_an_unplugged_phone_says_nothing():
    plugged_out = Phone("102", "", ("127.0.0.1", 9), behaviour=Behaviour("silent"))
    await plugged_out.start()
    anna = Phone("101", "", ("127.0.0.1", plugged_out.transport.port), t1=0.005)
    async with running(anna):
        call = anna.call("102")
        await call.wait_state(ENDED)
        assert call.ending.status == 408
        assert plugged_out.calls == []
        assert plugged_out.last_invite.sender.uri.user == "101"
    await plugged_out.stop()


async def test_hold_silences_and_resume_brings_back(pair):
    outgoing, incoming = await talk(*pair)
    await outgoing.hold()
    assert (outgoing.held, incoming.remote_held) == (True, True)
    await incoming.wait_hears(set(), TONES)
    await outgoing.resume()
    assert (outgoing.held, incoming.remote_held) == (False, False)
    await incoming.wait_hears({440}, TONES)


async def test_both_may_hold_at_the_same_time(pair):
    outgoing, incoming = await talk(*pair)
    await asyncio.gather(outgoing.hold(), incoming.hold())
    assert outgoing.held
    assert incoming.held
    assert outgoing.remote_held
    await asyncio.gather(outgoing.resume(), incoming.resume())
    await outgoing.wait_remote_held(False)
    await incoming.wait_hears({440}, TONES)


async def test_keys_go_both_ways(pair):
    outgoing, incoming = await talk(*pair)
    await outgoing.send_digits("12")
    await incoming.wait_digits("12")
    await incoming.send_digits("#")
    await outgoing.wait_digits("#")


async def test_several_calls_at_once_are_kept_apart(pair):
    anna, boris = pair
    first, first_in = await talk(anna, boris)
    await first.hold()
    second, second_in = await talk(anna, boris)
    await second.hang_up()
    await second_in.wait_state(ENDED)
    assert [call.state for call in (first, first_in)] == [CONFIRMED, CONFIRMED]
    await first.resume()
    await first_in.wait_hears({440}, TONES)


@pytest.mark.parametrize(
    "header",
    [
        ("Call-Info", "<sip:odoo>;answer-after=0"),
        ("Alert-Info", "<http://odoo>;info=alert-autoanswer"),
        ("Alert-Info", "Auto Answer"),
    ],
)
async def test_a_phone_answers_by_itself_when_asked_to(pair, header):
    anna, boris = pair
    outgoing = anna.call("102", [header])
    await outgoing.wait_state(CONFIRMED)
    assert boris.last_invite.headers.get(header[0]) == header[1]


async def test_a_phone_left_alone_rings_on_even_then(pair):
    anna, boris = pair
    boris.behaviour = Behaviour("ring")
    outgoing = anna.call("102", [("Alert-Info", "Auto Answer")])
    await boris.wait_ringing()
    with pytest.raises(DeadlineMissed, match="ringing should be confirmed"):
        await outgoing.wait_state(CONFIRMED, 0.3)


async def test_a_phone_answers_talks_and_leaves(pair):
    anna, boris = pair
    boris.behaviour = Behaviour("answer", after=0.05, talk=0.1)
    outgoing = anna.call("102")
    await outgoing.wait_state(ENDED)
    assert (outgoing.ending.by, outgoing.ending.status) == ("remote", 200)


async def test_early_media_is_heard_before_the_answer(pair):
    anna, boris = pair
    boris.behaviour = Behaviour("answer", after=2, early_media=True)
    outgoing = anna.call("102")
    await outgoing.wait_hears({700}, TONES)
    assert outgoing.state == RINGING


async def test_the_caller_has_patience_and_the_conversation_an_end(pair):
    anna, boris = pair
    given_up = anna.call("102")
    await anna.leave_after(given_up, talk=60, patience=0.1)
    assert given_up.ending.status == 487
    boris.behaviour = Behaviour("answer", after=0)
    finished = anna.call("102")
    await anna.leave_after(finished, talk=0.1)
    assert finished.ending.status == 200


async def test_what_makes_no_sense_now_is_refused_with_a_reason(pair):
    anna, boris = pair
    outgoing = anna.call("102")
    await boris.wait_ringing()
    for attempt in (outgoing.hold(), outgoing.blind_transfer("103"), outgoing.send_digits("1")):
        with pytest.raises(CallError, match="not answered"):
            await attempt


async def test_an_unknown_dialog_and_an_unknown_method_get_an_answer(pair):
    anna, boris = pair
    outgoing, _ = await talk(anna, boris)
    transaction = await anna.transact(outgoing.dialog, "MESSAGE")
    assert transaction.response.status == 405
    await outgoing.hang_up()
    transaction = await anna.transact(outgoing.dialog, "BYE")
    assert transaction.response.status == 481


async def test_an_offer_without_audio_is_refused_and_the_call_goes_on(pair):
    anna, boris = pair
    outgoing, incoming = await talk(anna, boris)
    fax = b"v=0\r\nc=IN IP4 127.0.0.1\r\nm=image 4000 udptl t38\r\n"
    transaction = await anna.transact(outgoing.dialog, "INVITE", body=fax)
    assert transaction.response.status == 488
    await incoming.wait_hears({440}, TONES)


async def test_an_invite_without_an_offer_is_answered_with_one(pair):
    anna, boris = pair
    outgoing, incoming = await talk(anna, boris)
    transaction = await anna.transact(outgoing.dialog, "INVITE")
    assert b"m=audio" in transaction.response.body
    ack = outgoing.dialog.ack(transaction.request.cseq[0])
    ack.body = outgoing.audio.offer(held=True)
    transaction.acknowledge(ack)
    await incoming.changes.until(lambda: incoming.remote_held, 3, incoming.__str__)


async def test_transfers_name_their_target_and_end_with_success(pair):
    anna, boris = pair
    first, first_in = await talk(anna, boris)
    second, _ = await talk(anna, boris)
    orders = []

    def take(transaction):
        orders.append(transaction.request)
        transaction.respond(first_in.dialog.response(transaction.request, 202))

    received, first_in.received = first_in.received, lambda t: take(t) if t.request.method == "REFER" else received(t)
    await first.blind_transfer("*70#")
    await first.attended_transfer(second)
    blind, attended = (order.headers.get("Refer-To") for order in orders)
    assert blind == f"<sip:*70%23@127.0.0.1:{boris.transport.port}>"
    assert f"?Replaces={second.dialog.call_id.replace('@', '%40')}%3Bto-tag%3D{second.dialog.remote.tag}" in attended
    assert f"%3Bfrom-tag%3D{second.dialog.local.tag}>" in attended
    for status in (100, 200):
        body = f"SIP/2.0 {status} x".encode()
        await boris.transact(first_in.dialog, "NOTIFY", [("Event", "refer")], body)
    await first.wait_state(ENDED)
    assert (first.transfer_status, second.state) == (200, CONFIRMED)


async def test_a_name_may_hold_anything_but_line_breaks(pair):
    anna, boris = pair
    for name in ('"; DROP <TABLE>', "Ω" * 300, "back\\slash"):
        anna.call_as(Address(Uri("+4930", "h"), name), "102")
        incoming = await boris.wait_ringing()
        assert incoming.remote.name == name
        incoming.reject()
    with pytest.raises(ValueError, match="line break"):
        Request("INVITE", "sip:1@h", Headers([("From", str(Address(Uri("1", "h"), "a\r\nEvil: 1")))]))


async def test_stopping_a_phone_hangs_up_and_leaves_no_task_behind(pair):
    anna, boris = pair
    _, incoming = await talk(anna, boris)
    await anna.stop()
    await incoming.wait_state(ENDED)
    await boris.stop()
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    await asyncio.wait(left, timeout=T1) if left else None
    assert [task for task in left if not task.done()] == []
