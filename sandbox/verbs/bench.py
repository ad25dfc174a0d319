"""`./run bench [what] [--json FILE]`: measures, and prints each figure beside a peer's or a goal, from the same run."""

from __future__ import annotations

import subprocess

from sandbox import provision, venv
from sandbox.paths import AGENT, ROOT


def main(argv: list[str]) -> int:
    """Provisions, then hands over to `python -m bench`."""
    provision.everything()
    provision.addon_template()
    environment = venv.environment(ROOT, AGENT)
    return subprocess.run([venv.python(), "-m", "bench", *argv], cwd=ROOT, env=environment, check=False).returncode
