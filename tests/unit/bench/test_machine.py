"""The line that says what a figure was measured on."""

from bench.machine import cores, describe, load_row


def test_the_machine_in_a_line():
    line = describe("processor : 0\nmodel name : Fast 3000 @ 2 GHz\n", "MemTotal:   25165824 kB\nMemFree: 1 kB\n")
    assert line.startswith(f"Fast 3000 @ 2 GHz, {cores()} cores, 24 GiB, ")


def test_a_machine_that_hides_its_parts_has_a_line_too():
    assert "unknown memory" in describe("", "")


def test_the_load_stands_beside_the_cores():
    row = load_row("before")
    assert row.value >= 0 and (row.peer, row.peer_value) == ("cores", cores())
