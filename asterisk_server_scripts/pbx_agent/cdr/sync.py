"""One store to Odoo: portion by portion, the next one is read while Odoo commits the current one.

The cursor moves after Odoo's answer, and Odoo answers after its commit: whatever is killed when, nothing is lost, and
what is sent twice is known by its key.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections import OrderedDict, deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Callable, NamedTuple

from ..odoo import backoff
from ..odoo.client import OdooClient
from .delivery import MOST_PROBLEMS, Delivery, NotTaken, Sent
from .known import Known
from .pace import Stopwatch
from .portion import Cursor, Portion, Problem, encoded
from .source import Source, StoreTrouble
from .state import Position, State

_logger = logging.getLogger(__name__)

#: How many problems are remembered that were told.
REMEMBERED_PROBLEMS = 2000
#: Of the last rows of a portion it is asked whose they are.
RECENT = 1000
#: Their keys are in memory meanwhile.
DAYS_AT_A_TIME = 20
#: A statement that still runs is not waited for longer.
CLOSE_SECONDS = 2.0
TIMES = {"cdr": ("start", "end"), "cel": ("eventtime",)}
#: What is older (seconds), Odoo does not keep: it is not sent.
KEPT_SECONDS = {"cel": 30 * 86_400.0}


class Look(NamedTuple):
    """What a look found: how many rows that Odoo did not have, and whose they are."""

    imported: int = 0
    linkedids: frozenset[str] = frozenset()


class _Ready(NamedTuple):
    """A portion without what is known to be known, its encoded request, the newest moment in it, and where it began."""

    portion: Portion
    body: bytes
    newest: float
    begin: Cursor | None


class Sync:
    """Carries one store to one flow of Odoo.

    :param flow: ``cdr`` or ``cel``
    :param limit: rows a portion
    :param on_progress: called after each portion that Odoo took, and when it does not take one
    """

    def __init__(
        self, flow: str, source: Source, state: State, client: OdooClient, limit: int,
        on_progress: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self.flow, self.source, self._state, self._limit = flow, source, state, limit
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=flow)
        self._delivery = Delivery(client, flow, self.run)
        self._on_progress = on_progress
        self._store = f"{source.kind}:{source.name}"
        self._position = Position()
        self._is_restored = self._is_caught_up = self._is_probing = False
        self._known = Known(source.overlap)
        self._problems: deque[Problem] = deque(maxlen=1000)
        self._told: OrderedDict[Problem, None] = OrderedDict()
        self._nudge = asyncio.Event()
        self.behind = True
        #: How long the store has been at work for us; waiting for Odoo is not in it.
        self.reading = Stopwatch()

    @property
    def through(self) -> float | None:
        """The newest moment that Odoo has rows of, seconds since the epoch."""
        return self._position.through

    def nudge(self) -> None:
        """Odoo was heard of: do not wait any longer before the next attempt."""
        self._nudge.set()

    async def run(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run something that blocks in this stream's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *args)

    async def close(self) -> None:
        """Let go of the store."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.run(self.source.close), CLOSE_SECONDS)
        self._thread.shutdown(wait=False)

    # -- what is asked for -----------------------------------------------------------------------------------------

    async def catch_up(self) -> Look:
        """Read everything that is new. :raises StoreTrouble: the store cannot be read"""
        await self._restore()
        if not self._is_caught_up:
            look = await self._through(self._position.cursor, keep=True)
            self._is_caught_up = True
        else:
            look = Look()
        with self.reading:
            cursor = await self.run(self.source.again, self._position.cursor)
        if cursor is not None:
            self._is_probing = self._is_probing or not (self._known or cursor is self._position.cursor)
            again = await self._through(cursor, keep=True)
            look = Look(look.imported + again.imported, look.linkedids | again.linkedids)
        self.behind = False
        return look

    async def look(self, since: float) -> Look:
        """A call that began at `since` has just ended: read its rows. :raises StoreTrouble: the store cannot be read"""
        if not self._is_caught_up:
            return await self.catch_up()
        with self.reading:
            cursor = await self.run(self.source.again, self._position.cursor, since)
        if cursor is None:
            return Look()
        return await self._through(cursor, keep=cursor is self._position.cursor)

    async def read_days(self, days: Sequence[str]) -> None:
        """Read these days (YYYY-MM-DD) from their beginning. :raises StoreTrouble: the store cannot be read"""
        await self._restore()
        known, self._known = self._known, Known(0)  # Odoo asks because it lacks some of them
        try:
            for begin in range(0, len(days), DAYS_AT_A_TIME):
                await self._read_days(sorted(days)[begin : begin + DAYS_AT_A_TIME])
        finally:
            self._known, self._is_probing = known, False

    async def _read_days(self, days: Sequence[str]) -> None:
        different: dict[str, set[int]] = {day: set() for day in days}
        for cursor in await self.run(self.source.day_cursors, days):
            self._is_probing = True
            await self._through(cursor, keep=False, different=different)
        counts = await self.run(self.source.count_days, days[0])
        for day, keys in different.items():
            await self.run(self._state.settle_day, self.flow, self._store, day, counts.get(day, 0), len(keys))

    async def count_days(self, since: str) -> dict[str, int]:
        """Return the rows of each day from `since` on; of a day that was read again, the different ones.

        :raises StoreTrouble: the store cannot be read
        """
        counts = await self.run(self.source.count_days, since)
        settled = await self.run(self._state.settled_days, self.flow, self._store)
        for day, (counted, told) in settled.items():
            if counts.get(day) == counted:
                counts[day] = told
        return counts

    # -- from the store to Odoo ------------------------------------------------------------------------------------

    async def _restore(self) -> None:
        if not self._is_restored:
            self._position = await self.run(self._state.position, self.flow, self._store)
            self._is_restored, self._is_probing = True, self._position.cursor is None

    async def _through(self, cursor: Cursor | None, keep: bool, different: dict[str, set[int]] | None = None) -> Look:
        """Read from `cursor` to the end and send; the next portion is read while Odoo commits."""
        imported, linkedids = 0, set()
        ahead: asyncio.Future[_Ready] | None = asyncio.ensure_future(self.run(self._read, cursor))
        while ahead is not None:
            ready = await ahead
            portion = ready.portion
            ahead = asyncio.ensure_future(self.run(self._read, portion.cursor)) if portion.more else None
            try:
                sent, told = await self._deliver(ready)
                if keep:
                    await self._keep(ready)
            except BaseException:
                if ahead is not None:
                    ahead.cancel()
                raise
            if sent.imported:
                imported += sent.imported
                place = portion.columns.index("linkedid")
                linkedids |= {row[place] for row in told.rows[-RECENT:]}
            if different is not None:
                self._count_different(portion, different, sent)
            self._on_progress()
        return Look(imported, frozenset(linkedids))

    def _read(self, cursor: Cursor | None) -> _Ready:
        """In the thread: read, leave out what is known, encode."""
        with self.reading:
            portion = self.source.read(cursor, self._limit, brief=self._is_probing)
        times = [portion.columns.index(name) for name in TIMES[self.flow]]
        oldest = time.time() - KEPT_SECONDS.get(self.flow, float("inf"))
        first = {row[0]: index for index, row in reversed(list(enumerate(portion.rows)))}
        if len(first) < len(portion.rows) or self._known or self.flow in KEPT_SECONDS:
            starts = ((index, row[0], row[times[0]]) for index, row in enumerate(portion.rows))
            fresh = [index for index, key, start in starts if first[key] == index and key not in self._known
                     and (start is None or start > oldest)]  # fmt: skip
            portion = portion.pick(fresh)
        newest = max([row[place] for place in times for row in portion.rows if row[place]], default=0)
        body = b"" if self._is_probing or portion.is_brief else encoded(portion)
        return _Ready(portion, body, min(newest, time.time()), cursor)

    async def _deliver(self, ready: _Ready) -> tuple[Sent, Portion]:
        """Send until Odoo has taken it; return what became of it, and what was sent."""
        failures = 0
        if ready.portion.doubt:
            self._is_probing = True
        while True:
            try:
                sent, told = await self._offer(ready)
            except NotTaken as error:
                failures += 1
                log = _logger.debug if failures > 1 else _logger.error if error.needs_a_person else _logger.warning
                log("Odoo does not take %s rows: %s; nothing is lost, trying again", self.flow, error.reason)
                if failures == 1:
                    self.behind = True
                    await self.run(self.source.close)  # nothing is held while we wait
                seconds = backoff.MISCONFIGURED_SECONDS if error.needs_a_person else backoff.delay(failures)
                self._nudge.clear()
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._nudge.wait(), seconds)
                continue
            if failures:
                _logger.info("Odoo takes %s rows again", self.flow)
            return sent, told

    async def _offer(self, ready: _Ready) -> tuple[Sent, Portion]:
        portion, body = ready.portion, ready.body
        if portion.rows and (self._is_probing or portion.is_brief):
            unknown = await self._delivery.unknown(portion)
            self._is_probing = not unknown
            if len(unknown) < len(portion.rows):
                portion, body = portion.pick(unknown), b""
            if portion.is_brief:
                portion = await self.run(self._whole, portion, ready.begin)
        problems = [*self._problems, *(problem for problem in portion.problems if problem not in self._told)]
        sent = Sent()
        if portion.rows or problems:
            told = problems[:MOST_PROBLEMS]
            sent = await self._delivery.rows(portion, told, None if told or not body else body)
            self._is_probing = self._is_probing or (sent.known > 0 and sent.known == len(portion.rows))
            self._problems = deque([*problems[MOST_PROBLEMS:], *sent.problems], self._problems.maxlen)
            self._remember(told)
        place = portion.columns.index(TIMES[self.flow][0])
        self._known.add(((row[0], row[place]) for row in ready.portion.rows), time.time())
        return sent, portion

    def _whole(self, portion: Portion, begin: Cursor | None) -> Portion:
        """In the thread: return the rows of a brief portion in full, which are read again for that.

        :raises StoreTrouble: they are not there any more
        """
        if not portion.rows:
            return portion
        with self.reading:
            again = self.source.read(begin, self._limit)
        found = {row[0]: index for index, row in reversed(list(enumerate(again.rows)))}
        if not all(key in found for key in portion.keys()):
            raise StoreTrouble(f"{self.source.name} changed while it was read")
        return replace(again.pick([found[key] for key in portion.keys()]), problems=portion.problems)

    async def _keep(self, ready: _Ready) -> None:
        """Odoo has it: move the cursor."""
        through = max(ready.newest, self._position.through or 0) or None
        position = Position(ready.portion.cursor, through)
        if position == self._position:
            self._position = position  # a reader knows the cursor it gave by its identity
            return
        self._position = position
        try:
            await self.run(self._state.keep, self.flow, self._store, position)
        except sqlite3.Error as error:
            _logger.error("the place reached in %s is not on disk: %s. Is it full?", self.source.name, error)

    def _count_different(self, portion: Portion, different: dict[str, set[int]], sent: Sent) -> None:
        """Count the rows of days that are read again, those that Odoo refused left out."""
        refused = {problem.where for problem in sent.problems}
        for index, row in enumerate(portion.rows):
            start = row[1]
            keys = different.get(self.source.zone.day(start)) if start is not None else None
            if keys is not None and (not refused or portion.where(index) not in refused):
                keys.add(int(row[0][:15], 16))

    def _remember(self, problems: Sequence[Problem]) -> None:
        """These were told: a store that is read again brings them again."""
        self._told.update(dict.fromkeys(problems))
        while len(self._told) > REMEMBERED_PROBLEMS:
            self._told.popitem(last=False)
