"""History: the PBX's own detail records (CDR) and channel events (CEL), read from where the PBX keeps them.

One reader a store, all with the same interface (`source.Source`): `csv_source`, `sqlite_source`, `sql_source` with its
dialects `postgresql` and `mysql`. Each gives portions of rows and a cursor that says where it goes on; `sync` sends
them to Odoo and keeps the cursor once Odoo has committed; `history` says when.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .settings import Store
    from .source import Source


def open_source(store: Store, flow: str = "cdr") -> Source:
    """Return the reader of a store; nothing is opened yet, its `check()` says in words whether it can be read.

    :param store: a section of the configuration, `Config.cdr` or `Config.cel`, whose `is_used` is true
    :param flow: what is in it: ``cdr`` or ``cel``
    :raises ValueError: the zone is unknown, or the database's driver is not installed; the message says what to do
    """
    from . import open  # the configuration reads its sections without loading drivers of databases

    return open.source(store, flow)
