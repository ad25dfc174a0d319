"""PostgreSQL, by psycopg2 (LGPL), which the extra `postgresql` brings, or Debian's python3-psycopg2."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from .dialect import CONNECT_SECONDS, STATEMENT_SECONDS, Column, Lost, Texts, quote, quote_parts
from .pace import ROWS

try:
    import psycopg2
    import psycopg2.extensions
except ImportError:  # a PBX without PostgreSQL does not need it
    psycopg2 = None  # type: ignore[assignment]

#: In each session: nothing is written, nothing takes for ever, times and their texts are as `zone` reads them.
OPTIONS = (
    f"-c default_transaction_read_only=on -c statement_timeout={STATEMENT_SECONDS}s -c timezone=UTC -c datestyle=ISO"
)
_COLUMNS = """
SELECT a.attname, EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indkey[0] = a.attnum)::text,
       t.typname
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
 WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
_TIMES = ("timestamptz", "timestamp")
_TEXTS = ("text", "varchar", "bpchar", "name")


class Postgresql:
    """Implements `dialect.Dialect`.

    :param table: its name, with its schema or without, checked
    :param connection: host, port, user, password, dbname for psycopg2
    """

    def __init__(self, table: str, connection: dict[str, Any]) -> None:
        if psycopg2 is None:
            raise ValueError("PostgreSQL needs psycopg2: apt install python3-psycopg2, or pip install psycopg2-binary")
        self.name = str(connection.get("dbname", ""))
        self._table = quote_parts(table, '"')
        self._values = connection
        self._connection: Any = None

    def columns(self) -> list[Column]:
        """Return the table's columns in its order, none: there is no such table. :raises Lost:"""
        rows = [row for rows in self._run(_COLUMNS, [self._table.replace("%%", "%")]) for row in rows]
        return [
            Column(name, indexed == "true", kind in _TIMES + _TEXTS, kind == "timestamptz")
            for name, indexed, kind in rows
        ]

    def quoted(self, column: str) -> str:
        """Return a column's name as a part of a statement."""
        return quote(column, '"')

    def text(self, column: Column) -> str:
        """Return an expression for the column's text, "" for null."""
        return f"coalesce({self.quoted(column.name)}::text, '')"

    def select(self, expressions: Sequence[str], rest: str, values: Sequence[object] = ()) -> Iterator[list[Texts]]:
        """Select texts from the table. :raises Lost:"""
        return self._run(f"SELECT {', '.join(expressions)} FROM {self._table} {rest}", values)

    def close(self) -> None:
        """Disconnect."""
        if self._connection is not None:
            with contextlib.suppress(psycopg2.Error):
                self._connection.close()
        self._connection = None

    def _run(self, statement: str, values: Sequence[object]) -> Iterator[list[Texts]]:
        try:
            cursor = self._connect().cursor()
            cursor.execute(statement, list(values))
        except psycopg2.Error as error:
            self.close()
            raise Lost(_words(error)) from None
        return self._rows(cursor)

    def _rows(self, cursor: Any) -> Iterator[list[Texts]]:
        with cursor:
            while rows := cursor.fetchmany(ROWS):
                yield rows

    def _connect(self) -> Any:
        if self._connection is not None:
            return self._connection
        connection = psycopg2.connect(
            **self._values, connect_timeout=CONNECT_SECONDS, options=OPTIONS, application_name="pbx-agent",
            keepalives_idle=30,
        )  # fmt: skip
        connection.autocommit = True
        if connection.get_parameter_status("server_encoding") == "SQL_ASCII":
            # Nobody has checked what is in there.
            kinds = psycopg2.extensions.UNICODE.values + psycopg2.extensions.BYTES.values
            lenient = psycopg2.extensions.new_type(kinds, "LENIENT", _lenient)
            psycopg2.extensions.register_type(lenient, connection)
            connection.set_client_encoding("LATIN1")
        else:
            connection.set_client_encoding("UTF8")
        self._connection = connection
        return connection


def _lenient(value: str | None, _cursor: object) -> str:
    """The bytes came as Latin-1, one character each; what is no UTF-8 among them becomes U+FFFD."""
    return (value or "").encode("latin-1").decode("utf-8", "replace")


def _words(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
