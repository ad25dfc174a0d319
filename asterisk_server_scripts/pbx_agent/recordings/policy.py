"""What Odoo wants of recordings (hello's ``recordings``), and whether a call's is among it. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..ami.text import NAME_LIMIT, clean
from .settings import FORMATS, MOST_PARALLEL

POLICIES = ("all", "answered", "chosen", "none")


class Circumstances(NamedTuple):
    """The call that a recording is of: whether the recorded channel (not known: any of it) still lives, and whether
    somebody talked on it; the call's identity, and whether and when two parties began to talk.
    """

    lives: bool
    talked: bool
    linkedid: str
    answered: bool
    answered_at: float | None
    endpoints: Collection[str]
    queue: str


@dataclass(frozen=True)
class Policy:
    """What Odoo said, checked; what it did not say clearly is left as it is by default."""

    policy: str = "all"
    endpoints: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    format: str = "opus"
    parallel: int = 2

    def wants(self, call: Circumstances | None) -> bool:
        """Whether a call's recording is wanted; of a call that is not known (None) Odoo decides."""
        if self.policy == "none":
            return False
        if call is None or self.policy == "all":
            return True
        if self.policy == "answered":
            return call.answered
        return call.queue in self.queues or not self.endpoints.isdisjoint(call.endpoints)


def policy_of(told: Any) -> Policy | None:
    """Return what Odoo's hello says, None: it says nothing of recordings, so it cannot take any."""
    if not isinstance(told, dict):
        return None
    usual, policy, form, parallel = Policy(), told.get("policy"), told.get("format"), told.get("parallel")
    is_number = isinstance(parallel, int) and not isinstance(parallel, bool)
    return Policy(
        policy if policy in POLICIES else "none",
        _names(told.get("endpoints")),
        _names(told.get("queues")),
        form if form in FORMATS else usual.format,
        min(max(int(parallel), 1), MOST_PARALLEL) if is_number else usual.parallel,
    )


def _names(value: Any) -> frozenset[str]:
    cleaned = (clean(name, NAME_LIMIT) for name in value) if isinstance(value, list) else ()
    return frozenset(name for name in cleaned if name)
