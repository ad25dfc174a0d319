"""Channel events of stores become rows of the wire."""

from __future__ import annotations

from hashlib import blake2b

from pbx_agent.cdr.cel_rows import CelRows
from pbx_agent.cdr.columns import CEL_CSV
from pbx_agent.cdr.keys import Ordinals
from tests.unit.agent.cdr.test_rows import BERLIN, UTC, shape

EVENT = {
    "eventtype": "CHAN_START", "eventtime": "2025-11-24 16:00:00.001", "cid_name": "Eva Braun", "cid_num": "+4930",
    "exten": "101", "context": "from-carrier", "channame": "PJSIP/carrier-1", "uniqueid": "1764000000.10",
    "linkedid": "1764000000.10", "extra": '{"a":"' + "b" * 500 + '"}',
}  # fmt: skip


def test_a_channel_event():
    told = shape(CEL_CSV, EVENT, make=CelRows)
    parts = b"s\x001764000000.10\x001764000000.10\x002025-11-24 16:00:00.001\x00CHAN_START\x000"
    assert told["key"] == blake2b(parts, digest_size=16).hexdigest()
    assert (told["eventtype"], told["eventtime"], told["cid_name"]) == ("CHAN_START", 1764000000.001, "Eva Braun")
    assert told["extra"] == EVENT["extra"] and told["appname"] == ""


def test_two_events_of_one_moment_are_two():
    row = [EVENT.get(name, "") for name in CEL_CSV]
    told = CelRows(CEL_CSV, UTC).shape([row, row], [0, 1], Ordinals(500))
    assert told[0][0] != told[1][0]


def test_an_event_of_a_database_with_other_names_and_numbers():
    names = ["id", "eventtype", "eventtime", "uniqueid", "linkedid", "eventextra", "cid_ani"]
    row = {
        "eventtype": "16",
        "eventtime": "1764000000.25",
        "uniqueid": "u",
        "linkedid": "l",
        "eventextra": "{}",
        "cid_ani": "1",
    }
    told = shape(names, row, make=CelRows)
    assert (told["eventtype"], told["eventtime"], told["extra"]) == ("LINKEDID_END", 1764000000.25, "{}")


def test_an_event_in_the_hour_that_comes_twice():
    row = {**EVENT, "eventtime": "2025-10-26 02:30:00.500"}
    assert shape(CEL_CSV, {**row, "uniqueid": "1761438599.1"}, BERLIN, CelRows)["eventtime"] == 1761438600.5
    assert shape(CEL_CSV, {**row, "uniqueid": "1761442199.1"}, BERLIN, CelRows)["eventtime"] == 1761442200.5
