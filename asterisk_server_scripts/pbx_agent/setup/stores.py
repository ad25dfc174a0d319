"""Where a PBX keeps its records, as its own configuration says: setup proposes it, the admin's own word stays.

Only a store that is configured to the end is taken: a file of cdr_custom with its columns, an SQLite table, PostgreSQL,
FreePBX's MySQL, and the plain Master.csv, in this order, which is that of how much they tell. What cannot be understood
is left to the admin.

Source for the formats: Asterisk's samples of cdr.conf, cdr_custom.conf, cdr_sqlite3_custom.conf, cdr_pgsql.conf,
cel_custom.conf, cel_pgsql.conf; FreePBX's freepbx.conf.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from .. import files
from ..cdr.columns import CEL_CSV
from ..cdr.settings import Store
from .asterisk_reading import lines_of, section

LOG = "/var/log/asterisk"
FREEPBX_CONF = "freepbx.conf"
_CDR_COLUMN = re.compile(r"\$\{CDR\((\w+)\)\}")
_CEL_VARIABLE = re.compile(r"\$\{(?:CHANNEL|CALLERID)\((\w+)\)\}|\$\{(\w+)\}")
_AMPCONF = re.compile(r"""\$amp_conf\[['"](\w+)['"]\]\s*=\s*['"]([^'"]*)['"]""")
#: How cel_custom calls what a row has: `${CALLERID(num)}` …, `${CHANNEL(uniqueid)}` …, `${eventtype}` …
_CEL_NAMES = {"num": "cid_num", "name": "cid_name", "bridgepeer": "peer", "eventextra": "extra"}


def find(folder: Path) -> dict[str, Store]:
    """Return the stores of a PBX: ``cdr`` and ``cel``, as far as its configuration names them.

    :param folder: Asterisk's configuration folder
    """
    log = Path(section(lines_of(folder, "asterisk.conf"), "directories").get("astlogdir", "") or LOG)
    found = {}
    for flow, stores in (("cdr", _cdr(folder, log)), ("cel", _cel(folder, log))):
        with contextlib.suppress(StopIteration, ValueError):  # none, or one whose values cannot be right
            store = next(stores)
            if not any(
                " ;" in value for value in store.section(flow).values()
            ):  # in an INI file a comment begins there
                found[flow] = store
    return found


def _cdr(folder: Path, log: Path) -> Iterator[Store]:
    if section(lines_of(folder, "cdr.conf"), "general").get("enable", "yes").lower() in ("no", "false", "0", "off"):
        return
    yield from _custom(folder, "cdr_custom.conf", log / "cdr-custom", _CDR_COLUMN)
    sqlite = section(lines_of(folder, "cdr_sqlite3_custom.conf"), "master")
    if sqlite.get("table") and sqlite.get("columns"):
        yield Store(source="sqlite", path=str(log / "master.db"), table=sqlite["table"])
    yield from _postgresql(folder, "cdr_pgsql.conf", "cdr")
    yield from _freepbx(folder)
    plain = log / "cdr-csv" / "Master.csv"
    csv = section(lines_of(folder, "cdr.conf"), "csv")
    if csv and plain.is_file():
        yield Store(source="csv", path=str(plain), zone="UTC" if csv.get("usegmtime", "no").lower() == "yes" else "")


def _cel(folder: Path, log: Path) -> Iterator[Store]:
    if section(lines_of(folder, "cel.conf"), "general").get("enable", "no").lower() not in ("yes", "true", "1", "on"):
        return
    yield from _custom(folder, "cel_custom.conf", log / "cel-custom", _CEL_VARIABLE)
    yield from _postgresql(folder, "cel_pgsql.conf", "cel")


def _custom(folder: Path, name: str, place: Path, variable: re.Pattern[str]) -> Iterator[Store]:
    """The first file of a mapping whose columns all are known ones."""
    for file, template in section_in_order(lines_of(folder, name), "mappings"):
        columns = _columns(template, variable)
        if columns is None or not re.fullmatch(r"[\w.-]+", file):
            continue
        flow = "cel" if variable is _CEL_VARIABLE else "cdr"
        is_recommended = flow == "cel" and columns == CEL_CSV
        yield Store(source="csv", path=str(place / file), columns=() if is_recommended else columns, table=flow)


def _columns(template: str, variable: re.Pattern[str]) -> tuple[str, ...] | None:
    """Return the names of a mapping's columns; None when a column is more than one variable, or no call is told."""
    names = []
    for part in re.split(r",(?=\$\{|\")", template):
        found = [name for match in variable.findall(part) for name in ([match] if isinstance(match, str) else match)]
        found = [name.lower() for name in found if name]
        if len(found) != 1:
            return None
        names.append(_CEL_NAMES.get(found[0], found[0]) if variable is _CEL_VARIABLE else found[0])
    time = "eventtime" if variable is _CEL_VARIABLE else "start"
    return tuple(names) if len(names) == len(set(names)) and time in names else None


def _postgresql(folder: Path, name: str, table: str) -> Iterator[Store]:
    said = section(lines_of(folder, name), "global")
    if said.get("dbname") and said.get("user"):
        port = said.get("port", "")
        yield Store(
            source="postgresql", host=said.get("hostname") or "127.0.0.1", port=int(port) if port.isdecimal() else 0,
            user=said["user"], password=said.get("password", "").replace("\\;", ";"), database=said["dbname"],
            table=said.get("table", table), zone="UTC" if said.get("usegmtime", "no").lower() == "yes" else "",
        )  # fmt: skip


def _freepbx(folder: Path) -> Iterator[Store]:
    """FreePBX keeps its records in MySQL, and how to get in beside Asterisk's folder."""
    said = dict(_AMPCONF.findall(files.read(folder.parent / FREEPBX_CONF)))
    if said.get("AMPDBUSER"):
        yield Store(
            source="mysql", host=said.get("CDRDBHOST") or said.get("AMPDBHOST") or "127.0.0.1",
            user=said["AMPDBUSER"], password=said.get("AMPDBPASS", ""),
            database=said.get("CDRDBNAME") or "asteriskcdrdb",
        )  # fmt: skip


def section_in_order(lines: list[str], name: str) -> list[tuple[str, str]]:
    """Return the options of a section as they stand, each as often as it does."""
    options, inside = [], False
    for line in lines:
        head = re.match(r"\s*\[([^\]]+)\]", line)
        if head:
            inside = head[1].lower() == name
        elif inside and "=>" in line:
            option, value = line.split("=>", 1)
            options.append((option.strip(), value.strip()))
    return options
