"""The five test suites: how each is started, and what its outcome is.

unit: pytest without Odoo. odoo: the addon's Python tests. js: its browser tests (hoot and tours, tag `asterisk_js`).
e2e: pytest with Odoo, Asterisk, the agent, phones and browsers. faults: the same, while parts of it are killed.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from sandbox import provision, results, venv
from sandbox.odoo import Odoo
from sandbox.paths import ADDON, AGENT, ROOT, cache, temporary
from sandbox.postgres import Cluster
from sandbox.process import adopt
from sandbox.results import Counts
from sandbox.say import say

TAG = "asterisk_js"
TESTS = ROOT / "tests"
LIVE = {"e2e": TESTS / "e2e", "faults": TESTS / "faults"}  # those with a world of their own
SECONDS = 1800  # no suite may take longer


@dataclass(frozen=True)
class Report:
    """A suite's name, outcome, and the file with everything it printed."""

    suite: str
    counts: Counts
    log: Path


def log_file(suite: str) -> Path:
    """Where the output of the last run of a suite is kept."""
    folder = cache("logs")
    folder.mkdir(exist_ok=True)
    return folder / f"test-{suite}.log"


def test_files(suite: str) -> list[Path]:
    """The files that hold the suite's tests; a suite that has some and runs none has failed."""
    if suite == "unit":
        return [path for path in TESTS.rglob("test_*.py") if not set(LIVE.values()) & set(path.parents)]
    if suite in LIVE:
        return sorted(LIVE[suite].rglob("test_*.py"))
    files = sorted((ADDON / "tests").rglob("test_*.py"))
    return [path for path in files if (TAG in path.read_text()) == (suite == "js")]


def run_pytest(suite: str, args: list[str], show: bool) -> Report:
    """Runs `unit` or a live suite. args: for pytest. show: print while it runs, not only into the log."""
    paths = [] if any((ROOT / arg.split("::")[0]).exists() for arg in args) else [LIVE.get(suite, TESTS)]
    ignore = [f"--ignore={folder}" for folder in LIVE.values()] if suite == "unit" else []
    argv = [venv.python(), "-m", "pytest", "-p", "no:cacheprovider", "-q", "-ra", *ignore, *args, *paths]
    argv += [] if show else ["--durations=25"]  # into the log, where it keeps telling what is worth making quicker
    log = log_file(suite)
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(part) for part in argv], cwd=ROOT, env=venv.environment(ROOT, AGENT),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        )  # fmt: skip
        adopt(process, signal.SIGINT)  # pytest tears its fixtures down then
        try:
            for line in process.stdout:
                output.write(line)
                if show:
                    sys.stdout.write(line)
                    sys.stdout.flush()
            code = process.wait()
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait()
    counts = results.pytest(log.read_text().splitlines())
    if code not in (0, 1, 5) or (code == 5 and not args):
        counts.problems.append(f"pytest ended with exit code {code}")
    elif code and not counts.failed and code != 5:
        counts.problems.append("pytest failed although no test did")
    return Report(suite, counts, log)


class OdooRuns:
    """A private cluster with the `addon` template, in which the suites `odoo` and `js` run side by side."""

    def __init__(self):
        self.folder = temporary("pbx-o", fast=True)
        self.cluster = Cluster(self.folder)

    def __enter__(self) -> OdooRuns:
        provision.place_addon(self.cluster, self.folder / "template")
        self.cluster.start()
        for suite in ("odoo", "js"):
            self.cluster.createdb(suite, template="addon")
        return self

    def __exit__(self, *_) -> None:
        self.cluster.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, suite: str, args: list[str]) -> Report:
        """Runs one suite. args: for Odoo; a later --test-tags replaces the suite's own."""
        tags = f"{TAG}/{ADDON.name}" if suite == "js" else f"/{ADDON.name},-{TAG}"
        update = [] if suite == "js" else ["-u", ADDON.name]  # browser tests are all post_install
        log, folder = log_file(suite), self.folder / suite
        log.unlink(missing_ok=True)
        odoo = Odoo(self.cluster, suite, folder)
        shots = cache("logs", "screenshots")
        shutil.copytree(self.folder / "template/filestore/addon", odoo.data / "filestore" / suite)
        own = [*update, "--test-tags", tags, "--screenshots", str(shots), "--max-cron-threads=0"]
        code = odoo.call_once(*own, *args, log=log, seconds=SECONDS)
        lines = log.read_text(errors="replace").splitlines()
        counts = results.odoo(lines, browser=suite == "js")
        if code and counts.ok:
            counts.problems.append(f"Odoo ended with exit code {code}")
        return Report(suite, counts, log)


def judge(report: Report, args: list[str]) -> Report:
    """Adds the problem that a suite with test files ran no test, unless arguments chose the tests."""
    if not report.counts.ran and not args and test_files(report.suite):
        report.counts.problems.append(f"{len(test_files(report.suite))} test files, but no test was run")
    return report


def tell(report: Report) -> None:
    """Prints a suite's outcome; for a failed one what failed and where the whole output is."""
    lines = report.log.read_text(errors="replace").splitlines() if report.log.exists() else []
    if not report.counts.ok:
        if report.suite in ("odoo", "js"):
            for text in results.failures(lines):
                print(text, "\n")
        else:
            print("\n".join(lines))
        for problem in report.counts.problems:
            print(problem, "\n")
        say(report.suite, f"all of its output: {report.log}")
    for note in report.counts.notes:
        say(report.suite, note)
    say(report.suite, f"{report.counts}{'' if report.counts.ok else ' - FAILED'}")
