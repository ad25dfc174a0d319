"""One call of one phone, from the first ringing to the end, whoever started it."""

from __future__ import annotations

import asyncio
import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .address import Address, Uri
from .dialog import Dialog
from .message import Request, Response
from .sdp import SdpError
from .session import AudioSession
from .transaction import NoAnswer, ServerTransaction
from .waiting import PATIENCE, Changes, DeadlineMissed

if TYPE_CHECKING:
    from .user_agent import UserAgent

CALLING, RINGING, CONFIRMED, ENDED = "calling", "ringing", "confirmed", "ended"
_REQUEST_PENDING = 491
_ATTEMPTS = 5  # at changing a call that the other side changes at the same time


class CallError(RuntimeError):
    """A request within the call was refused, or the call is in no state for it."""


@dataclass(frozen=True)
class Ending:
    """Why a call is over. `by` is "local" or "remote"; `status` the SIP status that refused it, 200 after a BYE."""

    by: str
    status: int
    reason: str = ""


class Call:
    """Base of :class:`OutgoingCall` and :class:`IncomingCall`.

    :ivar number: who was called or who calls, as the request named it
    :ivar state: "calling" (nothing heard yet), "ringing", "confirmed" (answered) or "ended"
    :ivar held: we hold the other side
    :ivar transfer_status: last status the other side reported about a REFER of ours, 0 = none yet
    :ivar audio: None before it is set up
    """

    direction = ""

    def __init__(self, agent: UserAgent, number: str, dialog: Dialog) -> None:
        self.agent = agent
        self.number = number
        self.dialog = dialog
        self.id = agent.next_call_id()
        self.state = CALLING
        self.ending: Ending | None = None
        self.held = False
        self.transfer_status = 0
        self.audio: AudioSession | None = None
        self.changes = Changes()
        self._changing = False  # a re-INVITE of ours is under way

    # --- what one can see and wait for ---

    @property
    def alive(self) -> bool:
        return self.state != ENDED

    @property
    def remote(self) -> Address:
        """The other end as signalling names it: number in `.uri.user`, display name in `.name`."""
        return self.dialog.identity

    @property
    def remote_held(self) -> bool:
        """The other side holds us."""
        return bool(self.audio and self.audio.remote_held)

    @property
    def digits(self) -> str:
        """All keys the other side has pressed."""
        return self.audio.stream.digits if self.audio else ""

    def hears(self, among: set[int]) -> set[int]:
        """Which of the tones (Hz) were heard during the last moment."""
        return self.audio.stream.hears(among) if self.audio else set()

    async def wait_state(self, state: str, timeout: float = PATIENCE) -> None:
        """:param timeout: seconds
        :raises DeadlineMissed: when the call is not in that state by then
        """
        await self.changes.until(lambda: self.state == state, timeout, lambda: f"{self} should be {state}")

    async def wait_digits(self, digits: str, timeout: float = PATIENCE) -> None:
        """Until the other side has pressed exactly these keys since the beginning."""
        await self.changes.until(
            lambda: self.digits == digits,
            timeout,
            lambda: f"{self} should have got digits {digits!r}, has {self.digits!r}",
        )

    async def wait_remote_held(self, held: bool, timeout: float = PATIENCE) -> None:
        """Until the other side holds us, or no longer does."""
        await self.changes.until(
            lambda: self.remote_held == held,
            timeout,
            lambda: f"{self} should {'' if held else 'not '}be held by the other side",
        )

    async def wait_hears(self, frequencies: set[int], among: set[int], timeout: float = PATIENCE) -> None:
        """Until of all tones in `among` (Hz) exactly `frequencies` are heard."""
        deadline = asyncio.get_running_loop().time() + timeout
        while self.hears(among) != frequencies:
            if asyncio.get_running_loop().time() > deadline:
                raise DeadlineMissed(f"{self} should hear {frequencies or 'nothing'}, hears {self.hears(among)}")
            await asyncio.sleep(0.1)  # sound goes on all the time, there is no single change to wait for

    # --- what one can do ---

    async def hang_up(self) -> None:
        """End the call in the way its state asks for: CANCEL, refusal or BYE. Harmless when it is over."""
        raise NotImplementedError

    async def hold(self) -> None:
        """Put the other side on hold: a re-INVITE that only sends, and we send nothing."""
        await self._change(held=True)

    async def resume(self) -> None:
        await self._change(held=False)

    async def send_digits(self, digits: str) -> None:
        """Press keys (RFC 4733); see :meth:`RtpStream.send_digits`."""
        self._established()
        await self.audio.stream.send_digits(digits)

    async def blind_transfer(self, number: str) -> None:
        """REFER the other side to a number of the PBX; returns when the PBX took the order, not when it succeeded.

        The call ends by itself after a success; `transfer_status` tells.
        """
        await self._refer(str(self.agent.uri_of(number)))

    async def attended_transfer(self, consultation: Call) -> None:
        """Join the other sides of this call and of `consultation`, a second call of ours (REFER with Replaces)."""
        dialog = consultation._established()
        escaped = dialog.replaces().replace("@", "%40").replace(";", "%3B").replace("=", "%3D")
        await self._refer(f"{dialog.remote.uri}?Replaces={escaped}")

    async def _refer(self, target: str) -> None:
        me = Uri(self.agent.user, self.agent.domain)
        response = await self._ask("REFER", [("Refer-To", f"<{target}>"), ("Referred-By", f"<{me}>")])
        if response.status >= 300:
            raise CallError(f"{self}: transfer refused with {response.status} {response.reason}")

    async def _change(self, held: bool) -> None:
        self._established()
        offer = self.audio.offer(held)
        self._changing = True
        try:
            response = await self._invite_again(offer)
        finally:
            self._changing = False
        if response.status >= 300:
            raise CallError(f"{self}: {'hold' if held else 'resume'} refused with {response.status} {response.reason}")
        self.audio.accept(response.body)
        self.held = self.audio.stream.muted = held
        self.changes.ring()

    async def _invite_again(self, offer: bytes) -> Response:
        """Both sides may change the call at once: then each is told 491 and tries again later (RFC 3261, 14.1)."""
        response = await self._ask("INVITE", body=offer)
        for _ in range(_ATTEMPTS):
            if response.status != _REQUEST_PENDING:
                break
            self._changing = False  # let the other side go first
            await asyncio.sleep(random.uniform(0.05, 0.3))
            self._changing = True
            response = await self._ask("INVITE", body=offer)
        return response

    async def _ask(self, method: str, fields: list[tuple[str, str]] | None = None, body: bytes = b"") -> Response:
        dialog = self._established()
        transaction = await self.agent.transact(dialog, method, fields or [], body)
        if method == "INVITE" and transaction.response.status < 300:
            dialog.learn(transaction.response)
            transaction.acknowledge(dialog.ack(transaction.request.cseq[0]))
        return transaction.response

    def _established(self) -> Dialog:
        if self.state != CONFIRMED:
            raise CallError(f"{self}: it is not answered, that can't be done now")
        return self.dialog

    async def _bye(self) -> None:
        dialog = self._established()
        self.end(Ending("local", 200))
        try:
            await self.agent.transact(dialog, "BYE")
        except NoAnswer as error:
            self.agent.logger.warning("%s: %s", self, error)

    # --- what the other side asks for; called by the user agent ---

    def received(self, transaction: ServerTransaction) -> None:
        """A request within this call's dialog."""
        handlers = {
            "BYE": self._on_bye,
            "INVITE": self._on_change,
            "NOTIFY": self._on_notify,
            "INFO": self._on_info,
            "OPTIONS": lambda transaction: self.reply(transaction, 200),
        }
        handlers.get(transaction.request.method, lambda transaction: self.reply(transaction, 405))(transaction)

    def _on_bye(self, transaction: ServerTransaction) -> None:
        self.reply(transaction, 200)
        self.end(Ending("remote", 200, transaction.request.headers.get("Reason")))

    def _on_change(self, transaction: ServerTransaction) -> None:
        if self._changing or self.state != CONFIRMED:
            self.reply(transaction, _REQUEST_PENDING)
            return
        try:
            body = self.audio.answer(transaction.request.body, self.held)
        except SdpError:
            self.reply(transaction, 488)  # for example T.38: the call goes on with what it has
            return
        self.dialog.learn(transaction.request)
        transaction.acknowledged = self.on_ack
        self.reply(transaction, 200, body)
        self.changes.ring()

    def on_ack(self, ack: Request) -> None:
        """The ACK of an INVITE without an offer carries the answer to ours."""
        if ack.body and self.alive:
            self.take(ack.body)

    def take(self, answer: bytes) -> None:
        """The other side's description, in a message that can't be refused: one that makes no sense is logged."""
        try:
            self.audio.accept(answer)
        except SdpError as error:
            self.agent.logger.warning("%s: %s", self, error)
        self.changes.ring()

    def _on_notify(self, transaction: ServerTransaction) -> None:
        self.reply(transaction, 200)
        progress = re.match(rb"SIP/2\.0 (\d{3})", transaction.request.body)
        if progress:
            self.transfer_status = int(progress[1])
            self.changes.ring()
            if 200 <= self.transfer_status < 300 and self.state == CONFIRMED:
                self.agent.spawn(self.hang_up())  # whoever has transferred a call leaves it (RFC 5589, 6.1)

    def _on_info(self, transaction: ServerTransaction) -> None:
        self.reply(transaction, 200)
        key = re.search(rb"^Signal=\s*([0-9A-D*#])", transaction.request.body, re.M)
        if key and self.audio:
            self.audio.stream.digits += key[1].decode()
            self.changes.ring()

    def reply(self, transaction: ServerTransaction, status: int, body: bytes = b"") -> None:
        transaction.respond(self.dialog.response(transaction.request, status, body))

    # --- the course of the call ---

    async def open_audio(self) -> AudioSession:
        self.audio = await AudioSession.open(self.agent.host, self.agent.tone, self.changes.ring)
        return self.audio

    def enter(self, state: str) -> None:
        self.state = state
        self.changes.ring()
        self.agent.call_changed(self)

    def end(self, ending: Ending) -> None:
        """The call is over; the first ending counts."""
        if self.alive:
            self.ending = ending
            self.enter(ENDED)
            if self.audio:
                self.audio.close()

    def __str__(self) -> str:
        end = f" ({self.ending.by} {self.ending.status} {self.ending.reason})" if self.ending else ""
        return f"{self.direction} call {self.id} of {self.agent} with {self.number}, {self.state}{end}"
