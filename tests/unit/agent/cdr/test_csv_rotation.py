"""A rotation in the moment between finding a file and opening it: no row is lost, none is read twice."""

from __future__ import annotations

import pytest

from pbx_agent.cdr import csv_track
from pbx_agent.cdr.source import StoreTrouble
from tests.unit.agent.cdr.records import CsvStore, read_all, sequences


@pytest.fixture
def store(tmp_path):
    return CsvStore(tmp_path)


def before_each_opening(monkeypatch, act):
    """`act` runs each time a file was found and is about to be opened."""

    class Interrupted(csv_track.Tape):
        def __init__(self, file, offset):
            act()
            super().__init__(file, offset)

    monkeypatch.setattr(csv_track, "Tape", Interrupted)


def rotating(store, rows, times):
    """Rotates `times` times, and writes a row of `rows` into the new file where there is one left."""

    def act():
        nonlocal times
        if times:
            times -= 1
            store.rotate()
            if rows:
                store.add(rows.pop(0))

    return act


@pytest.mark.parametrize("is_new_there", [True, False], ids=["the new one is there", "not yet"])
@pytest.mark.parametrize("done", [0, 7, 20])
def test_a_rotation_before_the_file_is_open(store, monkeypatch, is_new_there, done):
    store.add(*range(20))
    cursor, read = None, []
    if done:
        portion = store.source().read(None, done)
        cursor, read = portion.cursor, sequences(portion)
    before_each_opening(monkeypatch, rotating(store, [20] if is_new_there else [], 1))
    source = store.source()
    rest = read_all(source, cursor)
    if not is_new_there:
        store.add(20)
    read += sequences(rest) + sequences(read_all(source, rest.cursor))
    assert read == list(range(21)) and not rest.problems and not rest.doubt


def test_one_that_is_never_as_it_was_found_is_said(store, monkeypatch):
    store.add(*range(3))
    before_each_opening(monkeypatch, rotating(store, [], 9))
    with pytest.raises(StoreTrouble):
        read_all(store.source())
