"""SIP transactions over UDP (RFC 3261, 17): one request and its responses, sent again until the other side has them.

Timer names are the RFC's. T1 is the first interval between two sendings; nothing is sent for longer than 64 * T1.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from .message import Headers, Request, Response

if TYPE_CHECKING:
    from .transport import Transport

Peer = tuple[str, int]
T2 = 4.0  # seconds: no interval between two sendings of anything but an INVITE grows beyond it


class NoAnswer(ConnectionError):
    """The other side never answered a request."""


class Repeater:
    """Calls `send` now and again after `first`, 2 * `first`, 4 * `first` … seconds; `expired` ends it for good."""

    def __init__(self, send: Callable[[], None], first: float, longest: float, expired: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._send = send
        self._interval = first
        self._longest = longest
        self._again = self._loop.call_later(first, self._repeat)
        self._end = self._loop.call_later(first * 64, self._expire, expired)
        send()

    def _repeat(self) -> None:
        self._send()
        self._interval = min(self._interval * 2, self._longest)
        self._again = self._loop.call_later(self._interval, self._repeat)

    def _expire(self, expired: Callable[[], None]) -> None:
        self.stop()
        expired()

    def slow_down(self) -> None:
        """The other side has the request but may lose its answer: ask every T2."""
        self._interval = T2

    def stop(self) -> None:
        self._again.cancel()
        self._end.cancel()


class ClientTransaction:
    """A request we sent. `await final()` gives its final response; later copies of that are answered by themselves."""

    def __init__(self, transport: Transport, request: Request, peer: Peer) -> None:
        self.request = request
        self.response: Response | None = None
        self._transport = transport
        self._peer = peer
        self._responses: asyncio.Queue[Response | NoAnswer] = asyncio.Queue()
        self._ack: Request | None = None
        self._proceeding = False
        self._cancel_wanted = False
        longest = float("inf") if request.method == "INVITE" else T2
        self._repeater = Repeater(self._send, transport.t1, longest, self._expire)

    def _send(self) -> None:
        self._transport.transmit(self.request, self._peer)

    def _expire(self) -> None:
        self._responses.put_nowait(NoAnswer(f"{self._peer[0]}:{self._peer[1]} did not answer {self.request.method}"))

    async def final(self, provisional: Callable[[Response], None] | None = None) -> Response:
        """Wait for the final response; `provisional` sees each 1xx before.

        :raises NoAnswer: when nothing came within 64 * T1
        """
        while True:
            response = await self._responses.get()
            if isinstance(response, NoAnswer):
                raise response
            if response.status >= 200:
                return response
            if provisional:
                provisional(response)

    def received(self, response: Response) -> None:
        """The transport hands over every response with our branch."""
        if self.response:  # a copy: our ACK was lost
            self._send_ack()
        elif response.status < 200:
            self._on_provisional(response)
        else:
            self.response = response
            self._repeater.stop()
            if self.request.method == "INVITE" and response.status >= 300:
                self.acknowledge(self._ack_of_refusal(response))
            self._transport.forget_later(self)
            self._responses.put_nowait(response)

    def _on_provisional(self, response: Response) -> None:
        self._proceeding = True
        if self.request.method == "INVITE":
            self._repeater.stop()
            if self._cancel_wanted:
                self._send_cancel()
        else:
            self._repeater.slow_down()
        self._responses.put_nowait(response)

    def acknowledge(self, ack: Request) -> None:
        """Send the ACK and keep it for copies of the final response."""
        self._ack = ack
        self._send_ack()

    def _send_ack(self) -> None:
        if self._ack:
            self._transport.transmit(self._ack, self._peer)

    def _same_hop(self, method: str, recipient: str) -> Request:
        """ACK and CANCEL repeat the request's top Via, From, Call-ID and CSeq number (RFC 3261, 9.1 and 17.1.1.3)."""
        headers = Headers(
            [
                ("Via", self.request.headers.get("Via")),
                ("Max-Forwards", "70"),
                ("From", self.request.headers.get("From")),
                ("To", recipient),
                ("Call-ID", self.request.call_id),
                ("CSeq", f"{self.request.cseq[0]} {method}"),
            ]
        )
        return Request(method, self.request.uri, headers)

    def _ack_of_refusal(self, response: Response) -> Request:
        return self._same_hop("ACK", response.headers.get("To"))

    def cancel(self) -> None:
        """Give up an INVITE. Before the first 1xx a CANCEL might overtake it, so it waits for that (RFC 3261, 9.1)."""
        if self.response or self._cancel_wanted:
            return
        self._cancel_wanted = True
        if self._proceeding:
            self._send_cancel()

    def _send_cancel(self) -> None:
        self._transport.start(self._same_hop("CANCEL", self.request.headers.get("To")), self._peer)

    def stop(self) -> None:
        self._repeater.stop()


class ServerTransaction:
    """A request we received. The last response is sent again for each copy of it, that of an INVITE until its ACK.

    :ivar acknowledged: gets the ACK of an INVITE
    :ivar cancelled: called when the sender gives an INVITE up
    """

    def __init__(self, transport: Transport, request: Request, source: Peer) -> None:
        self.request = request
        self.source = source
        self.acknowledged: Callable[[Request], None] = lambda ack: None
        self.cancelled: Callable[[], None] = lambda: None
        self._transport = transport
        self._response: Response | None = None
        self._repeater: Repeater | None = None

    @property
    def answered(self) -> bool:
        """A final response has been given."""
        return self._response is not None and self._response.status >= 200

    def respond(self, response: Response) -> None:
        """Send a response. After a final one nothing more is sent: the first answer counts."""
        if self.answered:
            return
        self._response = response
        if response.status >= 200 and self.request.method == "INVITE":
            self._repeater = Repeater(self._send, self._transport.t1, T2, self._finish)
        else:
            self._send()
            if response.status >= 200:
                self._finish()

    def _send(self) -> None:
        if self._response:
            self._transport.transmit(self._response, self.source)

    def _finish(self) -> None:
        self._transport.forget_later(self)

    def received_again(self) -> None:
        """The same request came again: our response was lost."""
        self._send()

    def received_ack(self, ack: Request) -> None:
        if self._repeater:
            self._repeater.stop()
            self._repeater = None
            self._finish()
            self.acknowledged(ack)

    def stop(self) -> None:
        if self._repeater:
            self._repeater.stop()
