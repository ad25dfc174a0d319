"""MySQL and MariaDB, by PyMySQL (MIT, pure Python), which the extra `mysql` brings, or Debian's python3-pymysql."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from .dialect import CONNECT_SECONDS, STATEMENT_SECONDS, Column, Lost, Texts, quote, quote_parts
from .pace import ROWS

try:
    import pymysql
    from pymysql.converters import encoders
except ImportError:  # a PBX without MySQL does not need it
    pymysql = None  # type: ignore[assignment]

#: Said in each session: nothing is written, times of kind TIMESTAMP are UTC, old dates are no error.
SESSION = ("SET SESSION TRANSACTION READ ONLY", "SET SESSION time_zone = '+00:00', sql_mode = ''")
_COLUMNS = """
SELECT COLUMN_NAME, COLUMN_KEY, DATA_TYPE FROM information_schema.COLUMNS
 WHERE TABLE_NAME = %s AND TABLE_SCHEMA = coalesce(%s, database()) ORDER BY ORDINAL_POSITION
"""
_TIMES = ("datetime", "timestamp", "varchar", "char")


class Mysql:
    """Implements `dialect.Dialect`. Rows come as one value each, their texts joined by NUL, which no text of Asterisk
    holds: the driver is slow for each value. Texts are taken as the bytes that are stored, whatever character set the
    table claims: Asterisk writes UTF-8 in any case.

    :param table: its name, with its database or without, checked
    :param connection: host, port or unix_socket, user, password, database for PyMySQL
    """

    def __init__(self, table: str, connection: dict[str, Any]) -> None:
        if pymysql is None:
            raise ValueError("MySQL needs PyMySQL: apt install python3-pymysql, or pip install PyMySQL")
        self.name = str(connection.get("database", ""))
        self._names = table.split(".")
        self._table = quote_parts(table, "`")
        self._values = connection
        self._connection: Any = None

    def columns(self) -> list[Column]:
        """Return the table's columns in its order, none: there is no such table. :raises Lost:"""
        schema = self._names[0] if len(self._names) > 1 else None
        rows = self._run(_COLUMNS, [self._names[-1], schema])
        texts = [[_lenient(value) for value in row] for row in rows]
        return [
            Column(name, bool(key), kind.lower() in _TIMES, kind.lower() == "timestamp") for name, key, kind in texts
        ]

    def quoted(self, column: str) -> str:
        """Return a column's name as a part of a statement."""
        return quote(column, "`")

    def text(self, column: Column) -> str:
        """Return an expression for the column's text, "" for null."""
        text = f"CAST({self.quoted(column.name)} AS BINARY)"
        return f"COALESCE(CONCAT({text}, '+00'), '')" if column.is_utc else f"COALESCE({text}, '')"

    def select(self, expressions: Sequence[str], rest: str, values: Sequence[object] = ()) -> Iterator[list[Texts]]:
        """Select texts from the table. :raises Lost:"""
        joined = f"CONCAT_WS(CHAR(0), {', '.join(expressions)})"
        rows = self._run(f"SELECT {joined} FROM {self._table} {rest}", values)
        return (
            [_lenient(row[0]).split("\0") for row in rows[begin : begin + ROWS]] for begin in range(0, len(rows), ROWS)
        )

    def close(self) -> None:
        """Disconnect."""
        if self._connection is not None:
            with contextlib.suppress(pymysql.Error, OSError):
                self._connection.close()
        self._connection = None

    def _run(self, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        try:
            with self._connect().cursor() as cursor:
                cursor.execute(statement, list(values))
                return cursor.fetchall()
        except (pymysql.Error, OSError) as error:
            self.close()
            raise Lost(_words(error)) from None

    def _connect(self) -> Any:
        if self._connection is not None:
            return self._connection
        connection = pymysql.connect(
            **self._values, charset="utf8mb4", use_unicode=False, conv=dict(encoders), autocommit=True,
            connect_timeout=CONNECT_SECONDS, read_timeout=STATEMENT_SECONDS, write_timeout=STATEMENT_SECONDS,
        )  # fmt: skip
        with connection.cursor() as cursor:
            for statement in SESSION:
                cursor.execute(statement)
        self._connection = connection
        return connection


def _lenient(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "replace")


def _words(error: Exception) -> str:
    words = error.args[1] if len(error.args) > 1 else error
    return " ".join(str(words).split()) or type(error).__name__
