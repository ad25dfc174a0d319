"""History: which stores there are, what Odoo asks of them, and what it is told.

Odoo asks by ``asterisk.history``: ``sync`` read now, ``audit`` count the days, ``day`` read that day again. It is told
after each reading how far that got, and once an hour how many rows each day has, so that it can ask for the days of
which it has fewer.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ..odoo.answers import OK
from ..odoo.client import OdooClient
from . import open_source
from .feed import Feed
from .settings import Store
from .state import State
from .sync import Sync
from .texts import tidy

_logger = logging.getLogger(__name__)

#: So many days are counted and told.
MOST_DAYS = 400
#: While much is read for the first time Odoo is told so often, seconds.
PROGRESS_SECONDS = 10.0
TROUBLE_LIMIT = 500


class History:
    """Reads the PBX's detail records and channel events for Odoo.

    :param stores: flow (``cdr``, ``cel``) → its section of the configuration
    :param state: the file that says how far they were read; its folder must exist
    """

    def __init__(self, stores: Mapping[str, Store], client: OdooClient, state: Path) -> None:
        self._stores, self._client, self._path = stores, client, state
        self._feeds: dict[str, Feed] = {}
        self._faults: dict[str, str] = {}
        self._progress_at = 0.0
        self._posting: asyncio.Future[None] | None = None

    # -- what happens elsewhere ------------------------------------------------------------------------------------

    def told(self, payload: object) -> None:
        """Odoo asks for something; what is not understood is left alone."""
        do = payload.get("do") if isinstance(payload, dict) else None
        cdr = self._feeds.get("cdr")
        if do == "sync":
            for feed in self._feeds.values():
                feed.read_now()
            if cdr is None:
                self._progress()
        elif do == "audit" and cdr is not None:
            cdr.audit()
        elif do == "day" and cdr is not None and isinstance(payload, dict):
            cdr.read_days(_days([payload.get("day")]))

    def call_ended(self, linkedid: str, began: float) -> None:
        """A call that began then (seconds since the epoch) ended just now."""
        for feed in self._feeds.values():
            feed.call_ended(linkedid, began)

    def nudge(self) -> None:
        """Odoo was heard of: do not wait any longer before the next attempt."""
        for feed in self._feeds.values():
            feed.sync.nudge()

    # -- work ------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Work until cancelled. :raises OSError: the state's file cannot be used"""
        state, self._progress_at = State(self._path), time.monotonic()
        try:
            self._open(state)
            if "cdr" not in self._feeds:
                await self._post(None)
            await asyncio.gather(*(feed.run() for feed in self._feeds.values()), asyncio.Event().wait())
        finally:
            for feed in self._feeds.values():
                await feed.sync.close()
            self._feeds = {}
            state.close()

    def _open(self, state: State) -> None:
        for flow, store in self._stores.items():
            if not store.is_used:
                continue
            try:
                source = open_source(store, flow)
            except ValueError as error:
                self._faults[flow] = f"[{flow}] {error}"
                _logger.error("[%s] of the configuration cannot be used: %s", flow, error)
                continue
            sync = Sync(flow, source, state, self._client, store.portion, self._progress)
            self._feeds[flow] = Feed(sync, self._tell)
            _logger.info("%s is read from %s, %s", flow, source.kind, source.name)

    # -- what Odoo is told -----------------------------------------------------------------------------------------

    async def _tell(self, feed: Feed, audit: bool) -> None:
        if not audit or feed.sync.flow != "cdr":
            await self._post(None)
            return
        today = date.fromisoformat(feed.sync.source.zone.day(time.time()))
        counts = await feed.sync.count_days((today - timedelta(days=MOST_DAYS - 1)).isoformat())
        await self._post(dict(sorted(counts.items())[-MOST_DAYS:]))

    def _progress(self) -> None:
        """A portion was sent, more may follow; or Odoo asks where there is nothing."""
        is_due = "cdr" not in self._feeds or time.monotonic() - self._progress_at > PROGRESS_SECONDS
        if is_due and (self._posting is None or self._posting.done()):
            self._posting = asyncio.ensure_future(self._post(None))

    async def _post(self, days: dict[str, int] | None) -> None:
        """Tell Odoo where we are; when it does not hear it, the next time will do."""
        self._progress_at = time.monotonic()
        body = self._body()
        if days is not None:
            body["days"] = [{"day": day, "rows": rows} for day, rows in days.items()]
        answer = await self._client.post("history", body)
        if answer.outcome != OK:
            _logger.debug("history: %s", answer.reason)
            return
        fetch, feed = answer.body.get("fetch"), self._feeds.get("cdr")
        if days is not None and feed is not None and isinstance(fetch, list) and fetch:
            days_to_read = _days(fetch[:MOST_DAYS])
            _logger.info("Odoo asks for %d days again", len(days_to_read))
            feed.read_days(days_to_read)

    def _body(self) -> dict[str, Any]:
        feed = self._feeds.get("cdr")
        troubles = [*self._faults.values(), *(feed.trouble for feed in self._feeds.values() if feed.trouble)]
        told = {"trouble": tidy("; ".join(troubles), TROUBLE_LIMIT)}
        if feed is None:
            return {"store": {"kind": "none", "name": "", "zone": ""}, "through": None, "behind": False, **told}
        source = feed.sync.source
        store = {"kind": source.kind, "name": source.name, "zone": source.zone.name}
        return {"store": store, "through": feed.sync.through, "behind": feed.sync.behind, **told}


def _days(values: list[Any]) -> list[str]:
    """Return those of the values that are days."""
    found = []
    for value in values:
        try:
            found.append(date.fromisoformat(value).isoformat())
        except (TypeError, ValueError):
            _logger.warning("Odoo asks for a day that is none")
    return found
