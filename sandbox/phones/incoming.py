"""A call that comes to this phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .call import CALLING, CONFIRMED, RINGING, Call, CallError, Ending
from .dialog import Dialog
from .message import Request
from .sdp import SdpError
from .transaction import ServerTransaction

if TYPE_CHECKING:
    from .user_agent import UserAgent

_ANSWERING = 200


class IncomingCall(Call):
    """Made by the user agent for each INVITE. States: calling, ringing, confirmed, ended.

    :ivar invite: the INVITE with all its headers, also the ones other code has no name for
    :ivar dialled: the user part of the request URI: which of a carrier's numbers was called
    """

    direction = "incoming"

    def __init__(self, agent: UserAgent, transaction: ServerTransaction) -> None:
        self.invite: Request = transaction.request
        self.dialled = agent.user_of(self.invite.uri)
        caller = self.invite.sender.uri.user
        super().__init__(agent, caller, Dialog.from_invite(agent.transport, self.invite, transaction.source))
        self._transaction = transaction
        self._final = 0
        transaction.cancelled = self._on_cancel

    def ring(self) -> None:
        """180: the phone rings."""
        self.reply(self._transaction, 180)
        self.enter(RINGING)

    async def ring_with_sound(self) -> None:
        """183: the caller hears what we send, before the call is answered."""
        audio = await self.open_audio()
        self.reply(self._transaction, 183, audio.answer(self.invite.body, False))
        self.enter(RINGING)

    async def answer(self) -> None:
        """200; the call is confirmed when the caller's ACK comes.

        :raises CallError: when it no longer rings
        """
        self._decide(_ANSWERING)
        audio = self.audio or await self.open_audio()
        try:
            body = audio.answer(self.invite.body, False)
        except SdpError as error:
            self.agent.logger.warning("%s: %s", self, error)
            self.reply(self._transaction, 488)
            self.end(Ending("local", 488, str(error)))
            return
        self._transaction.acknowledged = self.on_ack
        self.reply(self._transaction, 200, body)

    def on_ack(self, ack: Request) -> None:
        super().on_ack(ack)
        if self.alive and self.state != CONFIRMED:
            self.enter(CONFIRMED)

    def reject(self, status: int = 603) -> None:
        """Refuse it: 486 busy, 603 decline, or any other final status.

        :raises CallError: when it no longer rings
        """
        self._decide(status)
        self.reply(self._transaction, status)
        self.end(Ending("local", status))

    def _decide(self, status: int) -> None:
        """Answering and refusing exclude each other, also while the audio is being set up."""
        if self._final or self.state not in (CALLING, RINGING):
            raise CallError(f"{self}: it does not ring")
        self._final = status

    def _on_cancel(self) -> None:
        """The caller gave up; an answer that is already on its way wins (RFC 3261, 9.2)."""
        if not self._final:
            self._final = 487
            self.reply(self._transaction, 487)
            self.end(Ending("remote", 487, "cancelled"))

    async def hang_up(self) -> None:
        if self._final == _ANSWERING and self.alive:
            await self.wait_state(CONFIRMED, 64 * self.agent.transport.t1)
            await self._bye()
        elif self.alive:
            self.reject()
