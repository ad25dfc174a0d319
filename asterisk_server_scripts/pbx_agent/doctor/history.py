"""The hop of yesterday's calls: can the PBX's own records be read, and how far has the agent come?

Everything is opened for reading only; the agent that works with it must not notice.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from pathlib import Path

from ..cdr import open as stores
from ..cdr.settings import Store
from ..cdr.source import StoreTrouble
from ..config import Config
from .findings import Finding, fails, note, ok

STATE = "history.sqlite"
DAY = 86400.0
_HOPS = {"cdr": "call records", "cel": "channel events"}


def look(config: Config) -> list[Finding]:
    """Open each store that the configuration names. Blocks."""
    findings = [_look_at(flow, store, config) for flow, store in (("cdr", config.cdr), ("cel", config.cel))]
    return [finding for finding in findings if finding is not None]


def _look_at(flow: str, store: Store, config: Config) -> Finding | None:
    hop = _HOPS[flow]
    if not store.is_used:
        return None if flow == "cel" else _none_of_it(hop)
    try:
        source = stores.source(store, flow)
    except ValueError as error:  # its driver is not installed
        return fails(hop, str(error), "install it beside the agent, then look again")
    with contextlib.closing(source):
        trouble = source.check()
        if trouble and store.path and not Path(store.path).exists():
            return note(hop, trouble[0], "call somebody, then look again")
        if trouble:
            return fails(hop, trouble[0], f"mend it, or section [{flow}] of the configuration: docs/history.md")
        try:
            rows = sum(source.count_days(_day(time.time() - DAY)).values())
        except StoreTrouble as error:
            return fails(hop, str(error), f"section [{flow}] of the configuration: docs/history.md")
    words = f"{source.kind} {store.path or source.name}, {rows} rows since yesterday"
    through = _through(Path(config.state_dir) / STATE, flow, f"{source.kind}:{source.name}")
    if through is None:
        return note(hop, f"{words}; Odoo has none of them yet", "start the agent, it reads all of them")
    return ok(hop, f"{words}; Odoo has them up to {time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(through))} UTC")


def _none_of_it(hop: str) -> Finding:
    words = "the agent does not read them: Odoo has only the calls that it saw"
    return note(hop, words, "say in section [cdr] of the configuration where the PBX keeps them: docs/history.md")


def _day(moment: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(moment))


def _through(path: Path, flow: str, store: str) -> float | None:
    """Return the newest moment that Odoo has, None where nothing was read or told."""
    # Without an agent at work nothing changes the file; opened as such, SQLite makes none beside it.
    how = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "mode=ro&immutable=1"
    query = "SELECT through FROM position WHERE flow = ? AND store = ?"
    try:
        uri = f"{path.absolute().as_uri()}?{how}"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=2.0)) as database:
            row = database.execute(query, (flow, store)).fetchone()
    except sqlite3.Error:
        return None
    return row[0] if row else None
