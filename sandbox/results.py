"""What the test runners' own words mean: counts and complaints, read from their output. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

LINE = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ (?P<level>[A-Z]+) (?P<db>\S+) (?P<logger>\S+?): (?P<text>.*?)\s*$"
)
TROUBLE = {"WARNING", "ERROR", "CRITICAL"}
ODOO_RESULT = re.compile(r"^(\d+) failed, (\d+) error\(s\) of (\d+) tests when loading database")
HOOT_RESULT = re.compile(r"\[HOOT\] (?:Passed (\d+) tests?|Failed (\d+) tests? \((\d+) passed)")
ODOO_SKIP = re.compile(r"skipped \S+ : |Chrome headless failed")
PYTEST_PART = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed)\b")
PYTEST_RESULT = re.compile(r"^=*\s*((?:\d+ [a-z]+(?:, )?)+|no tests ran) in [\d.]+s")


@dataclass
class Counts:
    """Outcome of a suite.

    problems: what makes it fail although no single test did (a logged warning, no tests at all).
    notes: what else a person may want to know.
    """

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def ran(self) -> int:
        """Number of tests that were run to an outcome."""
        return self.passed + self.failed

    @property
    def ok(self) -> bool:
        """Whether the suite counts as passed."""
        return not self.failed and not self.problems

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            self.problems + other.problems,
            self.notes + other.notes,
        )

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def entries(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Splits an Odoo log into (level, text with the lines that continue it); the level is "" before the first entry."""
    level, text = "", []
    for line in lines:
        found = LINE.match(line)
        if found:
            if text:
                yield level, "\n".join(text)
            level, text = found["level"], []
        text.append(line.rstrip("\n"))
    if text:
        yield level, "\n".join(text)


def complaints(lines: Iterable[str]) -> list[str]:
    """Entries of an Odoo log with level WARNING, ERROR or CRITICAL, tracebacks included."""
    return [text for level, text in entries(lines) if level in TROUBLE]


def odoo(lines: list[str], browser: bool = False) -> Counts:
    """Counts of an Odoo test run, from its log.

    browser: the suite drives a browser; a skipped test is then a problem, because Odoo skips browser tests when Chrome
    is slow or missing and still calls the run a success. A WARNING or worse that is no test's failure is a problem too.
    """
    result = Counts()
    ends = [LINE.match(line) for line in lines]
    totals = [ODOO_RESULT.match(found["text"]) for found in ends if found]
    totals = [total for total in totals if total]
    if not totals:
        result.problems.append("Odoo printed no test result: it ended before its tests did")
    skipped = [line for line in lines if ODOO_SKIP.search(line)]
    result.skipped = len(skipped)
    if totals:
        failures, errors, ran = map(int, totals[-1].groups())
        result.failed = failures + errors
        result.passed = max(0, ran - result.failed - result.skipped)
    if browser and skipped:
        result.problems += [f"a browser test was skipped: {line}" for line in skipped]
    _count_hoot(lines, result)
    result.problems += _unexpected(lines)
    return result


def _unexpected(lines: list[str]) -> list[str]:
    """Complaints of the log that report no failed test; the same complaint only once."""
    seen = {}
    for text in complaints(lines):
        found = LINE.match(text.splitlines()[0])
        if (
            found["text"].startswith(("FAIL: ", "ERROR: "))
            or ODOO_RESULT.match(found["text"])
            or _summary(found["text"])
        ):
            continue
        seen.setdefault(found["logger"] + text.partition(found["logger"])[2], text)
    return list(seen.values())


def _count_hoot(lines: list[str], result: Counts) -> None:
    """Notes how many JavaScript unit tests ran inside Odoo's one; none at all is a problem (a wrong suite name)."""
    runs = [found for found in map(HOOT_RESULT.search, lines) if found]
    if runs:
        passed, failed, beside = (sum(int(run[group] or 0) for run in runs) for group in (1, 2, 3))
        passed += beside
        result.notes.append(f"in it {passed} JavaScript unit tests passed, {failed} failed")
        if not passed and not failed:
            result.problems.append("the browser ran no JavaScript unit test: is the suite's name right?")


def _summary(text: str) -> bool:
    """Lines in which Odoo sums up failures that were already reported one by one."""
    return bool(
        re.match(r"Module \S+: \d+ failures?, \d+ errors? of \d+ tests", text)
        or text == "At least one test failed when loading the modules."
    )


def failures(lines: list[str]) -> list[str]:
    """The reports of single failed tests in an Odoo log."""
    return [text for text in complaints(lines) if re.match(r"(FAIL|ERROR): ", LINE.match(text.splitlines()[0])["text"])]


def pytest(lines: list[str]) -> Counts:
    """Counts of a pytest run, from its output; a problem when there is no closing line."""
    closing = [found[1] for found in map(PYTEST_RESULT.match, lines) if found]
    if not closing:
        return Counts(problems=["pytest printed no result line: it ended before its tests did"])
    parts = {name.rstrip("s"): int(number) for number, name in PYTEST_PART.findall(closing[-1])}
    return Counts(
        passed=parts.get("passed", 0) + parts.get("xfailed", 0),
        failed=parts.get("failed", 0) + parts.get("error", 0) + parts.get("xpassed", 0),
        skipped=parts.get("skipped", 0),
    )
