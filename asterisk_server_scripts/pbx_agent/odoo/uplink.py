"""Snapshots and results on their way to Odoo: one request in flight, everything that gathers meanwhile goes into the
next one.

Of a call that lives only the newest snapshot is kept, and rendered when it is sent. An ended call goes out at once
like any other, and lies in the spool until Odoo has acknowledged it; so do the results of commands. What Odoo refuses
becomes a dead letter and blocks nothing. While Odoo is away the spool grows, and empties itself later.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
from typing import Any, Callable

from . import backoff
from .answers import MISCONFIGURED, OK
from .client import OdooClient
from .delivery import ACKNOWLEDGED, REFUSED, Delivery, Verdict, deliver
from .outbox import LivingCall, Outbox, Snapshot
from .spool import Item, Spool
from .spool_writer import SpoolWriter

_logger = logging.getLogger(__name__)

MAX_ITEMS = 200
#: So often Odoo may ask to send one item again (about an hour) before it becomes a dead letter.
MAX_ATTEMPTS = 120
#: After so many failures in a row the item is looked for with which Odoo fails, so that it holds up no other.
SUSPECT_AFTER = 3
#: What belongs together happens within this, seconds: the phones of a ring group, one after the other.
GATHER_SECONDS = 0.002
#: How long a spool that cannot be used is left alone, seconds.
SPOOL_AGAIN_SECONDS = 10.0


class Uplink:
    """Carries calls and results to Odoo.

    :param render: call -> snapshot with a new version
    :param find: linkedid -> the call that has it, or None
    :param living: returns the linkedids of all calls that live, for the announcement after a (re)connection
    :ivar is_busy: whether something is being sent right now
    """

    def __init__(
        self,
        client: OdooClient,
        spool: Spool,
        render: Callable[[Any], Snapshot],
        find: Callable[[str], LivingCall | None],
        living: Callable[[], list[str]],
    ) -> None:
        self._client, self._spool, self._living = client, spool, living
        self._writer = SpoolWriter(spool)
        self._outbox = Outbox(spool, self._writer, render, find, lambda: self._look("call"))
        self._spooled = {"call", "result"}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._again: dict[str, int] = {}
        self._failures = 0
        self._announce = self._has_announced = False
        self._work = asyncio.Event()
        self._work.set()
        self._nudge = asyncio.Event()
        self.trouble, self.is_busy = "", False

    # -- what is to be sent ----------------------------------------------------------------------------------------

    def offer(self, call: LivingCall, wait: float = 0.0) -> None:
        """Send this call's state, soon; a newer offer of the same call replaces an older one.

        :param wait: seconds that it may wait for others; they do not wait for it
        """
        self._outbox.offer(call)
        if wait:
            asyncio.get_running_loop().call_later(wait, self._work.set)
        else:
            self._work.set()

    def withdraw(self, linkedid: str) -> None:
        """This call became part of another one: nothing is sent of it by itself any more."""
        self._outbox.withdraw(linkedid)
        self._again.pop(linkedid, None)

    def announce(self) -> None:
        """Tell Odoo which calls live, once, with what waits now."""
        self._announce = self._has_announced = True
        self._work.set()

    def announce_again(self) -> None:
        """Odoo was away, and its database may have lost what it took last: tell everything that lives once more."""
        if self._has_announced:  # before that we do not know what lives
            for linkedid in self._living():
                self._outbox.offer_again(linkedid)
            self.announce()

    def results_wait(self) -> None:
        """A result was put into the spool."""
        self._look("result")

    def look(self) -> None:
        """Look at the spool: another process may have put dead letters back."""
        self._look("call")
        self._look("result")

    def nudge(self) -> None:
        """Odoo was heard of: do not wait any longer before the next attempt."""
        self._nudge.set()

    async def flush(self) -> None:
        """Wait until everything given so far is on disk."""
        await self._writer.flush()

    def _look(self, kind: str) -> None:
        self._spooled.add(kind)
        self._work.set()

    # -- sending ---------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            await self._work.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._work.clear()
            self.is_busy = True
            try:
                trouble = await self._send_all()
            except Exception:
                _logger.exception("sending to Odoo failed on an error of ours; trying again")
                trouble = Delivery("error", "internal error", [])
            self.is_busy = False
            if trouble is None:
                self._report("")
                if self._failures:
                    self.announce_again()
                self._failures = 0
                continue
            self._failures += 1
            self._report(trouble.reason)
            misconfigured = trouble.outcome == MISCONFIGURED
            seconds = backoff.MISCONFIGURED_SECONDS if misconfigured else backoff.delay(self._failures)
            self._nudge.clear()
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._nudge.wait(), seconds)
            self._work.set()

    def _report(self, reason: str) -> None:
        if reason and reason != self.trouble:
            _logger.warning("Odoo does not take calls: %s; nothing is lost, trying again", reason)
        elif self.trouble and not reason:
            _logger.info("Odoo takes calls again")
        self.trouble = reason

    async def _send_all(self) -> Delivery | None:
        """Send what waits, calls and results by turns; return the failure, or None when all is sent."""
        while True:
            sent = False
            for send in (self._send_calls, self._send_results):
                delivery = await send()
                if delivery is not None and delivery.outcome != OK:
                    return delivery
                sent = sent or delivery is not None
            if not sent:
                return None

    async def _send_calls(self) -> Delivery | None:
        """Send one request of calls; None: there are none."""
        fresh = self._outbox.take(MAX_ITEMS, everything=self._announce)
        is_taken = False
        try:
            delivery = await self._deliver_calls(fresh)
            is_taken = delivery is None or delivery.outcome == OK
        finally:
            if not is_taken:
                self._outbox.take_back(fresh)
                self._spooled.add("call")
        return delivery

    async def _deliver_calls(self, fresh: list[Snapshot]) -> Delivery | None:
        stored = await self._stored("call", MAX_ITEMS - len(fresh), {item["linkedid"] for item in fresh})
        announcing = self._announce and not self._outbox
        if not fresh and not stored and not announcing:
            return None
        extra = {"live": self._living()} if announcing else {}
        items = fresh + [item.payload for item in stored]
        suspect = self._is_suspect(stored) or any(item["linkedid"] in self._again for item in fresh)
        delivery = await deliver(self._client, "calls", items, extra, suspect)
        if delivery.outcome == OK:
            self._announce = self._announce and not announcing
            self._book_fresh(fresh, delivery.verdicts)
            await self._book_stored("call", stored, delivery.verdicts[len(fresh) :])
        return delivery

    async def _send_results(self) -> Delivery | None:
        """Send one request of results; None: there are none."""
        items = await self._stored("result", MAX_ITEMS, set())
        if not items:
            return None
        is_taken = False
        try:
            payloads = [item.payload for item in items]
            delivery = await deliver(self._client, "results", payloads, {}, self._is_suspect(items))
            is_taken = delivery.outcome == OK
        finally:
            if not is_taken:
                self._spooled.add("result")
        if is_taken:
            await self._book_stored("result", items, delivery.verdicts)
        return delivery

    def _is_suspect(self, stored: list[Item]) -> bool:
        """Whether one of them may be to blame where Odoo fails: it is not the first time."""
        return self._failures >= SUSPECT_AFTER or any(item.attempts for item in stored)

    async def _stored(self, kind: str, limit: int, but: set[str]) -> list[Item]:
        """Return items of the spool whose time has come; ask the disk only when there may be some."""
        if kind not in self._spooled or limit <= 0:
            return []
        self._spooled.discard(kind)  # first: who puts something there meanwhile adds it again
        await self._writer.flush()
        now = time.time()
        try:
            items = await self._spool.call(self._spool.waiting, kind, limit, now)
            if len(items) == limit:
                self._spooled.add(kind)
            else:
                moment = await self._spool.call(self._spool.next_moment, kind, now)
                if moment is not None:
                    self._later(kind, moment - now + 0.05, lambda: self._look(kind))
        except sqlite3.Error as error:
            self._spool_failed(kind, error)
            return []
        return [item for item in items if item.key not in but]

    def _spool_failed(self, kind: str, error: Exception) -> None:
        """Calls go on without the disk; it is asked again in a while."""
        _logger.error("the spool cannot be used: %s; what is in it waits", error)
        self._later(kind, SPOOL_AGAIN_SECONDS, lambda: self._look(kind))

    def _later(self, name: str, seconds: float, do: Callable[[], None]) -> None:
        """Do something after some time; of each name only the last."""
        if name in self._timers:
            self._timers[name].cancel()

        def due() -> None:
            self._timers.pop(name, None)
            do()

        self._timers[name] = asyncio.get_running_loop().call_later(seconds, due)

    # -- what Odoo said --------------------------------------------------------------------------------------------

    def _book_fresh(self, fresh: list[Snapshot], verdicts: list[Verdict]) -> None:
        for snapshot, verdict in zip(fresh, verdicts):
            linkedid = snapshot["linkedid"]
            if verdict.status == ACKNOWLEDGED:
                self._outbox.acknowledged(snapshot)
            elif verdict.status == REFUSED:
                _logger.error("linkedid=%s Odoo refused the call: %s", linkedid, verdict.reason)
                self._outbox.refused(snapshot, verdict.reason, time.time())
            else:
                self._send_again(snapshot, verdict.reason)
                continue
            self._again.pop(linkedid, None)

    def _send_again(self, snapshot: Snapshot, reason: str) -> None:
        linkedid = snapshot["linkedid"]
        attempts = self._again[linkedid] = self._again.get(linkedid, 0) + 1
        _logger.info("linkedid=%s Odoo asks to send the call again: %s", linkedid, reason)

        def send() -> None:
            self._outbox.take_back([snapshot])
            self._look("call")

        self._later(f"linkedid={linkedid}", backoff.delay(attempts), send)

    async def _book_stored(self, kind: str, items: list[Item], verdicts: list[Verdict]) -> None:
        if not items:
            return
        done: list[Item] = []
        again: list[tuple[Item, float]] = []
        dead: list[tuple[Item, str]] = []
        for item, verdict in zip(items, verdicts):
            if verdict.status == ACKNOWLEDGED:
                done.append(item)
            elif verdict.status == REFUSED or item.attempts + 1 >= MAX_ATTEMPTS:
                _logger.error("%s=%s Odoo refused it: %s", kind, item.key, verdict.reason)
                dead.append((item, verdict.reason))
            else:
                again.append((item, time.time() + backoff.delay(item.attempts + 1)))
                self._spooled.add(kind)  # the next look sets the clock for it
        try:
            await self._spool.call(self._spool.settle, done, again, dead, time.time())
        except sqlite3.Error as error:
            self._spooled.discard(kind)
            self._spool_failed(kind, error)
