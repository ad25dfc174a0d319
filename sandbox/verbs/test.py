"""`./run test [unit|odoo|js|e2e|faults] [arguments]`: all suites, or one with arguments for pytest or Odoo.

Examples: ./run test unit -k tracker · ./run test odoo --test-tags /asterisk_connector:TestCall · ./run test e2e -x
The last line is `N passed, N failed, N skipped`; the exit code is 0 only when nothing failed, no Odoo log had an
unexpected WARNING or ERROR, no browser test was skipped, and every suite with test files ran tests.
"""

from __future__ import annotations

import argparse
import time
from functools import partial

from sandbox import provision, suites
from sandbox.provision import together
from sandbox.results import Counts
from sandbox.say import SandboxError, complain, say
from sandbox.suites import OdooRuns, Report

SUITES = ("unit", "odoo", "js", *suites.LIVE)


def main(argv: list[str]) -> int:
    """Runs the suites and prints their outcome."""
    parser = argparse.ArgumentParser(
        prog="run test", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("suite", nargs="?", choices=SUITES)
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    args = parser.parse_args(argv)
    begin = time.monotonic()
    reports = _one(args.suite, args.arguments) if args.suite else _all()
    total = sum((report.counts for report in reports), Counts())
    say("test", f"took {time.monotonic() - begin:.0f} s")
    if not total.ok and not total.failed:
        complain("no test failed, but the run did: see the problems above")
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped", flush=True)
    return 0 if total.ok else 1


def _finish(report: Report, arguments: list[str] = ()) -> Report:
    suites.tell(suites.judge(report, list(arguments)))
    return report


def _one(suite: str, arguments: list[str]) -> list[Report]:
    if suite == "unit":
        provision.tools()
        return [_finish(suites.run_pytest(suite, arguments, show=True), arguments)]
    provision.everything()
    if suite in suites.LIVE:
        provision.addon_template()
        return [_finish(suites.run_pytest(suite, arguments, show=True), arguments)]
    with OdooRuns() as runs:
        return [_finish(runs.run(suite, arguments), arguments)]


def _all() -> list[Report]:
    """Unit tests, which mostly wait, beside Odoo's two suites; then those with a world each, side by side."""
    provision.tools()
    unit, of_odoo = together(partial(_pytest, "unit"), _odoo)
    if of_odoo is None:
        failed = Counts(problems=["what the other suites need could not be made"])
        return [unit, _finish(Report("odoo", failed, suites.log_file("odoo")))]
    return [unit, *of_odoo, *together(*(partial(_pytest, suite) for suite in suites.LIVE))]


def _pytest(suite: str) -> Report:
    return _finish(suites.run_pytest(suite, [], show=False))


def _odoo() -> list[Report] | None:
    """Odoo's two suites side by side; None: there is no Odoo, or the addon cannot be installed, and that was said."""
    try:
        provision.everything()
        provision.addon_template()
    except SandboxError as error:
        complain(str(error))
        return None
    with OdooRuns() as runs:
        reports = together(*(partial(runs.run, suite, []) for suite in ("odoo", "js")))
    return [_finish(report) for report in reports]
