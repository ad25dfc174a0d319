"""Messages get lost: each is sent again until the other side has it, and a copy is never taken for a new message."""

from __future__ import annotations

import asyncio

import pytest

from sandbox.phones.message import Response, parse
from sandbox.phones.transaction import NoAnswer
from sandbox.phones.transport import Transport
from sandbox.phones.waiting import Changes

from .conftest import T1, make_request


class Wire(asyncio.DatagramProtocol):
    """A bare socket: shows what arrives, says only what it is told to."""

    def __init__(self):
        self.got = []
        self.bell = Changes()

    def connection_made(self, transport):
        self.socket = transport
        self.address = transport.get_extra_info("sockname")

    def datagram_received(self, data, addr):
        self.got.append(parse(data))
        self.bell.ring()

    def say(self, message, peer):
        self.socket.sendto(message.encode(), peer)

    async def count(self, number, method=None):
        """Wait until that many messages (of that method) have come."""

        def arrived():
            fitting = [m for m in self.got if method is None or m.cseq[1] == method]
            return fitting if len(fitting) >= number else None

        return await self.bell.until(arrived, 3, lambda: f"{number} x {method}, got {self.got}")


@pytest.fixture
async def wire():
    _, protocol = await asyncio.get_running_loop().create_datagram_endpoint(Wire, local_addr=("127.0.0.1", 0))
    yield protocol
    protocol.socket.close()


class Ear(Transport):
    """A transport that keeps what it receives in `requests`, says it to `peer`, and can be told to `send`."""

    def __init__(self, t1=T1):
        super().__init__(self._keep, t1)
        self.requests = []
        self.bell = Changes()

    def _keep(self, transaction):
        self.requests.append(transaction)
        self.bell.ring()

    @classmethod
    async def listen(cls, t1=T1):
        _, ear = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: cls(t1), local_addr=("127.0.0.1", 0))  # fmt: skip
        return ear

    @property
    def address(self):
        return self.host, self.port

    def send(self, method, peer):
        return self.start(make_request(method, f"z9hG4bK{method}"), peer)

    async def first(self):
        """The first request received."""
        return await self.bell.until(lambda: self.requests and self.requests[0], 3, lambda: "a request should come")


@pytest.fixture
async def ear():
    opened = await Ear.listen()
    yield opened
    opened.close()


@pytest.mark.parametrize("method", ["INVITE", "OPTIONS"])
async def test_a_request_is_sent_again_until_it_is_answered(wire, ear, method):
    transaction = ear.send(method, wire.address)
    copies = await wire.count(3)
    assert len({copy.encode() for copy in copies}) == 1
    wire.say(Response.to(copies[0], 200, "t"), ear.address)
    assert (await transaction.final()).status == 200


async def test_silence_ends_in_an_error_that_names_the_other_side(wire):
    ear = await Ear.listen(t1=0.002)
    try:
        with pytest.raises(NoAnswer, match=f"127.0.0.1:{wire.address[1]} did not answer OPTIONS"):
            await ear.send("OPTIONS", wire.address).final()
    finally:
        ear.close()


async def test_ringing_stops_the_copies_of_an_invite_and_is_told(wire, ear):
    seen = []
    transaction = ear.send("INVITE", wire.address)
    invite = (await wire.count(1))[0]
    final = asyncio.ensure_future(transaction.final(seen.append))
    for status in (180, 486):
        wire.say(Response.to(invite, status, "t"), ear.address)
    assert (await asyncio.wait_for(final, 3)).status == 486
    assert [response.status for response in seen] == [180]


async def test_a_refusal_is_acknowledged_each_time_it_comes(wire, ear):
    ear.send("INVITE", wire.address)
    invite = (await wire.count(1))[0]
    for _ in range(3):
        wire.say(Response.to(invite, 486, "t"), ear.address)
    acks = await wire.count(3, "ACK")
    assert {(ack.branch, ack.cseq[0], ack.recipient.tag) for ack in acks} == {(invite.branch, 7, "t")}


async def test_a_cancel_waits_for_the_first_sign_of_life(wire, ear):
    transaction = ear.send("INVITE", wire.address)
    invite = (await wire.count(1))[0]
    transaction.cancel()
    await wire.count(2, "INVITE")
    assert "CANCEL" not in [message.cseq[1] for message in wire.got]
    wire.say(Response.to(invite, 180, "t"), ear.address)
    cancel = (await wire.count(1, "CANCEL"))[0]
    assert (cancel.branch, cancel.recipient.tag) == (invite.branch, "")


async def test_a_copy_of_a_request_gets_the_same_answer_and_is_handled_once(wire, ear):
    request = make_request("OPTIONS")
    for _ in range(2):
        wire.say(request, ear.address)
    (await ear.first()).respond(Response.to(request, 200, "t"))
    wire.say(request, ear.address)
    answers = await wire.count(2)
    assert len({answer.encode() for answer in answers}) == 1
    assert len(ear.requests) == 1


async def test_the_answer_to_an_invite_is_repeated_until_the_ack(wire, ear):
    wire.say(make_request("INVITE"), ear.address)
    invite, acks = await ear.first(), []
    invite.acknowledged = lambda ack: (acks.append(ack), ear.bell.ring())
    invite.respond(Response.to(invite.request, 200, "t"))
    await wire.count(3)
    wire.say(make_request("ACK", "z9hG4bKother", "t"), ear.address)
    await ear.bell.until(lambda: acks, 3, lambda: "the ACK should be told")
    # Whatever is still on its way comes before the answer to a question asked now, and nothing may come after that.
    wire.say(make_request("CANCEL", "z9hG4bKnone"), ear.address)
    await wire.count(1, "CANCEL")
    sent = len(wire.got)
    invite.respond(Response.to(invite.request, 486, "t"))
    await asyncio.sleep(T1 * 8)
    assert len(wire.got) == sent


async def test_a_cancel_of_nothing_is_told_so(wire, ear):
    wire.say(make_request("CANCEL"), ear.address)
    assert (await wire.count(1, "CANCEL"))[0].status == 481


async def test_rubbish_and_keep_alives_disturb_nothing(wire, ear, caplog):
    for data in (b"\r\n\r\n", b"\0\0\0\0", b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 2000):
        wire.socket.sendto(data, ear.address)
    wire.say(make_request("INVITE"), ear.address)
    await ear.first()
    assert len([record for record in caplog.records if "dropped a datagram" in record.message]) == 2
