"""How the sandbox speaks: progress lines for the person in front of the terminal, and one error class."""

from __future__ import annotations

import sys
import threading

_lock = threading.Lock()


class SandboxError(Exception):
    """Something a person has to do or know; the text says what is missing and what to do."""


def say(part: str, text: str) -> None:
    """Prints one progress line, e.g. `[sandbox] Odoo 19: unpacking`. Safe from several threads."""
    with _lock:
        print(f"[sandbox] {part}: {text}", flush=True)


def complain(text: str) -> None:
    """Prints an error for the person on standard error."""
    with _lock:
        print(f"[sandbox] {text}", file=sys.stderr, flush=True)
