"""The agent: everything wired together.

Operator's manual
-----------------
``pbx-agent run`` connects to Asterisk (AMI, loopback) and to Odoo (HTTPS and a WebSocket, outbound only) and stays.
Each connection is kept by a loop of its own that connects again for ever, so neither side has to be up first, and a
restart of one does not touch the other. Calls on the PBX never depend on the agent.

Signals: SIGTERM and SIGINT end it cleanly: Odoo is told, the spool is closed. It may also be killed: what Odoo has not
acknowledged lies in ``state_dir/spool.sqlite``; a command that was running is told as ``lost`` at the next start, and
never repeated.

What the log says, and what to do: ``Asterisk refused the login`` - the password in the agent's configuration and in
Asterisk's ``odoo/manager.conf`` differ: run setup again. ``the key is wrong`` - make a new key in Odoo, run setup
again; nothing is lost meanwhile. ``Odoo refused the call`` - a dead letter: ``pbx-agent doctor`` shows it with its
reason.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import time
from pathlib import Path
from typing import Any

from . import __version__
from .ami import actions
from .ami.connection import Pace, Session
from .ami.errors import AmiError, LoginRefused
from .ami.events import AmiEvent, ListEnded, MonitorChanged, RecordingBegun
from .ami.link import AmiLink
from .ami.parser import Frame
from .ami.reader import parse_event
from .calls.call import Call
from .calls.endpoints import Directory
from .calls.snapshot import snapshot
from .calls.tracker import GRACE_SECONDS, Tracker
from .cdr.history import History
from .commands.executor import Executor
from .config import Config
from .odoo.client import OdooClient
from .odoo.clock import OdooClock, Versions
from .odoo.commands import CommandChannel
from .odoo.heartbeat import Heartbeat
from .odoo.spool import Spool, disk_trouble
from .odoo.uplink import Uplink
from .recordings.recordings import Recordings
from .recordings.watch import Pbx
from .switchboard import Switchboard
from .tasks import end

_logger = logging.getLogger(__name__)

#: How often the list of channels is read though nothing is wrong: an end that Asterisk never told is found so.
RELIST_SECONDS = 60.0
UPKEEP_SECONDS = 10.0
#: A call that has dialled nobody yet may wait so long for that: the popup of a phone that rings a millisecond later
#: would else stand behind a request that concerns nobody.
OPENING_SECONDS = 0.02
#: Versions may have been given out since they were last written down; a restart begins safely above.
VERSION_MARGIN_MS = 120_000


class Agent:
    """One agent for one Asterisk and one Odoo.

    :param config: checked configuration
    :param pace: how long things may take between the agent and Asterisk
    """

    def __init__(self, config: Config, pace: Pace = Pace()) -> None:  # noqa: B008 - immutable
        self._config, self._pace = config, pace
        self._tracker = Tracker()
        self._clock = OdooClock()
        self._connected, self._since, self._reason = False, time.time(), "asterisk_down"
        self._asterisk: dict[str, str] | None = None
        self._announce = False
        self._in_doubt = asyncio.Event()
        self._said_ended: set[str] = set()
        self._counts = (0, 0)
        self._versions = Versions()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set. :raises OSError: the state folder cannot be used"""
        state = Path(self._config.state_dir)
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._spool = Spool(state / "spool.sqlite")
        try:
            async with OdooClient(
                self._config.url, self._config.key, self._config.database, self._certificates()
            ) as client:
                await self._work(client, stop)
        finally:
            self._spool.close()

    def _certificates(self) -> ssl.SSLContext | None:
        return ssl.create_default_context(cafile=self._config.ca_file) if self._config.ca_file else None

    async def _work(self, client: OdooClient, stop: asyncio.Event) -> None:
        floor = await self._spool.call(self._spool.recall, "version")
        self._versions = Versions(int(floor) + VERSION_MARGIN_MS if floor.isdigit() else 0)
        self._wire(client)
        await self._executor.settle_lost()
        where = (self._config.host, self._config.port, self._config.url)
        _logger.info("pbx-agent %s begins: Asterisk at %s:%s, Odoo at %s", __version__, *where)
        loops = [self._ami.run, self._uplink.run, self._heartbeat.run, self._channel.run, self._relist, self._upkeep]
        loops += [self._history.run, self._recordings.run]
        tasks = [asyncio.ensure_future(self._for_ever(loop)) for loop in loops]
        try:
            await stop.wait()
        finally:
            await self._end(tasks)

    def _wire(self, client: OdooClient) -> None:
        """Make the parts and tell them of each other."""
        config = self._config
        self._ami = AmiLink(
            config.host, config.port, config.username, config.secret,
            handle=self._handle, on_up=self._on_up, on_down=self._on_down, pace=self._pace,
        )  # fmt: skip
        self._switchboard = Switchboard(self._ami, self._tracker)
        self._uplink = Uplink(client, self._spool, self._render, self._tracker.call_of, self._tracker.living_linkedids)
        calls = Pbx(lambda: self._ami.connected, self._switchboard.circumstances)
        state_dir = Path(config.state_dir)
        self._recordings = Recordings(config.recordings, client, state_dir, calls, lambda: self._uplink.is_busy)
        self._executor = Executor(
            self._spool, self._clock, self._switchboard, self._uplink.results_wait, self._recordings.erase
        )
        stores = {"cdr": config.cdr, "cel": config.cel}
        self._history = History(stores, client, state_dir / "history.sqlite")
        self._heartbeat = Heartbeat(
            client, self._clock,
            status=self._status, asterisk=lambda: self._asterisk,
            on_hello=self._on_hello, on_answer=self._on_answer, on_back=self._uplink.announce_again,
        )  # fmt: skip
        self._channel = CommandChannel(
            client, self._clock,
            ticket=self._heartbeat.ticket, on_command=self._executor.take,
            on_config=self._heartbeat.configuration_changed, on_history=self._history.told,
            odoo_answers_since=lambda: self._heartbeat.answered_since, on_blocked=self._heartbeat.changed,
        )  # fmt: skip

    async def _for_ever(self, loop: Any) -> None:
        """Run one of the loops; each recovers from what it expects, this recovers from the rest."""
        while True:
            try:
                await loop()
            except Exception:
                _logger.exception("%s failed; it begins again", getattr(loop, "__qualname__", loop))
            await asyncio.sleep(1.0)

    async def _end(self, tasks: list[asyncio.Future[Any]]) -> None:
        _logger.info("pbx-agent stops")
        await end(tasks)  # first, so that no heartbeat says the opposite after the farewell
        await self._executor.stop()
        await self._heartbeat.farewell()
        await self._uplink.flush()
        with disk_trouble("the last version"):
            await self._spool.call(self._spool.remember, "version", str(self._versions.last))

    # -- Asterisk --------------------------------------------------------------------------------------------------

    async def _on_up(self, session: Session) -> None:
        """Logged in: learn who that is, then which calls live. The list goes the way of the events, in their order."""
        self._asterisk = await self._who(session)
        self._announce = True
        with contextlib.suppress(AmiError):
            await session.send(actions.bridges(), as_list=True)
        answer = await session.send(actions.channels(), as_list=True)
        if answer[0].get("response", "").lower() != "success":
            raise LoginRefused(f"it may not list channels ({answer[0].get('message')}), it needs write=reporting")
        self._set_connected(True, "")
        _logger.info("Asterisk %s connected", self._asterisk["version"] if self._asterisk else "")

    async def _who(self, session: Session) -> dict[str, str] | None:
        answer = (await session.send(actions.settings()))[0]
        if "asteriskversion" not in answer:
            return None
        return {"version": str(answer["asteriskversion"]), "system_name": str(answer.get("systemname", ""))}

    def _on_down(self, reason: str) -> None:
        self._tracker.lost(time.time())
        self._set_connected(False, reason)

    def _set_connected(self, connected: bool, reason: str) -> None:
        if (connected, reason) != (self._connected, self._reason):
            if connected != self._connected:
                self._since = time.time()
            self._connected, self._reason = connected, reason
            self._heartbeat.changed()

    def _handle(self, frame: Frame) -> None:
        """Take one event, in order."""
        event = parse_event(frame)
        if event is None:
            return
        self._tracker.feed(event, time.time())
        for linkedid in self._tracker.take_absorbed():
            self._uplink.withdraw(linkedid)
        for call in self._tracker.take_changed():
            self._offer(call)
        self._switchboard.tell(event)
        self._record(event)
        if isinstance(event, ListEnded):
            self._listed()

    def _record(self, event: AmiEvent) -> None:
        """Tell the recordings what concerns them."""
        if isinstance(event, RecordingBegun):
            self._recordings.begun(event.file, event.linkedid, event.channel.uniqueid)
        elif isinstance(event, MonitorChanged) and not event.on:
            self._recordings.ended(event.channel.uniqueid)

    def _listed(self) -> None:
        """The list of channels is complete: after a (re)connection Odoo is told what lives."""
        if self._announce:
            self._announce = False
            for call in self._tracker.living():
                self._uplink.offer(call)
            self._uplink.announce()
            self._switchboard.resynced()
        if self._tracker.in_doubt:
            self._in_doubt.set()

    def _offer(self, call: Call) -> None:
        """Send a call; one that cannot be told keeps no other from being sent."""
        try:
            self._uplink.offer(call, OPENING_SECONDS if call.is_opening else 0.0)
        except Exception:
            _logger.exception("linkedid=%s the call could not be told", call.linkedid)
            return
        if call.ended_at is None and not call.answered:
            self._recordings.call_rings()
        if call.ended_at is not None and call.linkedid not in self._said_ended:
            self._said_ended.add(call.linkedid)
            self._history.call_ended(call.linkedid, call.started_at)
            self._recordings.call_ended()
            _logger.info("linkedid=%s call ended, %.1f s of talk", call.linkedid, call.talk_seconds())

    # -- Odoo ------------------------------------------------------------------------------------------------------

    def _render(self, call: Call) -> dict[str, Any]:
        return snapshot(call, self._tracker.directory, self._versions.next())

    def _on_hello(self, body: dict[str, Any]) -> None:
        devices = body.get("devices")
        self._tracker.directory = Directory(devices if isinstance(devices, list) else ())
        path = body.get("websocket")
        if isinstance(path, str) and path.startswith("/"):
            self._channel.path = path
        self._recordings.told(body.get("recordings"))
        for call in self._tracker.living():
            self._uplink.offer(call)  # who of its endpoints is a person may have changed

    def _on_answer(self) -> None:
        """Odoo was heard of."""
        self._uplink.nudge()
        self._history.nudge()
        self._recordings.nudge()

    def _status(self) -> dict[str, Any]:
        return {
            "connected": self._connected and not self._channel.blocked_since,
            "since": round(max(self._since, self._channel.blocked_since), 3),
            "reason": self._reason or ("no_commands" if self._channel.blocked_since else ""),
            "event_lag_ms": self._ami.take_lag_ms(),
            "spool": self._counts[0],
            "dead_letters": self._counts[1],
            "version": __version__,
        }

    async def _upkeep(self) -> None:
        """Count what waits, remember the version."""
        while True:
            with disk_trouble("the state of the spool"):
                self._counts = await self._spool.call(self._spool.counts)
                await self._spool.call(self._spool.remember, "version", str(self._versions.last))
            if self._counts[0]:
                self._uplink.look()
            self._said_ended.intersection_update(call.linkedid for call in self._tracker.calls())
            await asyncio.sleep(UPKEEP_SECONDS)

    async def _relist(self) -> None:
        """Read the list of channels while calls are open: now and then, and soon where the last one left a doubt."""
        while True:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._in_doubt.wait(), RELIST_SECONDS)
            if self._in_doubt.is_set():
                await asyncio.sleep(GRACE_SECONDS)
                self._in_doubt.clear()
            if self._tracker.living() and self._ami.connected:
                with contextlib.suppress(AmiError):
                    await self._ami.send(actions.channels(), as_list=True)
