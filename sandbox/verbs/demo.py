"""`./run demo`: sets up what is missing, then has a whole telephone company running on this machine.

PostgreSQL, Odoo 19 with the addon and a demo company, Asterisk, the agent, five employees' phones and a carrier, from
which a customer calls every now and then. Ports: ODOO_PORT (8069), SIP_PORT (5060), AMI_PORT (5038) and
CARRIER_PORT (5080).
"""

from __future__ import annotations

import argparse
import json
import socket

from sandbox import provision, running
from sandbox.paths import temporary
from sandbox.process import chosen_port
from sandbox.say import say
from sandbox.world import World

PORTS = {
    "ODOO_PORT": (8069, socket.SOCK_STREAM),
    "AMI_PORT": (5038, socket.SOCK_STREAM),
    "SIP_PORT": (5060, socket.SOCK_DGRAM),
    "CARRIER_PORT": (5080, socket.SOCK_DGRAM),
}
FACTS = "demo.json"
# Eva Braun, Lena Huber or her company (one number), Janis Ozols, a lead, and somebody nobody knows.
CALLERS = ("+493023456711", "+49894567890", "+37129123456", "+494212345670", "+4969123456")

ADVICE = """
Odoo:      {url}
People:    anna, boris (sales), clara (accounting), dmitri (support), elena (supervisor); admin
           The password is the login.

Try first
  1. Sign in as anna and wait, or make somebody call:   ./run call +493023456711
     The popup shows who it is; Anna's phone answers by itself after some seconds.
  2. Sign in as boris in another browser: both are told, and Boris learns who answered.
  3. Open a customer in Contacts and click "Call" beside the number: Anna's phone rings, then the customer's.
     Numbers that end in 0486 are busy, in 0408 nobody answers, in 0404 do not exist.
  4. Telephony shows every call; ./run call +49894567890 is a number that belongs to two customers.

A customer calls every minute or so. ./run stop ends it all.
"""


def main(argv: list[str]) -> int:
    """Starts the demo, or tells where it runs already."""
    parser = argparse.ArgumentParser(
        prog="run demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quiet", action="store_true", help="nobody calls by himself")
    args = parser.parse_args(argv)
    facts = running.state_dir() / FACTS
    if running.processes() and facts.exists():
        say("demo", "runs already")
        print(ADVICE.format(**json.loads(facts.read_text())))
        return 0
    running.stop_all()
    ports = {name: chosen_port(name, default, kind) for name, (default, kind) in PORTS.items()}
    provision.everything()
    world = begin(ports, None if args.quiet else CALLERS)
    facts.write_text(json.dumps({"url": world.odoo.url, "control": str(world.control_socket)}))
    print(ADVICE.format(url=world.odoo.url))
    return 0


def begin(ports: dict[str, int], callers: tuple[str, ...] | None) -> World:
    """Starts a world that outlives this command, with its phones; what was started is stopped when a part fails."""
    folder = temporary("pbx-demo-")
    running.remember_folder(folder)
    world = World(folder, ports, running.state_dir(), durable=True)
    try:
        world.start()
        say("phones", "101 to 105 and a carrier")
        world.start_office({"callers": [{"number": number} for number in callers]} if callers else None)
    except BaseException:
        running.stop_all()
        raise
    return world
