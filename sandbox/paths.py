"""Where the sandbox keeps things.

The cache (`.sandbox/` in the checkout, or SANDBOX_CACHE) holds what is costly to make again. Running instances live in
short temporary folders, because the path of a unix socket must stay below 108 characters. PostgreSQL refuses root, and
Asterisk needs no root, so for root both run as another user: what they read must be reachable for everyone.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

from sandbox.say import SandboxError

ROOT = Path(__file__).resolve().parents[1]
ADDON = ROOT / "asterisk_connector"
AGENT = ROOT / "asterisk_server_scripts"
FAST = Path("/dev/shm")
FAST_NEEDS = 3 << 30


def reachable(path: Path) -> bool:
    """Whether every user may enter `path` (each folder on the way is open to others)."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


def _elsewhere() -> Path:
    """A root-owned folder outside a closed checkout (for example below /root), the same one for the same checkout."""
    tag = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
    folder = Path("/var/tmp") / f"asterisk-sandbox-{os.getuid()}-{tag}"
    folder.mkdir(mode=0o755, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise SandboxError(f"{folder} belongs to someone else; remove it or set SANDBOX_CACHE to a folder of yours")
    return folder


def cache(*parts: str) -> Path:
    """The cache folder, or a path in it; the folder itself is made when it is missing."""
    chosen = os.environ.get("SANDBOX_CACHE")
    folder = Path(chosen).resolve() if chosen else ROOT / ".sandbox"
    if os.getuid() == 0 and not chosen and not reachable(ROOT):
        target = _elsewhere()
        if not folder.exists():
            folder.unlink(missing_ok=True)  # a link whose target is gone
            folder.symlink_to(target)
        folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if os.getuid() == 0 and not reachable(folder):
        raise SandboxError(f"{folder} is closed to other users; choose an open folder with SANDBOX_CACHE")
    return folder.joinpath(*parts)


def is_fast(needed: int = FAST_NEEDS) -> bool:
    """Whether memory-backed storage with `needed` bytes to spare is at hand."""
    return FAST.is_dir() and os.access(FAST, os.W_OK) and shutil.disk_usage(FAST).free >= needed


def temporary(prefix: str = "pbx-", fast: bool = False) -> Path:
    """Makes a new short folder that other users may pass through but not list. The caller removes it.

    fast: in memory when there is enough of it, for databases and browsers of tests.
    """
    base = FAST if fast and is_fast() else Path("/tmp" if os.access("/tmp", os.W_OK) else tempfile.gettempdir())
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=base))
    folder.chmod(0o711)
    return folder
