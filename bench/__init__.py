"""Benchmarks: each figure of ours beside the peer's way of doing the same work, or a limit, measured in one run."""
