"""`./run setup`: installs and builds what the other verbs need, and starts nothing."""

from __future__ import annotations

import argparse
import time

from sandbox import asterisk_source, mariadb, odoo_source, postgres, programs, provision, venv
from sandbox.paths import cache
from sandbox.say import say


def main(argv: list[str]) -> int:
    """Provisions everything and says where it lies."""
    argparse.ArgumentParser(prog="run setup", description=__doc__).parse_args(argv)
    begin = time.monotonic()
    provision.everything()
    for name, where in (
        ("cache", cache()),
        ("Python", venv.python()),
        ("PostgreSQL", postgres.binaries()),
        ("MariaDB", mariadb.root()),
        ("Odoo 19", odoo_source.find().python_path),
        ("Asterisk", asterisk_source.find().version),
        ("browser", programs.browser()),
    ):
        say(name, str(where))
    say("setup", f"ready after {time.monotonic() - begin:.0f} s")
    return 0
