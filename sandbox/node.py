"""The JavaScript linters: npm packages in the cache, at the versions of package.json."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from sandbox import programs, system
from sandbox.paths import ROOT, cache
from sandbox.say import say

PACKAGES = ROOT / "sandbox" / "package.json"


def ensure() -> Path:
    """Installs the packages when they are missing or package.json has changed; returns the folder node_modules."""
    programs.ensure_node()
    folder = cache("node")
    stamp, wanted = folder / "stamp", hashlib.sha256(PACKAGES.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copy(PACKAGES, folder)
        say("npm", "installing the JavaScript linters")
        npm = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
        system.run(npm, "installing npm packages (is the npm registry reachable?)", cwd=folder, env=dict(os.environ))
        stamp.write_text(wanted)
    return folder / "node_modules"
