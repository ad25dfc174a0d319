"""Changing single values of an INI file and nothing else in it: comments, order and foreign sections stay. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

_SECTION = re.compile(r"\s*\[([^\]]+)\]")


def updated(text: str, values: Mapping[str, Mapping[str, str]]) -> str:
    """Return `text` with `values` (section -> option -> value) in it.

    An option is changed in its line, or added at the end of its section; an empty value removes it. What is right
    already is not touched, so that doing it twice gives the same text.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    lines = [line.rstrip("\r\n") for line in text.splitlines()]
    for section, options in values.items():
        for option, value in options.items():
            _update(lines, section, option, value)
    return "".join(line + end for line in lines)


def _update(lines: list[str], section: str, option: str, value: str) -> None:
    first, last = _bounds(lines, section)
    found = [number for number in range(first, last) if _name(lines[number]) == option]
    if found and value and _value(lines[found[0]]) == value:
        return
    for number in reversed(found):
        del lines[number : _after(lines, number, last)]
    if not value:
        return
    line = f"{option} = {value}"
    if found:
        lines.insert(found[0], line)
    elif first:
        lines.insert(_end_of_content(lines, first, last), line)
    else:
        lines += [*([""] if lines and lines[-1].strip() else []), f"[{section}]", line]


def _bounds(lines: list[str], section: str) -> tuple[int, int]:
    """Return the line after the section's head (0: there is no such section) and the one after its last."""
    first = 0
    for number, line in enumerate(lines, 1):
        match = _SECTION.match(line)
        if match and first:
            return first, number - 1
        if match and match[1] == section:
            first = number
    return first, len(lines) if first else 0


def _name(line: str) -> str:
    """Return the option that a line sets, "" for any other line."""
    match = re.match(r"([^\s#;=:\[][^=:]*?)\s*[=:]", line)
    return match[1].lower() if match else ""


def _value(line: str) -> str:
    value = re.split(r"[=:]", line, maxsplit=1)[1]
    return re.split(r"\s;", f" {value}", maxsplit=1)[0].strip()


def _after(lines: list[str], number: int, last: int) -> int:
    """Return the line after an option: indented lines go on with its value."""
    number += 1
    while number < last and lines[number][:1].isspace() and lines[number].strip():
        number += 1
    return number


def _end_of_content(lines: list[str], first: int, last: int) -> int:
    while last > first and not lines[last - 1].strip():
        last -= 1
    return last
