"""What a phone and a carrier have in common: a socket, calls, and something to do when a call comes in."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine

from . import digest
from .address import Address, AddressError, Uri
from .behaviour import Behaviour
from .call import CONFIRMED, ENDED, RINGING, Call, CallError
from .dialog import Dialog, Fields
from .incoming import IncomingCall
from .message import Request, Response, new_token
from .outgoing import OutgoingCall
from .transaction import ClientTransaction, Peer, ServerTransaction
from .transport import DEFAULT_T1, Transport
from .waiting import PATIENCE, Changes, DeadlineMissed

_HANG_UP_SECONDS = 2  # how long `stop()` waits for the other sides


class UserAgent:
    """Base of :class:`Phone` and :class:`Carrier`. `await start()` before use, `await stop()` after.

    :param user: the user part of its own address
    :param pbx: host and port of the PBX
    :param host: own loopback address; `port` 0 = any free one
    :param tone: Hz of the sine it sends while talking, so that others can tell who is heard; 0 = silence
    :param t1: RFC 3261's timer T1 in seconds
    :ivar calls: every call so far, oldest first
    :ivar last_invite: the last INVITE that opened a call here, whatever became of it
    :ivar listeners: called with each call that changes its state
    """

    def __init__(
        self,
        user: str,
        pbx: Peer,
        *,
        secret: str = "",
        host: str = "127.0.0.1",
        port: int = 0,
        tone: int = 440,
        t1: float = DEFAULT_T1,
    ) -> None:
        self.user = user
        self.pbx = pbx
        self.host = host
        self.tone = tone
        self.domain = pbx[0]
        self.calls: list[Call] = []
        self.last_invite: Request | None = None
        self.listeners: list[Callable[[Call], None]] = []
        self.changes = Changes()
        self.logger = logging.getLogger(f"{__name__}.{user}")
        self._credentials = digest.Credentials(user, secret) if secret else None
        self._port = port
        self._t1 = t1
        self._tasks: set[asyncio.Task[None]] = set()
        self._call_number = 0

    async def start(self) -> None:
        """Open the socket.

        :raises OSError: when the port is taken
        """
        self.transport = await Transport.open(self.host, self._port, self._received, self._t1)

    async def stop(self) -> None:
        """Hang up everything and free the port."""
        endings = [asyncio.ensure_future(call.hang_up()) for call in self.live_calls]
        if endings:
            await asyncio.wait(endings, timeout=_HANG_UP_SECONDS)
        waiting = [task for task in (*endings, *self._tasks) if not task.done()]
        for task in waiting:
            task.cancel()
        await asyncio.gather(*endings, *waiting, return_exceptions=True)
        for call in self.live_calls:
            if call.audio:
                call.audio.close()
        self.transport.close()

    # --- calls ---

    @property
    def live_calls(self) -> list[Call]:
        return [call for call in self.calls if call.alive]

    def call(self, number: str, fields: Fields = ()) -> OutgoingCall:
        """Dial; returns at once, `await call.wait_state(...)` tells how it goes.

        :param fields: further headers of the INVITE, (name, value)
        """
        return self.call_as(Address(Uri(self.user, self.domain)), number, fields)

    def call_as(self, caller: Address, number: str, fields: Fields = ()) -> OutgoingCall:
        """Dial with a From header of one's own choice."""
        call = OutgoingCall(self, number, caller, fields)
        self._add(call)
        self.spawn(call.dial())
        return call

    def behaviour_for(self, call: IncomingCall) -> Behaviour:
        """What to do with a call that comes in."""
        raise NotImplementedError

    async def wait_ringing(self, timeout: float = PATIENCE, besides: Collection[Call] = ()) -> IncomingCall:
        """The first call that comes in and rings.

        :param timeout: seconds
        :param besides: calls that are not meant: what is being cancelled may ring for a moment still
        :raises DeadlineMissed: when none does by then
        """
        return await self.changes.until(
            lambda: self._ringing_call(besides), timeout, lambda: f"{self} should ring; calls: {self._summary()}"
        )

    async def wait_idle(self, timeout: float = PATIENCE) -> None:
        """Until it has no call left."""
        await self.changes.until(
            lambda: not self.live_calls, timeout, lambda: f"{self} should be free; calls: {self._summary()}"
        )

    def _ringing_call(self, besides: Collection[Call]) -> IncomingCall | None:
        calls = (call for call in self.calls if isinstance(call, IncomingCall) and call not in besides)
        return next((call for call in calls if call.state == RINGING), None)

    def _summary(self) -> str:
        return "; ".join(map(str, self.calls)) or "none"

    async def leave_after(self, call: Call, talk: float, patience: float = 86400) -> None:
        """Hang up when the call was not answered for `patience` seconds, or has lasted `talk` seconds."""
        try:
            await call.changes.until(lambda: call.state in (CONFIRMED, ENDED), patience, call.__str__)
            await call.wait_state(ENDED, talk)
        except DeadlineMissed:
            await call.hang_up()

    # --- what calls need from their phone ---

    def uri_of(self, number: str) -> Uri:
        """How to dial a number through the PBX."""
        return Uri(number, *self.pbx)

    def user_of(self, uri: str) -> str:
        """The user part of a URI, "" when it has none or can't be read."""
        try:
            return Uri.parse(uri).user
        except AddressError:
            return ""

    def next_call_id(self) -> str:
        self._call_number += 1
        return f"{self.user}-{self._call_number}"

    def call_changed(self, call: Call) -> None:
        self.changes.ring()
        for listener in self.listeners:
            listener(call)

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        """Run in the background; an error is logged with its traceback, it never stops the phone."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            self.logger.error("%s: background work failed", self, exc_info=task.exception())

    async def transact(
        self,
        dialog: Dialog,
        method: str,
        fields: Fields = (),
        body: bytes = b"",
        started: Callable[[ClientTransaction], None] = lambda transaction: None,
        provisional: Callable[[Response], None] | None = None,
    ) -> ClientTransaction:
        """Send a request and wait for its final response; a challenge is answered once with the credentials.

        :param started: gets each transaction as it starts, so that an INVITE can be cancelled
        :raises NoAnswer: when the other side is silent
        """
        fields = list(fields)
        transaction = self.transport.start(dialog.request(method, fields, body), dialog.peer)
        started(transaction)
        response = await transaction.final(provisional)
        proof = self._proof(response, transaction.request)
        if proof:
            transaction = self.transport.start(dialog.request(method, [*fields, proof], body), dialog.peer)
            started(transaction)
            await transaction.final(provisional)
        return transaction

    def _proof(self, response: Response, request: Request) -> tuple[str, str] | None:
        """The header that answers a challenge; None when there is none, or none that can be answered."""
        if response.status not in (401, 407) or not self._credentials:
            return None
        try:
            return digest.answer(response, request.method, request.uri, self._credentials)
        except digest.ChallengeError as error:
            self.logger.warning("%s: %s", self, error)
            return None

    # --- what comes in ---

    def _received(self, transaction: ServerTransaction) -> None:
        request = transaction.request
        call = self._call_of(request)
        if call:
            call.received(transaction)
        elif request.recipient.tag:
            transaction.respond(Response.to(request, 481))
        elif request.method == "INVITE":
            self.last_invite = request
            self._welcome(transaction)
        else:
            status = 200 if request.method in ("OPTIONS", "NOTIFY") else 405
            transaction.respond(Response.to(request, status, new_token()))

    def _call_of(self, request: Request) -> Call | None:
        key = (request.call_id, request.recipient.tag)
        return next((call for call in self.live_calls if (call.dialog.call_id, call.dialog.local.tag) == key), None)

    def _welcome(self, transaction: ServerTransaction) -> None:
        call = IncomingCall(self, transaction)
        behaviour = self.behaviour_for(call).for_invite(transaction.request)
        if behaviour.mode == "silent":
            return
        self._add(call)
        if behaviour.refusal:
            call.reject(behaviour.refusal)
        else:
            self.spawn(self._attend(call, behaviour))

    def _add(self, call: Call) -> None:
        self.calls.append(call)
        self.call_changed(call)

    async def _attend(self, call: IncomingCall, behaviour: Behaviour) -> None:
        if behaviour.early_media:
            await call.ring_with_sound()
        else:
            call.ring()
        if behaviour.mode == "answer":
            await asyncio.sleep(behaviour.after)
            try:
                await call.answer()
            except CallError:
                return  # someone else was faster, or the caller gave up
        if behaviour.talk is not None:
            await self.leave_after(call, behaviour.talk)

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.user}"
