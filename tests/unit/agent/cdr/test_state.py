"""The places reached in each store, on disk."""

from __future__ import annotations

import pytest

from pbx_agent.cdr.state import Position, State


def test_a_state_that_cannot_be_used_is_an_error_of_the_folder(tmp_path):
    (tmp_path / "history.sqlite").mkdir()
    with pytest.raises(OSError):
        State(tmp_path / "history.sqlite")


def test_each_store_has_a_place_of_its_own(tmp_path):
    state = State(tmp_path / "history.sqlite")
    state.keep("cdr", "csv:Master.csv", Position({"offset": 7}, 1.5))
    state.keep("cel", "csv:Master.csv", Position({"offset": 9}))
    assert state.position("cdr", "csv:Master.csv") == ({"offset": 7}, 1.5)
    assert state.position("cel", "csv:Master.csv") == ({"offset": 9}, None)
    assert state.position("cdr", "mysql:asteriskcdrdb.cdr") == (None, None)
    state.close()
