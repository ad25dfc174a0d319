"""`./run fold CDR [--cel CEL]`: the calls that exported detail records tell, as JSON with the keys of `./run replay`.

Both are CSV files whose first line names the columns (as `SELECT *` of any store does; calldate, src_chan and the like
are known). So a figure that a customer doubts becomes a file, and the file becomes a test.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from sandbox import addon_tools
from sandbox.say import SandboxError


def main(argv: list[str]) -> int:
    """Prints the calls."""
    parser = argparse.ArgumentParser(
        prog="run fold", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cdr", type=Path, metavar="CDR", help="CSV of detail records")
    parser.add_argument("--cel", type=Path, metavar="CEL", help="CSV of channel events of the same time")
    parser.add_argument("--zone", default="UTC", help="zone of the files' times, like Europe/Berlin (UTC)")
    parser.add_argument(
        "--device", action="append", default=[], metavar="ENDPOINT=EXTENSION",
        help="a phone of the company, like PJSIP/anna=101; without any, names that look like extensions are phones",
    )  # fmt: skip
    args = parser.parse_args(argv)
    addon_tools.load()
    from addon_tools.fold import fold
    from addon_tools.fold.table import TableError, read_events, read_rows

    devices = dict(device.partition("=")[::2] for device in args.device)
    try:
        rows = read_rows(_text(args.cdr), args.zone)
        events = read_events(_text(args.cel), args.zone) if args.cel else ()
    except (TableError, KeyError, ValueError) as error:
        raise SandboxError(f"{args.cdr}: {error}") from error
    print(json.dumps(fold(rows, events, devices), indent=1, ensure_ascii=False))
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise SandboxError(f"{path}: {error.strerror}") from error
