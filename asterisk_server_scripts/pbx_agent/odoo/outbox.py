"""What waits in memory for the next request: calls that live, as themselves, and ended ones, as their last snapshot."""

from __future__ import annotations

import logging
from collections import OrderedDict
from typing import Any, Callable, Protocol

from .spool import Spool
from .spool_writer import SpoolWriter

_logger = logging.getLogger(__name__)

#: How many acknowledged snapshots are remembered, so that one that says nothing new is not sent.
REMEMBERED = 2000
#: How many ended calls wait in memory; of more than that the disk is asked again.
IN_MEMORY = 200
Snapshot = dict[str, Any]


class LivingCall(Protocol):
    """What the uplink knows of a call: the tracker's `Call`."""

    ended_at: float | None

    @property
    def linkedid(self) -> str: ...


class Outbox:
    """Keeps one thing a call: the newest.

    :param render: call -> snapshot with a new version
    :param find: linkedid -> the call that has it, or None
    :param on_disk: called when an ended call waits on the disk only
    """

    def __init__(
        self,
        spool: Spool,
        writer: SpoolWriter,
        render: Callable[[Any], Snapshot],
        find: Callable[[str], LivingCall | None],
        on_disk: Callable[[], None],
    ) -> None:
        self._spool, self._writer = spool, writer
        self._render, self._find, self._on_disk = render, find, on_disk
        self._live: dict[str, LivingCall] = {}
        self._ended: dict[str, Snapshot] = {}
        self._acknowledged: OrderedDict[str, Snapshot] = OrderedDict()
        #: Versions of ended calls that are not on disk: linkedid -> (version, whether the disk refused it).
        self._unsaved: dict[str, tuple[int, bool]] = {}

    def __bool__(self) -> bool:
        """Whether something waits."""
        return bool(self._live or self._ended)

    def offer(self, call: LivingCall) -> None:
        """Let this call's state wait; it replaces what waits of the same call."""
        linkedid = call.linkedid
        if call.ended_at is None:
            self._live[linkedid] = call
            if linkedid in self._ended:  # it seemed over, and goes on
                self._forget(self._ended.pop(linkedid))
            return
        self._live.pop(linkedid, None)
        snapshot = self._render(call)
        if self._is_new(snapshot):
            self._ended[linkedid] = snapshot
            self._keep(snapshot)

    def withdraw(self, linkedid: str) -> None:
        """This call became part of another one: nothing is sent of it by itself any more."""
        for waiting in (self._live, self._ended, self._acknowledged, self._unsaved):
            waiting.pop(linkedid, None)
        self._writer.write(self._spool.forget, "call", linkedid, 1 << 62)

    def offer_again(self, linkedid: str) -> None:
        """Let a call wait again if it still lives and nothing newer of it waits."""
        call = self._find(linkedid)
        if call is not None and call.linkedid == linkedid and call.ended_at is None:
            self._live.setdefault(linkedid, call)

    def take(self, limit: int, *, everything: bool) -> list[Snapshot]:
        """Take up to `limit` snapshots, ended calls first.

        :param everything: also what Odoo has acknowledged as it is
        """
        snapshots: list[Snapshot] = []
        while self._ended and len(snapshots) < limit:
            snapshots.append(self._ended.pop(next(iter(self._ended))))
        while self._live and len(snapshots) < limit:
            call = self._live.pop(next(iter(self._live)))
            try:
                snapshot = self._render(call)
            except Exception:
                _logger.exception("linkedid=%s the call could not be told", call.linkedid)
                continue
            if everything or self._is_new(snapshot):
                snapshots.append(snapshot)
        return snapshots

    def take_back(self, snapshots: list[Snapshot]) -> None:
        """A request failed: ended calls lie in the spool or wait here, of living ones the call is asked again."""
        for snapshot in snapshots:
            linkedid = snapshot["linkedid"]
            if snapshot["state"] != "ended":
                self.offer_again(linkedid)
                continue
            version, is_refused = self._unsaved.get(linkedid, (0, False))
            if version != snapshot["version"]:
                continue
            self._ended.setdefault(linkedid, snapshot)
            if is_refused:
                self._keep(snapshot)

    def acknowledged(self, snapshot: Snapshot) -> None:
        """Odoo has this snapshot."""
        linkedid = snapshot["linkedid"]
        self._acknowledged[linkedid] = snapshot
        self._acknowledged.move_to_end(linkedid)
        if len(self._acknowledged) > REMEMBERED:
            self._acknowledged.popitem(last=False)
        self._forget(snapshot)

    def refused(self, snapshot: Snapshot, reason: str, now: float) -> None:
        """Odoo will never take this snapshot: set it aside."""
        self._writer.write(self._spool.bury, "call", snapshot["linkedid"], snapshot, reason, now)
        self._forget(snapshot)

    def _forget(self, snapshot: Snapshot) -> None:
        if snapshot["state"] == "ended":
            if self._unsaved.get(snapshot["linkedid"], (0,))[0] == snapshot["version"]:
                del self._unsaved[snapshot["linkedid"]]
            self._writer.write(self._spool.forget, "call", snapshot["linkedid"], snapshot["version"])

    def _is_new(self, snapshot: Snapshot) -> bool:
        """Tell whether a snapshot says more than the last one that Odoo took."""
        last = self._acknowledged.get(snapshot["linkedid"])
        return last is None or any(snapshot[key] != last.get(key) for key in snapshot if key != "version")

    def _keep(self, snapshot: Snapshot) -> None:
        """Keep an ended call on disk; what the disk does not take stays in memory."""
        linkedid, version = snapshot["linkedid"], snapshot["version"]
        self._unsaved[linkedid] = (version, False)

        def settled(is_written: bool) -> None:
            if self._unsaved.get(linkedid, (0,))[0] != version:
                return
            if not is_written:
                self._unsaved[linkedid] = (version, True)
                return
            del self._unsaved[linkedid]
            if len(self._ended) > IN_MEMORY and self._ended.get(linkedid) is snapshot:
                del self._ended[linkedid]
                self._on_disk()

        self._writer.write(self._spool.put, "call", linkedid, snapshot, on_settled=settled)
