"""History: a million detail records from the PBX's file into Odoo, read again when Odoo knows them, and calls folded.

The agent is the real one, its store a file as `cdr_custom` writes it, Odoo commits each portion. What counts is how far
the agent's cursor, which moves after Odoo's commit, has come: from its first move to the end of the file. Scheduled
actions do not run meanwhile, so this is the import alone; the calls that come of it are measured for themselves.

Beside it, in the same database, what Odoo's `create` does with the very same rows in batches of 1,000.
"""

from __future__ import annotations

import sqlite3
import time
from itertools import cycle, islice
from pathlib import Path

from bench import store
from bench.process_facts import rss_mb
from bench.report import Row
from bench.shell import measure_in
from sandbox import addon_tools
from sandbox.paths import temporary
from sandbox.process import wait_for
from sandbox.say import SandboxError
from sandbox.world import DB, World

ROWS_EACH = 10_000  # rows for each of --count
PLAIN_EACH = 100
FOLDED_EACH = 200
TICK_SECONDS = 0.05
WAIT_SECONDS = 900
#: What a call needs in the PBX's file, by recorded scenario: most are plain, some are not.
MIX = ("incoming_answered", "incoming_answered", "outgoing_answered", "incoming_cancelled", "ring_group_answered")
IMPORT_GOAL, KNOWN_GOAL, FOLD_GOAL = 20_000, 100_000, 5_000  # rows/s, rows/s, calls/s
AGENT_GOAL, ODOO_GOAL = 150, 200  # MB


class Reading:
    """The agent reading a store of `rows` rows, watched."""

    def __init__(self, world: World, rows: int) -> None:
        self._world, self._rows = world, rows
        self._state = world.agent_config.parent / "history.sqlite"
        self.agent_mb = self.odoo_mb = 0.0

    def timed(self) -> float:
        """Let the agent read the store from its beginning; returns rows a second, of all but the first portions."""
        for tail in ("", "-wal", "-shm"):
            Path(f"{self._state}{tail}").unlink(missing_ok=True)
        before = rss_mb(self._world.odoo.process.popen.pid)
        self._world.start_agent()
        self._wait(lambda: self._read() > 0)
        first, begin = self._read(), time.monotonic()
        self._wait(lambda: self._watch(before) == self._rows)
        rate = (self._rows - first) / (time.monotonic() - begin)
        self._world.stop_agent()
        return rate

    def _wait(self, condition) -> None:
        if not wait_for(condition, WAIT_SECONDS, TICK_SECONDS):
            raise SandboxError(f"the agent has read {self._read()} of {self._rows} rows after {WAIT_SECONDS} s")

    def _read(self) -> int:
        """How many rows Odoo has acknowledged: the cursor's newest moment tells it."""
        try:
            with sqlite3.connect(f"file:{self._state}?mode=ro", uri=True) as database:
                found = database.execute("SELECT max(through) FROM position WHERE flow = 'cdr'").fetchone()
        except sqlite3.OperationalError:  # not made yet
            return 0
        return int((found[0] - store.BEGIN) // store.STEP) + 1 if found and found[0] else 0

    def _watch(self, before: float) -> int:
        self.agent_mb = max(self.agent_mb, rss_mb(self._world.agent.popen.pid))
        self.odoo_mb = max(self.odoo_mb, rss_mb(self._world.odoo.process.popen.pid) - before)
        return self._read()


def imported(world: World, rows: int) -> list[Row]:
    """Import, import again; the rows of the table."""
    world.stop_agent()
    path = world.folder / "Master.csv"
    store.write(path, rows)
    config = world.agent_config.read_text()
    world.agent_config.write_text(config.replace(str(world.asterisk.records("cdr")), str(path)))
    reading = Reading(world, rows)
    fresh = reading.timed()
    have = int(world.cluster.sql("SELECT count(*) FROM asterisk_cdr", DB))
    if have != rows:
        raise SandboxError(f"Odoo has {have} of {rows} rows")
    known = reading.timed()
    plain = measure_in(world.odoo, "bench.inside.cdr", rows=min(rows, PLAIN_EACH * 100))
    return [
        Row("cdr: import", "rate", "rows/s", round(fresh), "goal", IMPORT_GOAL),
        Row("cdr: import", "rate", "rows/s", round(fresh), "Odoo: create, 1,000 at a time", round(plain["rows"])),
        Row("cdr: known rows", "rate", "rows/s", round(known), "goal", KNOWN_GOAL),
        Row("cdr: agent's memory", "max", "MB", round(reading.agent_mb), "limit", AGENT_GOAL),
        Row("cdr: Odoo grew by", "max", "MB", round(reading.odoo_mb), "limit", ODOO_GOAL),
        Row("cdr: calls built", "rate", "1/s", round(plain["calls"]), "Odoo: create of them", round(plain["created"])),
    ]  # fmt: skip


def folded(calls: int) -> Row:
    """Fold so many calls, in portions as Odoo does."""
    addon_tools.load()
    from addon_tools.fold import fold

    from tests.unit.addon.fold.records import DEVICES, load

    scenarios = [load(name)[0] for name in MIX]
    portion, seconds = 500, 0.0
    for begin in range(0, calls, portion):
        rows = [
            again(row, begin + number)
            for number, scenario in enumerate(islice(cycle(scenarios), portion))
            for row in scenario
        ]
        started = time.perf_counter()
        told = fold(rows, (), DEVICES)
        seconds += time.perf_counter() - started
        if len(told) != portion:
            raise SandboxError(f"{portion} calls were folded into {len(told)}")
    return Row("cdr: fold", "rate", "calls/s", round(calls / seconds), "goal", FOLD_GOAL)


def again(row, number: int):
    """The row of another call of the same kind, later."""
    own = {name: f"{getattr(row, name)}{number:x}" for name in ("linkedid", "uniqueid", "channel", "dstchannel")}
    own["dstchannel"] = row.dstchannel and own["dstchannel"]
    times = {name: getattr(row, name) for name in ("start", "answer", "end")}
    later = {name: moment and moment + number * 10 for name, moment in times.items()}
    return row._replace(**own, **later)


def main(count: int = 100) -> list[Row]:
    """`10,000 × count` rows."""
    world = World(temporary("pbx-b", fast=True))
    world.odoo.options["max_cron_threads"] = 0
    with world:
        rows = imported(world, ROWS_EACH * count)
    return [*rows, folded(FOLDED_EACH * count)]
