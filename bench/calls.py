"""The list of calls with a million of them: its first page, a customer's calls, the search for a number or a name.

Asked as the browser asks (`web_search_read` with the list's own columns, counting as far as the list does), each time
with an empty cache, as a supervisor who sees all calls and as an employee who sees the own ones.
"""

from __future__ import annotations

from bench.report import Row, spread
from bench.shell import Database

CALLS, CONTACTS = 1_000_000, 20_000
GOALS = {"first page": 100, "customer's calls": 50, "number": 200, "name": 200}  # ms
WORDS = {
    "first page": "calls: first page", "customer's calls": "calls: of a customer", "number": "calls: search a number",
    "name": "calls: search a name",
}  # fmt: skip


def rows_of(told: dict) -> list[Row]:
    """p50, p95 and the worst of each question, beside its limit."""
    rows = []
    for who, questions in told.items():
        for question, seconds in questions.items():
            ms = [1000 * one for one in seconds]
            rows += spread(f"{WORDS[question]}, {who}", ms, peers={"p95": ("limit", GOALS[question])})
    return rows


def main(count: int = 100) -> list[Row]:
    """Make the calls, ask each question `count` times."""
    with Database() as database:
        return rows_of(database.measure("bench.inside.calls", contacts=CONTACTS, calls=CALLS, count=count))
