"""`./run replay <file>`: what the agent makes of recorded AMI traffic (`pbx-agent replay`, in the sandbox's Python)."""

from __future__ import annotations

import subprocess

from sandbox import provision, venv
from sandbox.paths import AGENT


def main(argv: list[str]) -> int:
    """Hands the arguments to `pbx-agent replay` and returns its exit code."""
    provision.tools()
    argv = [str(venv.python()), "-m", "pbx_agent", "replay", *argv]
    return subprocess.run(argv, env=venv.environment(AGENT), check=False).returncode
