"""The figures that the benchmarks print."""

import json

import pytest

from bench.report import Row, percentile, spread, table, write


def test_percentiles_are_values_that_were_measured():
    values = [float(n) for n in range(1, 101)]
    assert percentile(values, 0.5) == 50
    assert percentile(values, 0.95) == 95
    assert percentile([7.0], 0.95) == 7
    with pytest.raises(ValueError):
        percentile([], 0.5)


def test_a_figure_stands_beside_its_peer():
    rows = spread("popup", [10.0, 20.0, 30.0], peers={"p50": ("goal", 80.0)})
    assert [(row.metric, row.value) for row in rows] == [("p50", 20), ("p95", 30), ("max", 30)]
    assert rows[0].ratio == 0.25 and rows[1].ratio is None
    assert "goal" in table(rows)


def test_json_has_the_agreed_keys(tmp_path):
    write([Row("a", "p50", "ms", 3.0, "b", 6.0)], tmp_path / "rows.json")
    assert json.loads((tmp_path / "rows.json").read_text()) == [
        {"name": "a", "metric": "p50", "unit": "ms", "value": 3.0, "peer": "b", "peer_value": 6.0, "ratio": 0.5}
    ]
