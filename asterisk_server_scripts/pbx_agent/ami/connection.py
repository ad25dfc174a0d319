"""One AMI connection: the only place that imports panoramisk, wrapped against what is unsafe in it.

What the wrapping changes (each was seen to fail with plain panoramisk 1.4): bytes are gathered and decoded frame by
frame, so that a character split by TCP survives; one handler's exception harms one event; every ping is awaited and a
silent connection is closed; an action is sent only while logged in, has a deadline, and is never kept to be sent
later; values with line breaks are refused; what a caller writes into a list is no event. `link.py` keeps such a
connection for ever.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Callable, NamedTuple

from panoramisk import actions as panoramisk_actions
from panoramisk.ami_protocol import AMIProtocol

from . import actions
from .errors import LoginRefused, NoAnswer, NotConnected
from .event_queue import TooManyEvents
from .parser import Frame, FrameBuffer

_logger = logging.getLogger(__name__)


_LIST_EVENTS = frozenset({"coreshowchannel", "coreshowchannelscomplete", "bridgelistitem", "bridgelistcomplete"})


class Pace(NamedTuple):
    """How long things may take, seconds. A half-dead connection is found within `ping` + `reply`."""

    connect: float = 5.0
    reply: float = 4.0
    ping: float = 5.0
    #: Between two attempts to connect: the first pause, which then grows, the longest, and that after a refused login.
    pause: float = 0.5
    longest_pause: float = 5.0
    refused_pause: float = 10.0
    #: A connection that held this long was a good one: the next pause is the first again.
    steady: float = 30.0


class _Protocol(AMIProtocol):
    """panoramisk's protocol with frames of whole bytes, and no memory beyond its connection."""

    def __init__(self, on_event: Callable[[Frame], None]) -> None:
        self._on_event = on_event
        self._frames = FrameBuffer()
        self._listing: panoramisk_actions.Action | None = None
        self._forged = 0
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.encoding = "utf-8"

    @property
    def banner(self) -> str:
        return self._frames.banner

    def data_received(self, data: bytes) -> None:
        try:
            frames = self._frames.feed(data)
        except ValueError as error:
            _logger.error("AMI stream broken: %s; closing", error)
            self.transport.abort()
            return
        if self._frames.forged:
            self._forge(self._frames.forged)
            self._frames.forged = 0
        for frame in frames:
            if self.closed:
                return
            try:
                self._take(frame)
            except TooManyEvents as error:
                _logger.error("%s; connecting again to start from a fresh list", error)
                self.transport.abort()
                self.closed = True
            except Exception:
                _logger.exception("one AMI frame could not be handled; going on with the next")

    def _take(self, frame: Frame) -> None:
        action = self.responses.get(frame.get("actionid", ""))
        if self._is_forged(frame, action):
            self._forge(1)
            return
        if "event" in frame:
            # The lines of a list are events too: handled in the order of the stream, whoever asked for them.
            self._on_event(frame)
            if action is None or not action.as_list:
                return  # OriginateResponse may overtake the answer to its Originate
        elif action is None:
            return
        action.responses.append(frame)
        if action.as_list:
            self._listing = action
        complete = "complete" in frame.get("eventlist", "").lower() or frame.get("event", "").lower().endswith(
            "complete"
        )
        failed = "event" not in frame and frame.get("response", "").lower() not in ("success", "follows", "goodbye")
        if complete or failed or not action.as_list:
            self.forget(action)
            if not action.future.done():
                action.future.set_result(action.responses)

    def forget(self, action: panoramisk_actions.Action) -> None:
        """Stop waiting for the answer to `action`."""
        self.responses.pop(action.id, None)
        if self._listing is action:
            self._listing = None

    def _is_forged(self, frame: Frame, action: panoramisk_actions.Action | None) -> bool:
        """Tell whether a caller whose number holds line breaks wrote this frame: Asterisk writes a list in one go, each
        line with our ActionID, which he does not know; and no line of a list that nobody asked for.
        """
        if self._listing is not None:
            return action is not self._listing
        return action is None and frame.get("event", "").lower() in _LIST_EVENTS

    def _forge(self, count: int) -> None:
        """Say once that there are forged events."""
        log = _logger.debug if self._forged else _logger.warning
        log("%d events were left out: a caller's number holds line breaks that make events of their own", count)
        self._forged += count

    def connection_lost(self, exc: Exception | None) -> None:
        self.close()
        if not self.lost.done():
            self.lost.set_result(None)

    def close(self) -> None:
        """Close the socket; whoever waits for an answer learns that none will come. Nothing is sent again later."""
        for action in list(self.responses.values()):
            if not action.future.done():
                action.future.set_exception(NotConnected("the connection to Asterisk was lost"))
                action.future.exception()  # seen: a waiter may be gone already
        self.responses.clear()
        if not self.closed:
            self.closed = True
            self.transport.abort()


class Session:
    """One logged-in connection, from login to loss."""

    def __init__(self, protocol: _Protocol, pace: Pace) -> None:
        self._protocol, self._pace = protocol, pace
        self.logged_in = False

    @property
    def banner(self) -> str:
        """What Asterisk greeted with."""
        return self._protocol.banner

    async def send(self, action: actions.Action, *, as_list: bool = False, timeout: float | None = None) -> list[Frame]:
        """Send `action` and return the answer's frames: one, or a whole list (`as_list`).

        :param timeout: seconds to wait for the (last) answer; None: `Pace.reply`
        :raises NotConnected: not logged in, or the connection went away; after the latter the action may have been
            carried out
        :raises NoAnswer: nothing came in time
        :raises actions.InvalidArgument: a value holds a line break
        """
        if not self.logged_in and action.get("Action") != "Login":
            raise NotConnected("not logged in to Asterisk")
        actions.check(action)
        if self._protocol.closed:
            raise NotConnected("the connection to Asterisk is closed")
        timeout = self._pace.reply if timeout is None else timeout
        panoramisk_action = panoramisk_actions.Action(dict(action))
        future = self._protocol.send(panoramisk_action, as_list=as_list)
        try:
            return await asyncio.wait_for(future, timeout)
        except asyncio.TimeoutError:
            raise NoAnswer(f"no answer to {action['Action']} within {timeout:g} s") from None
        finally:
            self._protocol.forget(panoramisk_action)

    async def watch(self) -> str:
        """Ping until the connection is lost or silent; return why it ended: ``ami_silent`` or ``asterisk_down``."""
        while True:
            done, _pending = await asyncio.wait({self._protocol.lost}, timeout=self._pace.ping)
            if done:
                return "asterisk_down"
            try:
                await self.send(actions.ping())
            except NoAnswer:
                return "ami_silent"
            except NotConnected:
                return "asterisk_down"

    def close(self) -> None:
        """Close at once; nothing can be sent any more."""
        self.logged_in = False
        self._protocol.close()


async def open_session(
    host: str,
    port: int,
    username: str,
    secret: str,
    *,
    on_event: Callable[[Frame], None],
    pace: Pace = Pace(),  # noqa: B008 - immutable
) -> Session:
    """Connect and log in.

    :param on_event: called with each event frame, while the socket is read
    :raises OSError: no connection
    :raises LoginRefused: wrong user, password or address
    :raises AmiError: no answer to the login
    """
    loop = asyncio.get_running_loop()
    connecting = loop.create_connection(lambda: _Protocol(on_event), host, port)
    _transport, protocol = await asyncio.wait_for(connecting, pace.connect)
    session = Session(protocol, pace)
    try:
        login = {"Action": "Login", "Username": username, "Secret": secret, "Events": "on"}
        answer = (await session.send(login))[0]
        if answer.get("response", "").lower() != "success":
            raise LoginRefused(answer.get("message", "no reason given"))
    except BaseException:
        session.close()
        raise
    session.logged_in = True
    return session
