"""Rows of the PBX's records, as the contract's example has them."""

from .common import contract

LINKEDID = "1764000000.10"
START = 1764000000.0


def rows_of(name="agent/cdr_rows"):
    """Return ``(columns, rows)`` of the contract's example, without the row that is refused."""
    request = contract(name)["request"]
    return request["columns"], request["rows"][:2]
