"""What PostgreSQL and MySQL do differently; `sql_source` knows the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

#: Connecting, and one statement, may take so long, seconds.
CONNECT_SECONDS = 5
STATEMENT_SECONDS = 120
Texts = Sequence[str]


class Column(NamedTuple):
    """A column: its name, whether an index begins with it, whether it holds times, and whether its texts are UTC."""

    name: str
    is_indexed: bool
    is_time: bool
    is_utc: bool = False


class Lost(Exception):
    """The server does not answer, or refuses; the message says in words why. The connection is made anew next time."""


class Dialect(Protocol):
    """One connection to one table of a server, made when it is needed; it cannot write."""

    name: str

    def columns(self) -> list[Column]:
        """Return the table's columns in its order, none: there is no such table. :raises Lost:"""

    def quoted(self, column: str) -> str:
        """Return a column's name as a part of a statement."""

    def text(self, column: Column) -> str:
        """Return an expression for the column's text, "" for null."""

    def select(self, expressions: Sequence[str], rest: str, values: Sequence[object] = ()) -> Iterator[list[Texts]]:
        """Select expressions that are texts from the table, with the `rest` of the statement (WHERE … with %s).

        All is here before the first row is given, so nothing is held on the server. :raises Lost:
        """

    def close(self) -> None:
        """Disconnect."""


def quote_parts(table: str, mark: str) -> str:
    """Return a table's name, with its schema or without, each part in quotes; percent signs are doubled for drivers."""
    return ".".join(quote(part, mark) for part in table.split("."))


def quote(name: str, mark: str) -> str:
    """Return a name in quotes."""
    return mark + name.replace(mark, mark * 2).replace("%", "%%") + mark
