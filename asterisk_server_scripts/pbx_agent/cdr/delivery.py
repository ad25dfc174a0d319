"""One portion to Odoo: which rows does it not have, take these, and what became of each."""

from __future__ import annotations

import gzip
from collections.abc import Awaitable, Sequence
from typing import Any, Callable, NamedTuple
from urllib.parse import urlsplit

from ..ami.text import clean
from ..odoo.answers import MISCONFIGURED, OK, TOO_LARGE, UNACCEPTABLE, UNAVAILABLE, Answer
from ..odoo.client import OdooClient
from .portion import Portion, Problem, encoded, encoded_keys

#: Odoo commits a portion before it answers; on a busy machine that takes its time.
REQUEST_SECONDS = 120.0
MOST_PROBLEMS = 100
LOOPBACK = ("127.0.0.1", "::1", "localhost")
#: Runs a function in the stream's thread.
Run = Callable[..., Awaitable[Any]]


class NotTaken(Exception):
    """Odoo did not take a portion; nothing is lost, it is sent again."""

    def __init__(self, outcome: str, reason: str) -> None:
        super().__init__(reason)
        self.outcome, self.reason = outcome, reason

    @property
    def needs_a_person(self) -> bool:
        """Whether waiting does not help."""
        return self.outcome == MISCONFIGURED


class Sent(NamedTuple):
    """What Odoo did with rows; `problems` are those that it refused."""

    imported: int = 0
    known: int = 0
    problems: tuple[Problem, ...] = ()

    def __add__(self, other: object) -> Sent:
        assert isinstance(other, Sent)
        return Sent(self.imported + other.imported, self.known + other.known, self.problems + other.problems)


class Delivery:
    """Sends the portions of one flow.

    :param flow: ``cdr`` or ``cel``
    :param run: runs a function with its arguments in a thread
    """

    def __init__(self, client: OdooClient, flow: str, run: Run) -> None:
        self._client, self._flow, self._run = client, flow, run
        self._is_near = urlsplit(client.url).hostname in LOOPBACK

    async def unknown(self, portion: Portion) -> list[int]:
        """Return the indexes of the rows that Odoo does not have. :raises NotTaken:"""
        answer = await self._post(await self._run(encoded_keys, portion))
        if answer.outcome != OK:
            raise NotTaken(_outcome(answer), answer.reason)
        found = answer.body.get("unknown")
        if not isinstance(found, list) or not all(type(i) is int and 0 <= i < len(portion.rows) for i in found):
            raise NotTaken(UNAVAILABLE, "Odoo did not say which rows it does not have")
        return found

    async def rows(self, portion: Portion, problems: Sequence[Problem] = (), body: bytes | None = None) -> Sent:
        """Send the rows; a list that Odoo cannot take is halved until the row is found that is to blame.

        :param problems: what could not be read, at most 100
        :param body: the encoded request, where it is made already
        :raises NotTaken:
        """
        answer = await self._post(body if body is not None else await self._run(encoded, portion, problems))
        if answer.outcome == OK:
            return _sent(answer.body, portion)
        if answer.outcome not in (UNACCEPTABLE, TOO_LARGE):
            raise NotTaken(answer.outcome, answer.reason)
        if len(portion.rows) > 1:
            await self._blame_the_rows(portion, answer)
            half = len(portion.rows) // 2
            first = await self._half(portion, range(half), problems)
            return first + await self._half(portion, range(half, len(portion.rows)), ())
        if not portion.rows:
            raise NotTaken(MISCONFIGURED, answer.reason)
        text = " ".join(str(value) for value in portion.rows[0] if value)
        return Sent(problems=(Problem(portion.where(0), f"Odoo cannot take it: {answer.reason}", text),))

    async def _half(self, portion: Portion, indexes: range, problems: Sequence[Problem]) -> Sent:
        return await self.rows(portion.pick(indexes), problems)

    async def _blame_the_rows(self, portion: Portion, answer: Answer) -> None:
        """Make sure that it is not the request as such that Odoo refuses: then no row is to blame."""
        if answer.outcome == UNACCEPTABLE:
            await self.rows(portion.pick([]))

    async def _post(self, body: bytes) -> Answer:
        if self._is_near:
            return await self._client.post(self._flow, body, seconds=REQUEST_SECONDS)
        packed = await self._run(gzip.compress, body, 1)
        return await self._client.post(self._flow, packed, seconds=REQUEST_SECONDS, is_packed=True)


def _outcome(answer: Answer) -> str:
    """A probe that Odoo does not understand, waiting does not mend."""
    return MISCONFIGURED if answer.outcome in (UNACCEPTABLE, TOO_LARGE) else answer.outcome


def _sent(body: dict[str, Any], portion: Portion) -> Sent:
    imported, known, refused = body.get("imported"), body.get("known"), body.get("refused")
    if type(imported) is not int or type(known) is not int or not isinstance(refused, list):
        raise NotTaken(UNAVAILABLE, "Odoo did not say what it did with the rows")
    return Sent(imported, known, tuple(problem for entry in refused for problem in _refused(entry, portion)))


def _refused(entry: object, portion: Portion) -> list[Problem]:
    index = entry.get("row") if isinstance(entry, dict) else None
    if type(index) is not int or not 0 <= index < len(portion.rows):
        return []
    assert isinstance(entry, dict)
    why = clean(entry.get("message") or entry.get("code"), 200)
    text = " ".join(str(value) for value in portion.rows[index][1:] if value)
    return [Problem(portion.where(index), f"Odoo refused it: {why}", text)]
