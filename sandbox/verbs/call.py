"""`./run call <from> [<to>]`: a call in the running demo.

from: a customer's number (the carrier brings it) or one of the phones 101 to 105. to: an extension, one of the
company's numbers, or any number; without it the sales line.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from sandbox import running
from sandbox.phones.control import ask
from sandbox.say import SandboxError, say
from sandbox.verbs.demo import FACTS


def main(argv: list[str]) -> int:
    """Places the call and says what was done."""
    parser = argparse.ArgumentParser(
        prog="run call", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("caller", metavar="from")
    parser.add_argument("to", nargs="?")
    parser.add_argument("--seconds", type=float, default=60, help="how long to talk (60)")
    parser.add_argument("--name", default="", help="the display name the carrier tells")
    parser.add_argument("--withheld", action="store_true", help="the caller hides his number")
    args = parser.parse_args(argv)
    facts = running.state_dir() / FACTS
    if not facts.exists():
        raise SandboxError("no demo is running; start one with ./run demo")
    request = {"do": "call", "from": args.caller, "seconds": args.seconds, "name": args.name, "withheld": args.withheld}
    if args.to:
        request["to"] = args.to
    try:
        answer = ask(Path(json.loads(facts.read_text())["control"]), request)
    except (ConnectionError, RuntimeError) as error:
        raise SandboxError(str(error)) from error
    say("call", f"{args.caller} calls {answer['number']}")
    return 0
