"""``pbx-agent doctor``: checks every hop between Asterisk and Odoo, says in words which one fails, and what to do.

It may run at any time beside the agent: it logs in to Asterisk by itself, asks Odoo in a way that leaves no trace, and
rings nobody. What it cannot see without a call (sound, what a phone displays) it does not claim.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from .. import __version__
from .. import config as configuration
from ..config import Config
from ..log import Redactor
from .findings import Finding, all_well, as_json, as_text, fails

#: However things hang: after so many seconds a part is given up.
PART_SECONDS = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line of the doctor, `--config` excepted, which most commands have."""
    parser.add_argument("--json", action="store_true", help="print one JSON object, for programs")
    parser.add_argument("--retry", action="store_true", help="first put what Odoo refused back among what is sent")


def main(args: argparse.Namespace) -> int:
    """Check everything and print it. Returns 0 when nothing fails, else 1."""
    return check(configuration.config_path(args.config), as_machine=args.json, retry=args.retry)


def check(path: Path, *, as_machine: bool = False, retry: bool = False, starting: bool = False) -> int:
    """Check everything and print it.

    :param path: the agent's configuration
    :param as_machine: JSON instead of words
    :param retry: revive the dead letters first
    :param starting: the agent is not expected to run yet
    :return: 0 when nothing fails, else 1
    """
    findings = asyncio.run(examine(path, retry, starting))
    if as_machine:
        print(as_json(findings, __version__))
    else:
        for finding in findings:
            print(as_text(finding))
        count = sum(finding.level == "FAILS" for finding in findings)
        print("all well" if not count else f"{count} of {len(findings)} fail")
    return 0 if all_well(findings) else 1


async def examine(path: Path, retry: bool = False, starting: bool = False) -> list[Finding]:
    """Go all hops, from here to Odoo, and return what was found. Never raises, never tells a secret."""
    from . import local, recordings  # need the standard library only, as everything up to here

    found, config = local.look_at_configuration(path)
    if config is None:
        return [found]
    findings = [found]
    if retry:
        findings.append(local.retry(config))
    findings += local.look_at_state(config, path)
    findings += recordings.examine(config)
    findings += await _guarded("call records", asyncio.to_thread(_history, config), lambda found: found)
    findings += await _beyond(config, starting)
    return _redacted(findings, config)


def _history(config: Config) -> list[Finding]:
    from . import history

    return history.look(config)


async def _beyond(config: Config, starting: bool) -> list[Finding]:
    """Ask Asterisk and Odoo, at the same time; then compare what they know."""
    from . import asterisk, devices, odoo

    async def ask_asterisk(session: Any, events: list[Any]) -> list[Finding]:
        return await asterisk.examine(session, events) if session else asterisk.blind()

    async with asterisk.opened(config) as (first, session, events):
        on_asterisk, on_odoo = await asyncio.gather(
            _guarded("Asterisk", ask_asterisk(session, events), lambda found: found),
            _guarded("Odoo", odoo.examine(config, starting), lambda found: (found, None)),
        )
        found, known = on_odoo
        phones = await _guarded("phones", devices.examine(session, known), lambda found: found)
    return [*first, *on_asterisk, *found, *phones]


async def _guarded(hop: str, work: Awaitable[Any], failed: Any) -> Any:
    """Return what `work` returns; whatever it does instead becomes a finding: a doctor does not fall ill."""
    try:
        return await asyncio.wait_for(work, PART_SECONDS)
    except asyncio.TimeoutError:
        return failed([fails(hop, f"not done within {PART_SECONDS:g} s", "try again; then look at its log")])
    except Exception as error:
        words = f"an error of ours: {type(error).__name__}: {error}"
        return failed([fails(hop, words, "please report it, with this line")])


def _redacted(findings: list[Finding], config: Config) -> list[Finding]:
    hide = Redactor(config.key, config.secret, config.cdr.password, config.cel.password).hide
    return [Finding(f.hop, f.level, hide(f.words), hide(f.todo)) for f in findings]
