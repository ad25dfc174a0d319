"""An employee's desk phone: registers at the PBX, makes and takes calls."""

from __future__ import annotations

import asyncio
import re

from .address import Address, Uri
from .behaviour import Behaviour
from .dialog import Dialog
from .incoming import IncomingCall
from .message import Response
from .transaction import NoAnswer, Peer
from .transport import DEFAULT_T1
from .user_agent import UserAgent


class RegistrationError(ConnectionError):
    """The PBX does not know the phone, or refused its secret."""


class Phone(UserAgent):
    """`phone = Phone("101", "secret", ("127.0.0.1", 5060)); await phone.start(); await phone.register()`.

    :param behaviour: what it does with incoming calls, by default nothing but ring; may be changed at any time
    :ivar registered: the PBX knows where to reach it
    """

    def __init__(
        self,
        user: str,
        secret: str,
        pbx: Peer,
        *,
        behaviour: Behaviour | None = None,
        port: int = 0,
        tone: int = 440,
        t1: float = DEFAULT_T1,
    ) -> None:
        super().__init__(user, pbx, secret=secret, port=port, tone=tone, t1=t1)
        self.behaviour = behaviour or Behaviour()
        self.registered = False
        self._registration: Dialog | None = None
        self._refresh: asyncio.TimerHandle | None = None

    def behaviour_for(self, call: IncomingCall) -> Behaviour:
        return self.behaviour

    async def register(self, expires: int = 300) -> None:
        """Register, and again whenever two thirds of the time have passed.

        :param expires: seconds to ask for; the PBX decides
        :raises RegistrationError: when the PBX refuses
        :raises NoAnswer: when there is no PBX
        """
        response = await self._send_registration(expires)
        if response.status != 200:
            self._set_registered(False)
            raise RegistrationError(f"{self}: registration refused with {response.status} {response.reason}")
        self._set_registered(True)
        granted = _granted(response, expires)
        self._refresh = asyncio.get_running_loop().call_later(
            granted * 2 / 3, lambda: self.spawn(self._register_again(expires))
        )

    async def unregister(self) -> None:
        """Take the registration back, as a phone that is switched off properly."""
        if self.registered:
            self._set_registered(False)
            await self._send_registration(0)

    async def _register_again(self, expires: int) -> None:
        try:
            await self.register(expires)
        except (RegistrationError, NoAnswer) as error:
            # The PBX is being restarted, perhaps. A phone on a desk does not give up either.
            self.logger.warning("%s; trying again", error)
            self._set_registered(False)
            self._refresh = asyncio.get_running_loop().call_later(5, lambda: self.spawn(self._register_again(expires)))

    async def _send_registration(self, expires: int) -> Response:
        if self._refresh:
            self._refresh.cancel()
        if self._registration is None:
            me = Address(Uri(self.user, self.domain))
            self._registration = Dialog(self.transport, me, me, Uri("", *self.pbx), self.pbx)
        transaction = await self.transact(self._registration, "REGISTER", [("Expires", str(expires))])
        return transaction.response

    def _set_registered(self, registered: bool) -> None:
        self.registered = registered
        self.changes.ring()

    async def stop(self) -> None:
        """Hang up and close, without a word to the registrar: call `unregister()` before to leave politely."""
        if self._refresh:
            self._refresh.cancel()
        await super().stop()


def _granted(response: Response, asked: int) -> int:
    """Seconds the PBX granted: per contact, for all, or what was asked for."""
    said = re.search(r"expires=(\d+)", response.headers.get("Contact"), re.I)
    return int(said[1] if said else response.headers.get("Expires") or asked)
