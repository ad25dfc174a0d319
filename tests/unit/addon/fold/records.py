"""Records of the scenarios, as Asterisk wrote them, and what the tracker says of the same calls."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from addon_tools.fold.table import read_events, read_rows

SCENARIOS = Path(__file__).resolve().parents[3] / "scenarios"
#: the sandbox's phones
DEVICES = {f"PJSIP/{number}": number for number in ("101", "102", "103", "104", "105")} | {"PJSIP/1052": "105"}


def names() -> list[str]:
    """The recorded scenarios."""
    return sorted(path.stem for path in (SCENARIOS / "records").glob("*.json"))


def table(columns: list[str], rows: list[list[str]]) -> str:
    """A CSV text with a header."""
    text = io.StringIO()
    csv.writer(text).writerows([columns, *rows])
    return text.getvalue()


def load(name: str):
    """(rows, events) of a scenario."""
    record = json.loads((SCENARIOS / "records" / f"{name}.json").read_text("utf-8"))
    return read_rows(table(record["cdr_columns"], record["cdr"])), read_events(
        table(record["cel_columns"], record["cel"])
    )


def seen_live(name: str) -> list[dict]:
    """The calls of the same scenario, as AMI told them."""
    return json.loads((SCENARIOS / f"{name}.json").read_text("utf-8"))["calls"]
