"""Where a PBX keeps its recordings and what is made of them: the section [recordings], checked. Pure.

::

    [recordings]
    folder = /var/spool/asterisk/monitor   ; the PBX's recording folder; none (default): no recordings are sent
    layout = plain                    ; how files are named there: plain, freepbx, mikopbx, askozia (see names.py)
    format =                          ; opus, mp3, wav, keep (as the PBX wrote it); default: what Odoo says
    parallel =                        ; so many uploads at a time, 1 … 8; default: what Odoo says
    keep_local = yes                  ; no: a recording that Odoo has is deleted on the PBX
    encoder_seconds = 120             ; a program that converts is ended after so long, or as long as the recording is
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

LAYOUTS = ("plain", "freepbx", "mikopbx", "askozia")
FORMATS = ("opus", "mp3", "wav", "keep")
MOST_PARALLEL = 8
MOST_ENCODER_SECONDS = 86_400
_YES, _NO = ("yes", "true", "on", "1"), ("no", "false", "off", "0")


@dataclass(frozen=True)
class Folder:
    """One section. :raises ValueError: a value cannot be used; the message names it

    `format` "" and `parallel` 0 leave it to Odoo.
    """

    folder: str = ""
    layout: str = "plain"
    format: str = ""
    parallel: int = 0
    keep_local: bool = True
    encoder_seconds: int = 120

    def __post_init__(self) -> None:
        if self.folder and (not os.path.isabs(self.folder) or not self.folder.isprintable()):
            raise ValueError(f"folder {self.folder!r}: give the whole path, beginning with /")
        if self.folder and os.path.normpath(self.folder) == "/":
            raise ValueError("folder: give the folder of the recordings, not the whole disk")
        if self.layout not in LAYOUTS:
            raise ValueError(f"layout {self.layout!r}: choose one of {', '.join(LAYOUTS)}")
        if self.format and self.format not in FORMATS:
            raise ValueError(f"format {self.format!r}: choose one of {', '.join(FORMATS)}")
        if not 0 <= self.parallel <= MOST_PARALLEL:
            raise ValueError(f"parallel {self.parallel}: give 1 to {MOST_PARALLEL}")
        if not 1 <= self.encoder_seconds <= MOST_ENCODER_SECONDS:
            raise ValueError(f"encoder_seconds {self.encoder_seconds}: give 1 to {MOST_ENCODER_SECONDS}")

    @property
    def is_used(self) -> bool:
        """Whether recordings are sent at all."""
        return bool(self.folder)


def read(section: Mapping[str, str]) -> Folder:
    """Return what the section of the configuration says. :raises ValueError: a value cannot be used"""
    unknown = [name for name in section if name not in Folder.__dataclass_fields__]
    if unknown:
        raise ValueError(f"{unknown[0]} is not known here")
    values: dict[str, object] = {name: text.strip() for name, text in section.items() if text.strip()}
    for name in ("parallel", "encoder_seconds"):
        if name in values:
            if not str(values[name]).isdecimal():
                raise ValueError(f"{name} is no number")
            values[name] = int(str(values[name]))
    if "keep_local" in values:
        said = str(values["keep_local"]).lower()
        if said not in _YES + _NO:
            raise ValueError("keep_local: say yes or no")
        values["keep_local"] = said in _YES
    return Folder(**values)  # type: ignore[arg-type]
