"""Number → customer among 200,000 contacts, beside Odoo's own phone search and beside what other connectors do.

Same database, same contacts, same numbers, through the ORM where the way is one of the ORM. "found" is the share of
contacts that a way finds by the number that the carrier sends (E.164): people write numbers in many ways.
"""

from __future__ import annotations

from bench.report import Row, percentile, spread
from bench.shell import Database

CONTACTS = 200_000
GOAL = 1.0  # ms
PEERS = {
    "odoo =": "Odoo: phone_mobile_search =",
    "odoo ilike": "Odoo: phone_mobile_search ilike",
    "community": "connectors: replace(…) ilike",
}


def rows_of(told: dict) -> list[Row]:
    """Each way of ours beside the goal and beside each peer's way; how fast the table is filled and checked."""
    ms = {name: [1000 * seconds for seconds in way["seconds"]] for name, way in told["ways"].items()}
    found = {name: round(100 * way["found"], 1) for name, way in told["ways"].items()}
    rows = spread("number → owner (_owners)", ms["owners"], peers={"p95": ("goal", GOAL)})
    for name, words in PEERS.items():
        rows += _beside("number → owner (_owners)", ms["owners"], words, ms[name])
        rows.append(Row("  found", "share", "%", found["owners"], words, found[name]))
    rows += spread("  and what the popup shows (_candidates)", ms["candidates"])
    peer = ("Odoo: computing phone_sanitized", round(told["sanitized_rate"]))
    rows.append(Row("number table: fill", "rate", "rows/s", round(told["rows"] / told["fill_seconds"]), *peer))
    rows.append(Row("number table: check all", "rate", "rows/s", round(told["rows"] / told["check_seconds"]), *peer))
    return rows


def _beside(name: str, ours: list[float], peer: str, theirs: list[float]) -> list[Row]:
    shares = {"p50": 0.5, "p95": 0.95}
    return [
        Row(name, metric, "ms", round(percentile(ours, share), 3), peer, round(percentile(theirs, share), 3))
        for metric, share in shares.items()
    ]


def main(count: int = 100) -> list[Row]:
    """Make the contacts, fill the table, ask for `10 × count` of them."""
    with Database() as database:
        return rows_of(database.measure("bench.inside.lookup", contacts=CONTACTS, count=10 * count))
