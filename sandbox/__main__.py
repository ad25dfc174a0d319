"""`./run <verb> [...]`: picks the verb and gives it the rest of the command line."""

from __future__ import annotations

import argparse
import importlib
import signal
import sys

from sandbox.say import SandboxError, complain

VERBS = {
    "demo": "start Odoo, Asterisk, the agent and simulated phones with demo data",
    "call": "make a simulated call in the running demo: call <from> [<to>]",
    "test": "run the tests: test [unit|odoo|js|e2e|faults] [arguments for pytest or Odoo]",
    "bench": "run the benchmarks",
    "lint": "check style and well-formedness of every file",
    "replay": "feed recorded AMI traffic to the agent and print what it makes of it",
    "fold": "tell the calls of exported detail records: fold CDR [--cel CEL]",
    "translate": "write the terms of the addon anew into its i18n files",
    "setup": "only install and build what the other verbs need",
    "stop": "stop everything that a demo of this checkout started",
}


def parser() -> argparse.ArgumentParser:
    """The command line of `./run`: one verb; what follows belongs to the verb."""
    lines = "\n".join(f"  {verb:<8}{text}" for verb, text in VERBS.items())
    result = argparse.ArgumentParser(
        prog="run", description=f"verbs:\n{lines}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    result.add_argument("verb", choices=sorted(VERBS), metavar="verb")
    result.add_argument("rest", nargs=argparse.REMAINDER, metavar="...")
    return result


def main(argv: list[str] | None = None) -> int:
    """Runs one verb; returns the process's exit code. A SandboxError becomes one readable line, not a traceback."""
    args = parser().parse_args(argv)
    # Who is started in the background of a script ignores SIGINT, and so would all children, who are ended by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # SystemExit runs the clean-up of `with` blocks
    try:
        verb = importlib.import_module(f"sandbox.verbs.{args.verb}")
        return verb.main(args.rest)
    except SandboxError as error:
        complain(str(error))
        return 1
    except KeyboardInterrupt:
        complain("interrupted")
        return 130


if __name__ == "__main__":
    sys.exit(main())
