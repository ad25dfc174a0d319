"""Rows of figures, as a table for people and as JSON for machines."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One figure.

    :param name: of the benchmark, `metric` of the figure (`p95`), `unit` (`ms`)
    :param value: ours; `peer_value` what `peer` needs for the same, or the limit that `peer` names; None without one
    """

    name: str
    metric: str
    unit: str
    value: float
    peer: str = ""
    peer_value: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours through the peer's, three digits of it."""
        return float(f"{self.value / self.peer_value:.3g}") if self.peer_value else None


def percentile(values: list[float], share: float) -> float:
    """The smallest of `values` that is not below `share` (0 to 1) of them (nearest-rank method)."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    return ordered[max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1)]


def spread(
    name: str, values: list[float], unit: str = "ms", peers: dict[str, tuple[str, float]] | None = None
) -> list[Row]:
    """p50, p95 and the worst of `values`; peers: metric → (its name, its figure)."""
    figures = {"p50": percentile(values, 0.5), "p95": percentile(values, 0.95), "max": max(values)}
    peers = peers or {}
    return [Row(name, metric, unit, round(value, 2), *peers.get(metric, ())) for metric, value in figures.items()]


def table(rows: list[Row]) -> str:
    """The rows, aligned."""
    head = ("what", "metric", "unit", "ours", "beside", "its", "ratio")
    lines = [head]
    for row in rows:
        peer = "" if row.peer_value is None else f"{row.peer_value:g}"
        ratio = "" if row.ratio is None else f"{row.ratio:g}"
        lines.append((row.name, row.metric, row.unit, f"{row.value:g}", row.peer, peer, ratio))
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def write(rows: list[Row], path: Path) -> None:
    """Write the rows as a JSON list of `{name, metric, unit, value, peer, peer_value, ratio}`."""
    path.write_text(json.dumps([{**asdict(row), "ratio": row.ratio} for row in rows], indent=1) + "\n")
