"""Traces of real calls and what the tracker must tell of them; `record.py` makes them, `test_scenarios` plays them."""
