"""An Odoo that takes history, a CSV store, and real database servers, which start once when the first test asks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Callable

import pytest

from sandbox import mariadb, paths, postgres, provision
from sandbox.say import SandboxError
from tests.unit.agent.cdr.history_odoo import HistoryOdoo
from tests.unit.agent.cdr.records import CsvStore
from tests.unit.agent.cdr.tables import MysqlTable, PostgresTable, SqlTable


def _provide(find: Callable[[], object], ensure: Callable[[], None]) -> None:
    """Fetch a server's programs, unless they are there."""
    try:
        find()
    except SandboxError:
        with provision.lock():
            ensure()


@pytest.fixture
async def odoo():
    """It keeps what it is told of history."""
    async with HistoryOdoo() as fake:
        yield fake


@pytest.fixture
def store(tmp_path):
    """A folder with Asterisk's CSV file, still empty."""
    return CsvStore(tmp_path)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[postgres.Cluster]:
    _provide(postgres.binaries, postgres.ensure)
    folder = paths.temporary("pbx-p", fast=True)
    try:
        with postgres.Cluster(folder) as cluster:
            yield cluster
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def mysql_server() -> Iterator[mariadb.Mariadb]:
    _provide(mariadb.root, mariadb.ensure)
    server = mariadb.Mariadb(paths.temporary("pbx-m", fast=True))
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture
def postgresql_table(postgresql_server) -> Iterator[PostgresTable]:
    with PostgresTable(postgresql_server) as table:
        yield table


@pytest.fixture
def mysql_table(mysql_server) -> Iterator[MysqlTable]:
    with MysqlTable(mysql_server) as table:
        yield table


@pytest.fixture(params=["postgresql", "mysql"])
def table(request) -> SqlTable:
    """A table of detail records on either server."""
    return request.getfixturevalue(f"{request.param}_table")
