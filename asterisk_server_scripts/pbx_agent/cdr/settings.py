"""Where a PBX keeps its detail records: the sections [cdr] and [cel] of the configuration, checked. Pure.

::

    [cdr]
    source = csv                      ; csv, sqlite, postgresql, mysql; none (default): there is no history
    zone =                            ; of the store's times, like Europe/Berlin; default: this machine's
    portion = 5000                    ; rows a request, 1 … 10000
    overlap_hours = 26                ; postgresql, mysql: so long after its start a row may still be written

    path = /var/log/asterisk/cdr-csv/Master.csv   ; csv, sqlite: the file; older ones lie beside it
    columns = start answer end clid …             ; csv: the order of cdr_custom; default: that of cdr_csv

    table = cdr                       ; sqlite, postgresql, mysql
    host = 127.0.0.1                  ; postgresql, mysql: or the folder or path of a unix socket
    port =                            ; default 5432, 3306
    user =
    password =
    database =

[cel] is the same for channel events (csv: the order of cel_custom that the agent's README recommends; table = cel).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

KINDS = ("none", "csv", "sqlite", "postgresql", "mysql")
PORTS = {"postgresql": 5432, "mysql": 3306}
#: More rows than this no request may have.
MOST_ROWS = 10_000
_NAME = re.compile(r"[A-Za-z_][\w$-]*(\.[A-Za-z_][\w$-]*)?", re.ASCII)
_COLUMN = re.compile(r"[A-Za-z_]\w*", re.ASCII)


@dataclass(frozen=True)
class Store:
    """One section. :raises ValueError: a value cannot be used; the message names it"""

    source: str = "none"
    zone: str = ""
    portion: int = 5000
    overlap_hours: float = 26.0
    path: str = ""
    columns: tuple[str, ...] = ()
    table: str = "cdr"
    host: str = "127.0.0.1"
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    database: str = ""

    def __post_init__(self) -> None:
        if self.source not in KINDS:
            raise ValueError(f"source {self.source!r}: choose one of {', '.join(KINDS)}")
        if not 1 <= self.portion <= MOST_ROWS:
            raise ValueError(f"portion {self.portion}: give 1 to {MOST_ROWS}")
        if not 0 < self.overlap_hours <= 24 * 31:
            raise ValueError(f"overlap_hours {self.overlap_hours:g}: give hours up to a month")
        if self.source in ("csv", "sqlite") and not self.path.startswith("/"):
            raise ValueError(f"path {self.path!r}: give the whole path of the file, beginning with /")
        if self.source in PORTS and not (self.database and self.user):
            raise ValueError(f"{self.source} needs database and user")
        if not _NAME.fullmatch(self.table):
            raise ValueError(f"table {self.table!r} is no name of a table (with or without its schema)")
        bad = [name for name in self.columns if not _COLUMN.fullmatch(name)]
        if bad:
            raise ValueError(f"columns: {bad[0]!r} is no name of a column")
        if not 0 <= self.port <= 65535:
            raise ValueError(f"port {self.port} is no port")

    @property
    def is_used(self) -> bool:
        """Whether there is a store at all."""
        return self.source != "none"

    def section(self, flow: str) -> dict[str, str]:
        """Return what the configuration says of this store: option → value, without what is so by default.

        :param flow: ``cdr`` or ``cel``, which is also the default name of the table
        """
        defaults = {f.name: f.default for f in fields(self)} | {"table": flow}
        said = {name: getattr(self, name) for name, default in defaults.items() if getattr(self, name) != default}
        return {name: " ".join(value) if name == "columns" else str(value) for name, value in said.items()}


def read(section: Mapping[str, str], table: str) -> Store:
    """Return the store that a section of the configuration describes.

    :param table: the default name of the table: cdr or cel
    :raises ValueError: a value cannot be used
    """
    known = Store.__dataclass_fields__
    unknown = [name for name in section if name not in known]
    if unknown:
        raise ValueError(f"{unknown[0]} is not known here")
    values: dict[str, object] = {name: text.strip() for name, text in section.items() if text.strip()}
    for name, convert in (("portion", int), ("port", int), ("overlap_hours", float)):
        if name in values:
            try:
                values[name] = convert(str(values[name]))
            except ValueError:
                raise ValueError(f"{name} is no number") from None
    if "columns" in values:
        values["columns"] = tuple(str(values["columns"]).replace(",", " ").split())
    return Store(**{"table": table, **values})  # type: ignore[arg-type]
