"""`./run test [unit|odoo|js|e2e|faults] [arguments]`: all suites, or one with arguments for pytest or Odoo.

Examples: ./run test unit -k tracker · ./run test odoo --test-tags /asterisk_connector:TestCall · ./run test e2e -x
The last line is `N passed, N failed, N skipped`; the exit code is 0 only when nothing failed, no Odoo log had an
unexpected WARNING or ERROR, no browser test was skipped, and every suite with test files ran tests.
"""

from __future__ import annotations

import argparse
import time
from concurrent.futures import Future
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
    """Two rows of suites side by side: what needs no Odoo first, while Odoo is made and its own tests run."""
    provision.tools()
    made: Future[bool] = Future()
    rows = together(partial(_unit_then_faults, made), partial(_odoo_then_e2e, made))
    return [report for row in rows for report in row]


def _unit_then_faults(made: Future[bool]) -> list[Report]:
    unit = _pytest("unit")
    return [unit, _pytest("faults")] if made.result() else [unit]


def _odoo_then_e2e(made: Future[bool]) -> list[Report]:
    """Makes what the other suites need and says in `made` whether it is there."""
    is_made = False
    try:
        provision.everything()
        provision.addon_template()
        is_made = True
    except SandboxError as error:
        complain(str(error))
    finally:
        made.set_result(is_made)
    if not is_made:
        failed = Counts(problems=["what the other suites need could not be made"])
        return [_finish(Report("odoo", failed, suites.log_file("odoo")))]
    return [*_odoo(), _pytest("e2e")]


def _pytest(suite: str) -> Report:
    if provision.interrupted.is_set():
        raise KeyboardInterrupt
    return _finish(suites.run_pytest(suite, [], show=False))


def _odoo() -> list[Report]:
    """Odoo's two suites side by side."""
    with OdooRuns() as runs:
        reports = together(*(partial(runs.run, suite, []) for suite in ("odoo", "js")))
    return [_finish(report) for report in reports]
