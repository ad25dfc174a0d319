"""The UDP socket of one phone: sends messages and finds the transaction a datagram belongs to (RFC 3261, 17 and 18)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from .message import Request, Response, SipSyntaxError, new_token, parse
from .transaction import ClientTransaction, Peer, ServerTransaction

_logger = logging.getLogger(__name__)
DEFAULT_T1 = 0.5  # seconds


class Transport(asyncio.DatagramProtocol):
    """Open with `await Transport.open(...)`, close with `close()`; bound to a loopback address only.

    :param on_request: gets the ServerTransaction of every new request except ACK and CANCEL, which belong to an INVITE
    :param t1: RFC 3261's timer T1 in seconds; tests make it small
    """

    def __init__(self, on_request: Callable[[ServerTransaction], None], t1: float = DEFAULT_T1) -> None:
        self.t1 = t1
        self._on_request = on_request
        self._clients: dict[tuple[str, str], ClientTransaction] = {}
        self._servers: dict[tuple[str, str], ServerTransaction] = {}
        self._timers: set[asyncio.TimerHandle] = set()

    @classmethod
    async def open(
        cls, host: str, port: int, on_request: Callable[[ServerTransaction], None], t1: float = DEFAULT_T1
    ) -> Transport:
        """:param port: 0 = any free port
        :raises OSError: when the port is taken
        """
        loop = asyncio.get_running_loop()
        _, transport = await loop.create_datagram_endpoint(lambda: cls(on_request, t1), local_addr=(host, port))
        return transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._socket: asyncio.DatagramTransport = transport  # type: ignore[assignment]
        self.host, self.port = transport.get_extra_info("sockname")[:2]

    def close(self) -> None:
        """Stop every timer and free the port."""
        for transaction in (*self._clients.values(), *self._servers.values()):
            transaction.stop()
        for timer in self._timers:
            timer.cancel()
        self._socket.close()

    def transmit(self, message: Request | Response, peer: Peer) -> None:
        """Send one datagram, once. Lost after `close()`, as on a wire that was pulled."""
        if not self._socket.is_closing():
            _logger.debug("%s:%s -> %s:%s %s", self.host, self.port, *peer, message)
            self._socket.sendto(message.encode(), peer)

    def via(self) -> str:
        """A Via value with a new branch, for a new transaction."""
        return f"SIP/2.0/UDP {self.host}:{self.port};branch=z9hG4bK{new_token()};rport"

    def start(self, request: Request, peer: Peer) -> ClientTransaction:
        """Send a request that carries its Via and follow it until its final response."""
        transaction = ClientTransaction(self, request, peer)
        self._clients[request.branch, request.method] = transaction
        return transaction

    def forget_later(self, transaction: ClientTransaction | ServerTransaction) -> None:
        """Keep a finished transaction for late copies, then drop it."""

        def forget() -> None:
            self._timers.discard(timer)
            table = self._clients if isinstance(transaction, ClientTransaction) else self._servers
            table.pop((transaction.request.branch, transaction.request.method), None)

        timer = asyncio.get_running_loop().call_later(self.t1 * 64, forget)
        self._timers.add(timer)

    def datagram_received(self, data: bytes, addr: Peer) -> None:
        if not data.strip(b"\r\n\0"):
            return  # keep-alive
        try:
            message = parse(data)
        except SipSyntaxError as error:
            _logger.warning("dropped a datagram from %s:%s: %s", *addr[:2], error)
            return
        _logger.debug("%s:%s <- %s:%s %s", self.host, self.port, *addr[:2], message)
        if isinstance(message, Response):
            self._received_response(message)
        elif message.method == "ACK":
            self._received_ack(message)
        elif message.method == "CANCEL":
            self._received_cancel(message, addr)
        else:
            self._received_request(message, addr)

    def error_received(self, exc: Exception) -> None:
        # The other phone closed its port. Its silence will be noticed by the transaction's own deadline.
        _logger.debug("%s:%s: %s", self.host, self.port, exc)

    def _received_response(self, response: Response) -> None:
        transaction = self._clients.get((response.branch, response.cseq[1]))
        if transaction:
            transaction.received(response)

    def _received_request(self, request: Request, source: Peer) -> None:
        known = self._servers.get((request.branch, request.method))
        if known:
            known.received_again()
            return
        transaction = ServerTransaction(self, request, source)
        self._servers[request.branch, request.method] = transaction
        self._on_request(transaction)

    def _received_ack(self, ack: Request) -> None:
        """The ACK of a refusal has the INVITE's branch, the ACK of a 200 a new one: the CSeq number fits both."""
        for transaction in list(self._servers.values()):
            invite = transaction.request
            if invite.method == "INVITE" and (invite.call_id, invite.cseq[0]) == (ack.call_id, ack.cseq[0]):
                transaction.received_ack(ack)

    def _received_cancel(self, cancel: Request, source: Peer) -> None:
        invite = self._servers.get((cancel.branch, "INVITE"))
        self.transmit(Response.to(cancel, 200 if invite else 481, new_token()), source)
        if invite and not invite.answered:
            invite.cancelled()
