"""Keys that Odoo is known to have."""

from __future__ import annotations

from pbx_agent.cdr.known import Known


def test_only_what_may_be_read_again_is_remembered():
    known = Known(3600.0)
    known.add([("old", 1000.0), ("new", 99_000.0), ("undated", None)], 100_000.0)
    assert "old" not in known and "new" in known and "undated" in known and known
    known.add([], 120_000.0)
    assert "new" not in known and "undated" in known
    nothing = Known(0.0)
    nothing.add([("a", None)], 5.0)
    assert "a" not in nothing and not nothing
