"""Recordings as setup finds them: where they lie, how they are named, and what stands in the way of sending them.

Nothing is switched on here: whether conversations may be recorded and sent is the admin's to decide.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from ..files import Owner, acting_as
from ..recordings import encoders
from ..recordings.names import named
from ..recordings.settings import FORMATS, Folder
from .asterisk_reading import lines_of, section

SPOOL = "/var/spool/asterisk"
#: Where PBXs that bring their own machine keep them (README, "Recordings").
ELSEWHERE = (
    "/storage/usbdisk1/mikopbx/astspool/monitor",
    "/storage/usbdisk1/mikopbx/voicemailarchive/monitor",
    "/storage/usbdisk1/askoziapbx/voicemailarchive/monitor",
)
#: So many names are looked at, the newest days first.
MOST_NAMES = 2000
#: Which layout a name is of that fits several: Askozia's pattern takes nearly any.
_EXACTNESS = ("freepbx", "mikopbx", "plain", "askozia")
_CALLS_US = re.compile(r"odoo-record\s*[,^]\s*s\s*[,^]\s*1")


def find(folder: Path, elsewhere: tuple[str, ...] = ELSEWHERE) -> Folder | None:
    """Return where a PBX has recordings and how it names them, None: it has none so far.

    :param folder: Asterisk's configuration folder
    """
    spool = section(lines_of(folder, "asterisk.conf"), "directories").get("astspooldir") or SPOOL
    for place in (f"{spool}/monitor", *elsewhere):
        layouts = _layouts(Path(place))
        if layouts and os.path.isabs(place):
            return Folder(place, layouts[0])
    return None


def proposal(settings: Folder, found: Folder | None) -> str:
    """Return what may be said in the configuration that says nothing of recordings, "" for nothing."""
    if settings.is_used or found is None:
        return ""
    return f"[recordings] folder = {found.folder}, layout = {found.layout}: write this into agent.conf to send them"


def advice(settings: Folder, folder: Path, owner: Owner | None) -> Iterator[str]:
    """Yield what is to be done so that the configured recordings are sent.

    :param folder: Asterisk's configuration folder
    :param owner: whom the agent runs as, None: whoever runs setup
    """
    if not settings.is_used:
        return
    place = Path(settings.folder)
    if not place.is_dir():
        yield f"[recordings]: {place} is no folder. Correct it in the agent's configuration"
        return
    layouts = _layouts(place)
    if layouts and settings.layout not in (*layouts, "askozia"):
        yield f"[recordings]: the files in {place} are named as {layouts[0]}, not as {settings.layout}: correct layout"
    if settings.layout == "plain" and not _is_recorded(folder):
        yield "nothing is recorded: no dialplan calls odoo-record. How it does: the agent's README, Recordings"
    yield from _rights(place, settings, owner)
    yield from _programs(settings)


def _layouts(place: Path) -> list[str]:
    """How the files in `place` are named, the layout that says most first; none when there are none."""
    names = islice(_names(place), MOST_NAMES)
    found = {next((layout for layout in _EXACTNESS if named(name, layout)), "") for name in names}
    return [layout for layout in _EXACTNESS if layout in found]


def _names(root: Path) -> Iterator[str]:
    """Yield the paths below a folder, the newest days first."""
    waiting = [""]
    while waiting:
        below = waiting.pop()
        with contextlib.suppress(OSError), os.scandir(root / below) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                path = f"{below}/{entry.name}" if below else entry.name
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(path)
                else:
                    yield path


def _is_recorded(folder: Path) -> bool:
    """Whether a dialplan calls odoo-record: Asterisk's own, or what cannot be read here (AEL, Lua, a database)."""
    if (folder / "extensions.lua").exists() or _CALLS_US.search("\n".join(lines_of(folder, "extensions.ael"))):
        return True
    return any(_CALLS_US.search(line) for line in lines_of(folder, "extensions.conf"))


def _rights(place: Path, settings: Folder, owner: Owner | None) -> Iterator[str]:
    with acting_as(owner) if owner and os.geteuid() == 0 else contextlib.nullcontext():
        may_read = os.access(place, os.R_OK | os.X_OK, effective_ids=True)
        may_delete = os.access(place, os.W_OK, effective_ids=True)
    if not may_read:
        yield f"the agent may not read {place}: usermod -aG asterisk pbx-agent, then restart the agent"
    elif not may_delete and not settings.keep_local:
        yield f"the agent may not delete in {place}, as keep_local = no wants it: permit its group to write there"


def _programs(settings: Folder) -> Iterator[str]:
    form = settings.format or FORMATS[0]
    if form in encoders.ENCODERS and not encoders.installed(encoders.ENCODERS[form]):
        names = " or ".join(encoder.program for encoder in encoders.ENCODERS[form])
        yield f"nothing that makes {form} is installed, recordings are sent as WAV, ten times as large: install {names}"
