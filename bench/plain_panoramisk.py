"""The peer of `agent.py`: a program as its users write it with panoramisk, which counts what happens in calls.

`python -m bench.plain_panoramisk <port> <secret>`; it reads every event, parsed by panoramisk, and does nothing else.
"""

from __future__ import annotations

import sys

from panoramisk import Manager


def main(port: str, secret: str) -> None:
    """Run until it is ended."""
    manager = Manager(host="127.0.0.1", port=int(port), username="odoo", secret=secret)
    heard = {}

    def count(_manager: Manager, message) -> None:
        heard[message.event] = heard.get(message.event, 0) + 1

    manager.register_event("*", count)
    manager.connect(run_forever=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
