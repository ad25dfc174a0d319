"""Programs that some distributions do not package: Debian 12's builds, unpacked in the cache with their libraries.

Ubuntu has Chromium only as a snap, Debian 13 no longer has wkhtmltopdf. Debian 12 has the oldest C library of the
systems the sandbox runs on, so its programs run on all of them; they get their own libraries, but not a C library.
"""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

from sandbox.archive import Archive
from sandbox.paths import cache
from sandbox.say import SandboxError, say

SUITE = "bookworm"
HOST_HAS = re.compile(
    r"^(libc6|libc-bin|libgcc-s1|libstdc\+\+6|gcc-\d+-base|libcrypt1|perl.*|libperl.*|dpkg|debconf.*)$"
)
PROGRAMS = {"chromium": "usr/lib/chromium/chromium", "wkhtmltopdf": "usr/bin/wkhtmltopdf"}
WRAPPER = """\
#!/bin/sh
root={root}
libraries={libraries}
export LD_LIBRARY_PATH="$libraries"
export QT_PLUGIN_PATH="${{libraries%%:*}}/qt5/plugins" QT_QPA_PLATFORM=offscreen
exec "$root/{program}" "$@"
"""


def folder() -> Path:
    """Folder with the wrappers of all such programs, for PATH."""
    return cache("bin")


def ensure(name: str) -> None:
    """Unpacks a program of PROGRAMS and writes its wrapper. SandboxError: Debian's mirror is out of reach."""
    wrapper, root = folder() / name, cache("foreign", name)
    if wrapper.exists() and root.exists():
        return
    debian = Archive(SUITE)
    debian.update()
    say(name, f"fetching Debian's build ({SUITE}): this distribution has none")
    shutil.rmtree(root, ignore_errors=True)
    packages = [package for package in debian.closure(name) if package == name or _is_part(package, name)]
    debian.fetch([name, *(package for package in packages if package != name)], root)
    if not (root / PROGRAMS[name]).exists():
        raise SandboxError(f"{name}: Debian's package of {SUITE} no longer has {PROGRAMS[name]}")
    libraries = sorted({path.parent for path in root.glob("usr/lib/**/*.so*") if path.parent.name.endswith("-gnu")})
    libraries += sorted({path.parent for path in root.glob("lib/*-gnu/*.so*")})
    libraries += [path for path in root.glob("usr/lib/*-gnu/*") if path.name in ("pulseaudio", "blas", "lapack")]
    folder().mkdir(exist_ok=True)
    wrapper.write_text(
        WRAPPER.format(
            root=shlex.quote(str(root)), libraries=shlex.quote(":".join(map(str, libraries))), program=PROGRAMS[name]
        )
    )
    wrapper.chmod(0o755)


def _is_part(package: str, name: str) -> bool:
    """Whether the program needs this package beside it: its libraries and its own other parts."""
    return not HOST_HAS.match(package) and (package.startswith(("lib", f"{name}-")) or package == "zlib1g")
