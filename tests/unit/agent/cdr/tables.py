"""Tables of detail records on real servers, filled as a PBX fills them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg2
import pymysql

from pbx_agent.cdr import open_source
from pbx_agent.cdr.settings import Store
from tests.unit.agent.cdr.records import record

#: The columns of FreePBX, and of cdr_pgsql's example with what a PBX adds.
NAMES = (
    "calldate clid src dst dcontext channel dstchannel lastapp lastdata duration billsec disposition amaflags"
    " accountcode uniqueid userfield did recordingfile cnam linkedid sequence"
).split()
INTEGERS = ("duration", "billsec", "sequence")


class SqlTable:
    """A table `cdr`, with an index on calldate; `with` makes and drops it. Times are UTC."""

    kind = ""
    time_type = ""
    mark = ""

    def __enter__(self) -> SqlTable:
        self.connection = self.connect()
        self.make()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.connection.close()

    def connect(self) -> Any:
        """A new connection of the PBX."""
        raise NotImplementedError

    def make(self) -> None:
        raise NotImplementedError

    def sql(self, statement: str, values: Sequence[Any] = (), connection: Any = None) -> Any:
        """Run a statement and commit it, unless it is another connection's."""
        with (connection or self.connection).cursor() as cursor:
            cursor.execute(statement, list(values) or None)
            rows = cursor.fetchall() if cursor.description else None
        if connection is None:
            self.connection.commit()
        return rows

    def create(self, types: dict[str, str] | None = None, index: bool = True, text: str = "varchar(255)") -> None:
        """Make the table `cdr` anew. :param types: other types for columns"""
        types = {"calldate": self.time_type, **dict.fromkeys(INTEGERS, "int"), **(types or {})}
        columns = ", ".join(f"{self.mark}{name}{self.mark} {types.get(name, text)}" for name in self.names(types))
        self.sql("DROP TABLE IF EXISTS cdr")
        self.sql(f"CREATE TABLE cdr ({columns})")
        if index:
            self.sql("CREATE INDEX cdr_calldate ON cdr (calldate)")

    def names(self, types: dict[str, str]) -> list[str]:
        return [*NAMES, *(name for name in types if name not in NAMES)]

    def add(self, *numbers: int, connection: Any = None, **values: Any) -> None:
        """The PBX writes these records (see records.record)."""
        for number in numbers:
            row = {**record(number), "cnam": "Eva", "did": "+493055570100"}
            row["calldate"] = row["start"]
            row = {name: row[name] or None for name in NAMES} | values
            marks = ", ".join(["%s"] * len(row))
            names = ", ".join(f"{self.mark}{name}{self.mark}" for name in row)
            self.sql(f"INSERT INTO cdr ({names}) VALUES ({marks})", list(row.values()), connection)

    def settings(self, **values: Any) -> Store:
        raise NotImplementedError

    def source(self, flow: str = "cdr", **values: Any) -> Any:
        """The reader of this table."""
        return open_source(self.settings(**{"zone": "UTC", **values}), flow)


class PostgresTable(SqlTable):
    """A database of its own on a PostgreSQL cluster."""

    kind, time_type, mark = "postgresql", "timestamptz", '"'

    def __init__(self, cluster: Any) -> None:
        self.cluster = cluster

    def connect(self) -> Any:
        return psycopg2.connect(
            host=str(self.cluster.socket), user="odoo", dbname="postgres", options="-c timezone=UTC"
        )

    def make(self) -> None:
        self.create()

    def settings(self, **values: Any) -> Store:
        usual = {"source": self.kind, "host": str(self.cluster.socket), "user": "odoo", "database": "postgres"}
        return Store(**{**usual, **values})


class MysqlTable(SqlTable):
    """A database `asteriskcdrdb` on a MariaDB server, read by a user who may only SELECT."""

    kind, time_type, mark = "mysql", "datetime", "`"

    def __init__(self, server: Any) -> None:
        self.server = server

    def connect(self) -> Any:
        return pymysql.connect(
            unix_socket=str(self.server.socket), user="root", charset="utf8mb4", init_command=_SESSION
        )

    def make(self) -> None:
        self.sql("DROP DATABASE IF EXISTS asteriskcdrdb")
        self.sql("CREATE DATABASE asteriskcdrdb")
        self.sql("CREATE OR REPLACE USER agent@localhost IDENTIFIED BY 'secret'")
        self.sql("GRANT SELECT ON asteriskcdrdb.* TO agent@localhost")
        self.sql("USE asteriskcdrdb")
        self.create()

    def connect_again(self) -> Any:
        connection = self.connect()
        connection.select_db("asteriskcdrdb")
        return connection

    def settings(self, **values: Any) -> Store:
        usual = {
            "source": self.kind, "host": str(self.server.socket), "user": "agent", "password": "secret",
            "database": "asteriskcdrdb",
        }  # fmt: skip
        return Store(**{**usual, **values})


_SESSION = "SET sql_mode = '', time_zone = '+00:00'"
