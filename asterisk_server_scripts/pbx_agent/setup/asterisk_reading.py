"""What an Asterisk's configuration says as a whole: includes followed, comments left out."""

from __future__ import annotations

import re
from pathlib import Path

from .. import files

MAX_DEPTH = 8
_BLOCK_COMMENT = re.compile(r";--(?!-).*?--;", re.DOTALL)
_INCLUDE = re.compile(r'\s*#(?:try)?include\s+["<]?([^">\s]+)[">]?\s*$')
_SECTION = re.compile(r"\s*\[([^\]]+)\]")


def lines_of(folder: Path, name: str, depth: int = 0) -> list[str]:
    """Return the lines of a configuration file and of those it includes, in the order Asterisk reads them.

    :param folder: Asterisk's configuration folder, to which names are relative
    :return: no line for a file that is missing or deeper than MAX_DEPTH
    """
    found: list[str] = []
    for line in _BLOCK_COMMENT.sub("", files.read(folder / name)).splitlines():
        text = re.sub(r"(?<!\\);.*", "", line).rstrip()
        include = _INCLUDE.match(text)
        if include and depth < MAX_DEPTH:
            for path in _matching(folder, include[1]):
                found += lines_of(folder, path, depth + 1)
        elif text.strip() and not include:
            found.append(text)
    return found


def _matching(folder: Path, pattern: str) -> list[str]:
    if not re.search(r"[*?\[]", pattern):
        return [pattern]
    root = Path("/") if pattern.startswith("/") else folder
    return sorted(str(path) for path in root.glob(pattern.lstrip("/")) if path.is_file())


def section(lines: list[str], name: str) -> dict[str, str]:
    """Return the options of all sections `name`, names in lower case; the last value of each counts."""
    options, inside = {}, False
    for line in lines:
        head = _SECTION.match(line)
        if head:
            inside = head[1].lower() == name
        elif inside and "=" in line:
            option, value = line.split("=", 1)
            options[option.strip().lower()] = value.lstrip(">").strip()
    return options


def count_sections(lines: list[str], name: str) -> int:
    """Return how many sections are called `name`."""
    return sum(1 for line in lines if (head := _SECTION.match(line)) and head[1].lower() == name)
