"""`./run stop`: stops everything that a demo of this checkout started; its data stays in the cache."""

from __future__ import annotations

import argparse

from sandbox import running
from sandbox.say import say


def main(argv: list[str]) -> int:
    """Stops the demo, in the reverse order of its start."""
    argparse.ArgumentParser(prog="run stop", description=__doc__).parse_args(argv)
    names = running.stop_all()
    say("stop", f"stopped {', '.join(names)}" if names else "nothing was running")
    return 0
