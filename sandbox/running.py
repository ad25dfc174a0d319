"""What a demo of this checkout has running: so that another `./run` can find it, and `./run stop` can end it."""

from __future__ import annotations

import shutil
from pathlib import Path

from sandbox.paths import cache
from sandbox.process import Process, read_state

FOLDERS = "folders"


def state_dir() -> Path:
    """Folder for the state files of the demo's processes: give it to Cluster, Odoo, Asterisk and spawn."""
    return cache("demo", "state")


def remember_folder(folder: Path) -> None:
    """Notes a temporary folder of the demo, to be removed when it is stopped."""
    state_dir().mkdir(parents=True, exist_ok=True)
    with state_dir().joinpath(FOLDERS).open("a") as file:
        file.write(f"{folder}\n")


def processes() -> list[Process]:
    """The recorded processes that still run, the one started last first."""
    found = [read_state(path) for path in sorted(state_dir().glob("*.json"))]
    return sorted((process for process in found if process and process.alive()), key=lambda one: -one.started)


def stop_all() -> list[str]:
    """Stops everything in the reverse order of starting, removes temporary folders and state; returns the names."""
    names = []
    for process in processes():
        process.stop(seconds=30)
        names.append(process.name)
    notes = state_dir() / FOLDERS
    for line in notes.read_text().splitlines() if notes.exists() else []:
        shutil.rmtree(line, ignore_errors=True)
    shutil.rmtree(state_dir(), ignore_errors=True)
    return names
