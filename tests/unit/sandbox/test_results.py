"""The words of Odoo's and pytest's test runners are read correctly, silent failures included."""

from __future__ import annotations

import pytest

from sandbox import results

STAMP = "2026-03-01 10:00:00,123 4711"


def log(*entries: str) -> list[str]:
    """An Odoo log of `LEVEL logger: text` entries; what starts with a blank continues the entry before it."""
    lines = []
    for entry in entries:
        level, _, rest = entry.partition(" ")
        lines.append(f"{STAMP} {level} ci {rest} " if level.isupper() else entry)
    return lines


def result_line(failed: int, errors: int, ran: int) -> str:
    level = "ERROR" if failed or errors else "INFO"
    return f"{level} odoo.tests.result: {failed} failed, {errors} error(s) of {ran} tests when loading database 'ci'"


def test_a_clean_odoo_run_passes():
    counts = results.odoo(log("INFO odoo.tests: Starting TestCall.test_one ...", result_line(0, 0, 12)))
    assert counts.ok
    assert str(counts) == "12 passed, 0 failed, 0 skipped"


def test_failures_and_errors_are_counted_together_and_are_no_extra_problem():
    counts = results.odoo(
        log(
            "ERROR odoo.addons.x.tests.test_x: FAIL: TestX.test_a",
            " Traceback (most recent call last):",
            "ERROR odoo.addons.x.tests.test_x: ERROR: TestX.test_b",
            "ERROR odoo.modules.loading: At least one test failed when loading the modules.",
            "ERROR odoo.addons.base: Module x: 1 failures, 1 errors of 5 tests",
            result_line(1, 1, 5),
        )
    )
    assert (counts.passed, counts.failed, counts.problems) == (3, 2, [])
    assert not counts.ok


def test_a_failed_tests_report_keeps_its_traceback():
    lines = log("ERROR odoo.addons.x.tests.test_x: FAIL: TestX.test_a", "  File x.py", "AssertionError", "INFO a.b: c")
    assert results.failures(lines) == [f"{lines[0]}\n  File x.py\nAssertionError"]


@pytest.mark.parametrize("level", ["WARNING", "ERROR", "CRITICAL"])
def test_a_logged_complaint_fails_a_run_whose_tests_passed(level):
    counts = results.odoo(log(f"{level} odoo.models: something is deprecated", result_line(0, 0, 3)))
    assert not counts.ok
    assert "something is deprecated" in counts.problems[0]


def test_the_same_complaint_is_shown_once():
    lines = log("WARNING odoo.ir_asset: no such path", "WARNING odoo.ir_asset: no such path", result_line(0, 0, 3))
    assert len(results.odoo(lines).problems) == 1


def test_a_run_without_a_result_line_is_a_failure():
    assert not results.odoo(log("INFO odoo.modules.loading: loading 60 modules...")).ok


@pytest.mark.parametrize(
    "entry",
    [
        "INFO odoo.addons.x.tests.test_js: skipped TestTour.test_ring : Chrome executable not found",
        "INFO odoo.tests.common: Chrome headless failed to start",
    ],
)
def test_a_skipped_test_fails_browser_suites_only(entry):
    lines = log(entry, result_line(0, 0, 2))
    assert results.odoo(lines).ok
    assert results.odoo(lines).skipped == 1
    assert not results.odoo(lines, browser=True).ok


def test_javascript_unit_tests_are_counted_and_none_is_a_failure():
    passed = "INFO odoo.addons.x.tests.test_js.TestJs.test_hoot.browser: [HOOT] Passed {} tests (9 assertions, total)"
    some = results.odoo(log(passed.format(7), result_line(0, 0, 1)), browser=True)
    assert some.ok
    assert "7 JavaScript unit tests passed" in some.notes[0]
    failed = "ERROR odoo.addons.x.tests.test_js: [HOOT] Failed 2 tests (5 passed, total time: 00:00:01)"
    assert "5 JavaScript unit tests passed, 2 failed" in results.odoo(log(failed, result_line(1, 0, 1))).notes[0]
    assert not results.odoo(log(passed.format(0), result_line(0, 0, 1)), browser=True).ok


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("12 passed in 0.31s", (12, 0, 0)),
        ("1 failed, 14 passed in 1.21s", (14, 1, 0)),
        ("==== 2 failed, 3 passed, 4 skipped, 1 error in 61.20s (0:01:01) ====", (3, 3, 4)),
        ("1 xfailed, 1 xpassed, 2 errors in 0.1s", (1, 3, 0)),
        ("no tests ran in 0.01s", (0, 0, 0)),
        ("3 passed, 1 warning in 0.10s", (3, 0, 0)),
    ],
)
def test_pytests_closing_line(line, expected):
    counts = results.pytest(["....", line])
    assert (counts.passed, counts.failed, counts.skipped) == expected
    assert not counts.problems


def test_pytest_that_died_is_a_failure():
    assert not results.pytest(["....", "Segmentation fault"]).ok


def test_counts_of_suites_add_up():
    total = results.Counts(1, 2, 3, ["a"]) + results.Counts(10, 20, 30, ["b"], ["c"])
    assert total == results.Counts(11, 22, 33, ["a", "b"], ["c"])
