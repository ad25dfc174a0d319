"""``pbx-agent run | setup | doctor | replay``."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from . import __version__, config, doctor, log, setup


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand and return the exit code: 0 all well, 1 it failed, 2 wrong usage or configuration."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except config.ConfigError as error:
        print(f"pbx-agent: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(f"pbx-agent: the library {error.name} is missing: install pbx-agent with pip", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # whoever read has seen enough: nothing more can be said, not even that
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pbx-agent", description="The agent between an Asterisk and an Odoo.")
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(required=True, metavar="run | setup | doctor | replay")

    def verb(name: str, function, words: str) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=words, description=words)
        added.set_defaults(run=function)
        return added

    for name, function, words, describe in (
        ("run", _run, "work until told to stop", None),
        ("setup", setup.main, "make Asterisk and Odoo know each other; may be repeated", setup.add_arguments),
        ("doctor", doctor.main, "check every hop and say which one fails", doctor.add_arguments),
    ):
        added = verb(name, function, words)
        added.add_argument("--config", metavar="FILE", help=f"default: ${config.ENVIRONMENT} or {config.DEFAULT_PATH}")
        if describe:
            describe(added)
    replay = verb("replay", _replay, "tell the calls of a captured AMI trace as JSON")
    replay.add_argument(
        "file", help="raw AMI text, a JSON list of events, or one JSON event a line; - for standard input"
    )
    return parser


def _run(options: argparse.Namespace) -> int:
    from .agent import Agent  # not needed by replay, which works without the libraries

    settings = config.load(config.config_path(options.config))
    log.set_up(settings.log_level, settings.key, settings.secret)

    async def work() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await Agent(settings).run(stop)

    try:
        asyncio.run(work())
    except OSError as error:
        print(f"pbx-agent: {error}", file=sys.stderr)
        return 1
    return 0


def _replay(options: argparse.Namespace) -> int:
    from .replay import BadTrace, replay

    try:
        raw = sys.stdin.buffer.read() if options.file == "-" else Path(options.file).read_bytes()
        calls = replay(raw.decode("utf-8", "replace"))
    except OSError as error:
        print(f"pbx-agent: {options.file} cannot be read: {error.strerror}", file=sys.stderr)
        return 1
    except BadTrace as error:
        print(f"pbx-agent: {options.file} is no trace: {error}", file=sys.stderr)
        return 1
    print(json.dumps(calls, indent=1, ensure_ascii=False))
    return 0
