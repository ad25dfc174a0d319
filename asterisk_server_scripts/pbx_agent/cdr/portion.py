"""What goes from a store to Odoo at a time, and the cursor that is true once Odoo has it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from .pace import ROWS, give_way
from .texts import tidy

Cursor = dict[str, Any]
Row = tuple[Any, ...]
PROBLEM_TEXT_LIMIT = 300
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


class Problem(NamedTuple):
    """What could not be read or was refused: where in the store, why in words, the text itself."""

    where: str
    why: str
    text: str = ""

    def told(self) -> dict[str, str]:
        """Return it as the wire has it."""
        return {name: tidy(value, PROBLEM_TEXT_LIMIT) for name, value in self._asdict().items()}


@dataclass
class Portion:
    """Rows of the wire, in the order of `columns`.

    :param cursor: where reading goes on after them
    :param places: where each row lies in its store, for people, in two parts: of what the number is, and the number
    :param more: there is more to be read right now
    :param is_brief: the rows end after their times, and are not to be sent
    :param doubt: the place to go on from was not found; this begins again further back, so Odoo has some of it
    """

    columns: Sequence[str]
    cursor: Cursor
    rows: list[Row] = field(default_factory=list)
    places: list[tuple[str, object]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    more: bool = False
    doubt: bool = False
    is_brief: bool = False

    def keys(self) -> list[str]:
        """Return the rows' keys."""
        return [row[0] for row in self.rows]

    def pick(self, indexes: Sequence[int]) -> Portion:
        """Return a portion with these rows only, and the same cursor."""
        rows = [self.rows[index] for index in indexes]
        places = [self.places[index] for index in indexes] if self.places else []
        return replace(self, rows=rows, places=places)

    def where(self, index: int) -> str:
        """Return where a row lies."""
        return "{}{}".format(*self.places[index]) if self.places else ""


def encoded(portion: Portion, problems: Sequence[Problem] = ()) -> bytes:
    """Return the body of a request with these rows."""
    rows = ",".join(_encoded(portion.rows[begin : begin + ROWS]) for begin in range(0, len(portion.rows), ROWS))
    told = "," + _encode({"problems": [problem.told() for problem in problems]})[1:-1] if problems else ""
    return f'{{"columns":{_encode(list(portion.columns))},"rows":[{rows}]{told}}}'.encode("utf-8", "replace")


def _encoded(rows: list[Row]) -> str:
    give_way()
    return _encode(rows)[1:-1]


def encoded_keys(portion: Portion) -> bytes:
    """Return the body of a probe for these rows."""
    return ('{"keys":' + _encode(portion.keys()) + "}").encode()
