"""A call that this phone makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .address import Address
from .call import CALLING, CONFIRMED, ENDED, RINGING, Call, CallError, Ending
from .dialog import Dialog, Fields
from .message import Response
from .sdp import SdpError
from .transaction import ClientTransaction, NoAnswer

if TYPE_CHECKING:
    from .user_agent import UserAgent


class OutgoingCall(Call):
    """Made by :meth:`UserAgent.call`. States: calling, ringing (or not), confirmed, ended."""

    direction = "outgoing"

    def __init__(self, agent: UserAgent, number: str, caller: Address, fields: Fields) -> None:
        target = agent.uri_of(number)
        super().__init__(agent, number, Dialog(agent.transport, caller, Address(target), target, agent.pbx))
        self._fields = list(fields)
        self._invite: ClientTransaction | None = None
        self._given_up = False

    async def dial(self) -> None:
        """Send the INVITE and follow it to its final response; never raises, the call's ending tells what happened."""
        audio = await self.open_audio()
        try:
            self._invite = await self.agent.transact(
                self.dialog, "INVITE", self._fields, audio.offer(), self._started, self._on_provisional
            )
            self._on_final(self._invite.response)
        except NoAnswer as error:
            self.end(Ending("remote", 408, str(error)))

    def _started(self, transaction: ClientTransaction) -> None:
        self._invite = transaction
        if self._given_up:
            transaction.cancel()

    def _on_provisional(self, response: Response) -> None:
        if response.status in (180, 183) and self.state == CALLING:
            self.enter(RINGING)
        if response.body:
            self.take(response.body)  # early media: ringing tone or an announcement

    def _on_final(self, response: Response) -> None:
        if response.status >= 300:
            self.end(Ending("local" if self._given_up else "remote", response.status, response.reason))
            return
        self.dialog.learn(response)
        self._invite.acknowledge(self.dialog.ack(self._invite.request.cseq[0]))
        try:
            self.audio.accept(response.body)
        except SdpError as error:
            self.agent.logger.warning("%s: %s", self, error)
            self._given_up = True
        self.enter(CONFIRMED)
        if self._given_up:  # our CANCEL and the answer crossed
            self.agent.spawn(self._bye())

    async def hang_up(self) -> None:
        if self.state == CONFIRMED:
            await self._bye()
        elif self.alive:
            self._given_up = True
            if self._invite:
                self._invite.cancel()
            await self.wait_state(ENDED, 64 * self.agent.transport.t1)

    async def cancel(self) -> None:
        """Give up before an answer.

        :raises CallError: when it was answered already
        """
        if self.state == CONFIRMED:
            raise CallError(f"{self}: it is answered, hang it up")
        await self.hang_up()
