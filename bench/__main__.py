"""`python -m bench [what …] [--json FILE] [--count N]`: runs benchmarks and prints one table."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from bench.machine import describe, load_row
from bench.report import table, write
from sandbox.say import SandboxError, complain, say

BENCHES = ("popup", "click", "route", "lookup", "agent", "cdr", "calls", "recordings")


def main(argv: list[str] | None = None) -> int:
    """Returns 0 when everything asked for was measured; goals that were missed are for the reader to see."""
    parser = argparse.ArgumentParser(prog="run bench", description=__doc__)
    parser.add_argument("what", nargs="*", choices=[*BENCHES, []], help=f"{', '.join(BENCHES)} (all)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there too")
    parser.add_argument("--count", type=int, default=100, help="how often each thing is measured (100)")
    args = parser.parse_args(argv)
    if args.count < 1:
        parser.error("--count must be at least 1")
    rows = [load_row("before")]
    for name in args.what or BENCHES:
        say("bench", name)
        rows += importlib.import_module(f"bench.{name}").main(args.count)
    rows.append(load_row("after"))
    print(describe())
    print(table(rows))
    if args.json:
        write(rows, args.json)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SandboxError as error:
        complain(str(error))
        sys.exit(1)
