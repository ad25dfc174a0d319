"""Where Odoo 19's own code lies: a checkout named by ODOO_SRC, or Debian's package unpacked in the cache.

Debian's package lacks a few files that upstream ships; without them every browser test fails or icons are missing, so
they are put in place here: a stub for a video-background library, and links into font and script packages.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from sandbox import archive
from sandbox.paths import cache
from sandbox.say import SandboxError, say

RECIPE = "1"  # raise it when the unpacked tree has to be made anew
SIDE_PACKAGES = ["libjs-jquery", "libjs-jquery-form", "libjs-underscore", "fonts-glyphicons-halflings",
                 "fonts-inconsolata", "fonts-montserrat", "fonts-ocr-b", "fonts-roboto-unhinted"]  # fmt: skip
STUBS = {"mail/static/lib/selfie_segmentation/selfie_segmentation.js": "/* not in this build */\n"}
FONT = "fontawesome-webfont"


@dataclass(frozen=True)
class Source:
    """One Odoo: the folder for PYTHONPATH, the start script, the folders with addons, and a word for its version."""

    python_path: Path
    script: Path
    addons: tuple[Path, ...]
    version: str


def find() -> Source:
    """The Odoo to run. Raises SandboxError when ODOO_SRC is no Odoo checkout, or nothing was unpacked yet."""
    if os.environ.get("ODOO_SRC"):
        return _checkout(Path(os.environ["ODOO_SRC"]).resolve())
    root = cache("odoo")
    if not (root / "stamp").exists():
        raise SandboxError("Odoo 19 is missing; run ./run setup")
    packages = root / "usr/lib/python3/dist-packages"
    return Source(packages, root / "usr/bin/odoo", (packages / "odoo/addons",), (root / "stamp").read_text())


def _checkout(folder: Path) -> Source:
    script, base = folder / "odoo-bin", folder / "odoo" / "addons"
    release = folder / "odoo" / "release.py"
    if not (script.exists() and base.is_dir() and release.exists()):
        raise SandboxError(f"ODOO_SRC={folder} is no Odoo checkout (odoo-bin and odoo/addons are missing)")
    if "19" not in release.read_text():
        raise SandboxError(f"ODOO_SRC={folder} is not Odoo 19")
    head = folder / ".git" / "HEAD"
    return Source(folder, script, (base, folder / "addons"), f"{folder} {head.read_text() if head.exists() else ''}")


def ensure(debian: archive.Archive) -> None:
    """Unpacks Odoo 19 unless it is there or ODOO_SRC names a checkout. debian: an updated archive, read when needed."""
    if os.environ.get("ODOO_SRC"):
        find()
        return
    root = cache("odoo")
    if (root / "stamp").exists() and (root / "stamp").read_text().startswith(f"{RECIPE} "):
        return
    shutil.rmtree(root, ignore_errors=True)
    debian.update()
    version = debian.version("odoo-19")
    draft = root.with_name("odoo.new")
    shutil.rmtree(draft, ignore_errors=True)
    say("Odoo 19", f"fetching and unpacking {version}")
    debian.fetch(["odoo-19", *SIDE_PACKAGES], draft)
    _font_awesome(draft)
    addons = draft / "usr/lib/python3/dist-packages/odoo/addons"
    for name, text in STUBS.items():
        path = addons / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    (draft / "stamp").write_text(f"{RECIPE} {version}")
    draft.rename(root)


def _font_awesome(root: Path) -> None:
    """Font Awesome 4.7 from the distribution: the newer one beside Odoo in unstable no longer has web font files."""
    folder = root / "usr/share/fonts-font-awesome"
    side = root.with_name("font-awesome")
    archive.distribution_download(["fonts-font-awesome"], side)
    fonts = side / "usr/share/fonts-font-awesome/fonts"
    if not (fonts / f"{FONT}.woff").exists():
        raise SandboxError(
            "this distribution's fonts-font-awesome has no web fonts; set ODOO_SRC to an Odoo 19 checkout"
        )
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(fonts.parent, folder)
    shutil.copytree(side / "usr/share/fonts", root / "usr/share/fonts", symlinks=True, dirs_exist_ok=True)
    shutil.rmtree(side)
