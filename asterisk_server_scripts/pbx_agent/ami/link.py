"""The link to Asterisk: an AMI connection that is made again for ever; its events go to one handler, in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import Callable

from . import actions
from .connection import Pace, Session, open_session
from .errors import AmiError, LoginRefused, NoAnswer, NotConnected
from .event_queue import MAX_QUEUED_EVENTS, EventQueue
from .parser import Frame

_logger = logging.getLogger(__name__)


class AmiLink:
    """Connects, logs in, reconnects for ever.

    :param handle: called with each event frame; its exceptions are logged and cost that event only
    :param on_up: awaited after each login, before it counts as connected; raises LoginRefused where the user lacks
        a right
    :param on_down: called with the reason after each loss: ``asterisk_down`` | ``ami_refused`` | ``ami_silent``
    :param max_events: how many events may wait before it starts again
    """

    def __init__(
        self,
        host: str,
        port: int,
        username: str,
        secret: str,
        *,
        handle: Callable[[Frame], None],
        on_up: Callable[[Session], Awaitable[None]],
        on_down: Callable[[str], None],
        pace: Pace = Pace(),  # noqa: B008 - immutable
        max_events: int = MAX_QUEUED_EVENTS,
    ) -> None:
        self._address = (host, port)
        self._credentials = (username, secret)
        self._on_up, self._on_down, self._pace = on_up, on_down, pace
        self._session: Session | None = None
        self._events = EventQueue(handle, max_events)
        self._up = False
        self._trouble = ""

    @property
    def connected(self) -> bool:
        """Whether actions can be sent now."""
        return self._up and self._session is not None and self._session.logged_in

    def take_lag_ms(self) -> int:
        """Return the longest time (ms) that an event waited for its handler since this was last asked."""
        return self._events.take_lag_ms()

    async def send(self, action: actions.Action, *, as_list: bool = False, timeout: float | None = None) -> list[Frame]:
        """As `Session.send`, on the connection there is. :raises NotConnected: when there is none"""
        if self._session is None or not self._up:
            raise NotConnected("Asterisk is not connected")
        return await self._session.send(action, as_list=as_list, timeout=timeout)

    async def run(self) -> None:
        """Keep connected until cancelled."""
        worker = asyncio.ensure_future(self._events.work())
        clock, pace = asyncio.get_running_loop().time, self._pace
        pause = pace.pause
        try:
            while True:
                started = clock()
                reason = await self._connect_once()
                self._on_down(reason)
                if clock() - started > pace.steady:
                    pause = pace.pause
                await asyncio.sleep(pause if reason != "ami_refused" else pace.refused_pause)
                pause = min(pause * 1.5, pace.longest_pause)
        finally:
            worker.cancel()
            self._drop_session()

    async def _connect_once(self) -> str:
        """Connect, log in, stay; return the reason of the end."""
        where = "{}:{}".format(*self._address)
        try:
            return await self._stay()
        except LoginRefused as error:
            self._complain(
                f"Asterisk refused the login: {error}. Check [asterisk] in the agent's configuration and manager.conf"
            )
            return "ami_refused"
        except NoAnswer as error:
            self._complain(f"Asterisk at {where} does not answer: {error}")
            return "ami_silent"
        except (OSError, AmiError, asyncio.TimeoutError) as error:
            self._complain(f"Asterisk at {where} is not reachable: {error or type(error).__name__}")
            return "asterisk_down"
        except Exception:
            _logger.exception("the AMI connection broke on an error of ours; connecting again")
            return "asterisk_down"
        finally:
            self._drop_session()

    async def _stay(self) -> str:
        """Return why a connection that was good came to its end."""
        self._session = await open_session(
            *self._address, *self._credentials, on_event=self._events.put, pace=self._pace
        )
        await self._on_up(self._session)
        self._up, self._trouble = True, ""
        reason = await self._session.watch()
        _logger.warning("the connection to Asterisk ended: %s; connecting again", reason)
        return reason

    def _complain(self, words: str) -> None:
        """Say what is wrong, once: Asterisk may be away for days."""
        log = _logger.error if words != self._trouble else _logger.debug
        log("%s", words)
        self._trouble = words

    def _drop_session(self) -> None:
        self._up = False
        if self._session is not None:
            self._session.close()
            self._session = None
