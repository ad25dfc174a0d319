"""Rules of a phone's behaviour."""

from __future__ import annotations

import pytest

from sandbox.phones.behaviour import Behaviour
from sandbox.phones.message import Headers, Request
from sandbox.phones.numbering import direct_number, outside_number


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        ({"mode": "asleep"}, "no mode 'asleep': use one of manual"),
        ({"mode": "refuse"}, "status from 400"),
        ({"mode": "refuse", "status": 200}, "status from 400"),
        ({"after": -1}, "after is -1 s"),
        ({"talk": 1e9}, "talk is"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_what_would(arguments, complaint):
    with pytest.raises(ValueError, match=complaint):
        Behaviour(**arguments)


def invite(*fields):
    return Request("INVITE", "sip:101@h", Headers(fields))


def test_only_a_phone_with_nothing_else_to_do_answers_by_itself():
    asked = invite(("Call-Info", "<sip:x>; Answer-After=0"))
    assert Behaviour("manual").for_invite(asked).mode == "answer"
    assert Behaviour("answer", after=9).for_invite(asked).after == 0
    for mode in ("busy", "dnd", "decline", "ring", "silent"):
        assert Behaviour(mode).for_invite(asked) == Behaviour(mode)


@pytest.mark.parametrize("value", ["<sip:x>;answer-after=05", "<http://x>;info=alert-internal", ""])
def test_other_headers_mean_nothing(value):
    assert Behaviour().for_invite(invite(("Call-Info", value), ("Alert-Info", value))).mode == "manual"


def test_numbers_as_people_say_them():
    assert direct_number("104") == "+493055570104"
    assert outside_number("102") == "+493055570102"
    assert outside_number("*98") == "*98"
    for wrong in ("", "Anna", "1;2", "+", "sip:1@h"):
        with pytest.raises(ValueError, match="is no number"):
            outside_number(wrong)
