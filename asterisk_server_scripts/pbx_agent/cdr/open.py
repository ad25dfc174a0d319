"""From a section of the configuration to the reader of that store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .cdr_rows import CdrRows
from .cel_rows import CelRows
from .columns import CEL_CSV
from .csv_source import CsvSource
from .dialect import Dialect
from .mysql import Mysql
from .postgresql import Postgresql
from .settings import PORTS, Store
from .source import Shaper, Source
from .sql_source import SqlSource
from .sqlite_source import SqliteSource
from .zone import StoreZone


def source(store: Store, flow: str) -> Source:
    """Implements `cdr.open_source`."""
    zone = StoreZone(store.zone)

    def make(names: Sequence[str]) -> Shaper:
        return CdrRows(names, zone) if flow == "cdr" else CelRows(names, zone)

    if store.source == "csv":
        names = store.columns or (CEL_CSV if flow == "cel" else ())
        return CsvSource(Path(store.path), names, zone, make)
    if store.source == "sqlite":
        return SqliteSource(Path(store.path), store.table, zone, make)
    if store.source in _DIALECTS:
        dialect = _DIALECTS[store.source](store)
        return SqlSource(dialect, store.source, store.table, store.overlap_hours * 3600, zone, make)
    raise ValueError("source is none: there is no store")


def _postgresql(store: Store) -> Dialect:
    connection = {
        "host": store.host,
        "port": store.port or PORTS["postgresql"],
        "user": store.user,
        "dbname": store.database,
    }
    return Postgresql(store.table, {**connection, **({"password": store.password} if store.password else {})})


def _mysql(store: Store) -> Dialect:
    where = {"unix_socket": store.host} if store.host.startswith("/") else {"host": store.host}
    connection = {**where, "port": store.port or PORTS["mysql"], "user": store.user, "database": store.database}
    return Mysql(store.table, {**connection, "password": store.password})


_DIALECTS = {"postgresql": _postgresql, "mysql": _mysql}
