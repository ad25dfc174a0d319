"""What the PBX wrote and what it said live are the same calls: each scenario by CDR, by CDR and CEL, and by CEL alone.

A record is poorer than a conversation: times in a CDR are whole seconds, a phone that declined looks like a caller who
gave up, a number dialled into a menu is replaced by the menu's choice. What differs for such a reason is in `POORER`.
"""

from __future__ import annotations

import pytest
from addon_tools.fold import fold

from tests.unit.addon.fold.records import DEVICES, load, names, seen_live

FACTS = ("direction", "result", "rang", "answered_by", "queue", "trunk", "did", "callee", "transfers", "hung_up_by")
#: nobody was called: no number dialled, or none that the PBX knows; AMI saw somebody try, records are about calls
NOT_A_CALL = {
    "click_not_dialled", "click_own_busy", "click_own_declined", "click_own_no_answer", "click_own_unregistered",
    "internal_unknown", "originate_local_declined",
}  # fmt: skip
#: the PBX wrote no CDR at all; of a click through Local channels CEL alone does not tell which half is whose
SILENT = {("incoming_unregistered", "cdr"), ("asterisk_killed", "cdr"), ("originate_local", "cel")}
ALL = ("cdr", "both", "cel")
#: (scenario, kinds of record): facts that these cannot know
UNKNOWN = [
    ("incoming_rejected outgoing_rejected ring_group_all_decline", ["cdr"], "result hung_up_by"),
    ("outgoing_switched_off", ["cdr"], "result"),
    ("ring_group_no_answer", ["cdr"], "result hung_up_by rang"),
    ("ring_group_local_refused", ["cdr"], "result"),
    ("incoming_do_not_disturb", ["cdr"], "result hung_up_by"),
    # refused in the same second, or rung by somebody else's click: it looks like a phone that rang, or did not
    (
        "incoming_do_not_disturb incoming_unplugged ring_group_no_answer queue_one_declines conference_by_ami",
        ALL,
        "rang",
    ),
    ("menu_only menu_then_agent", ["cdr"], "did callee"),
    # a transfer that nobody's phone asked for looks like one; and a lot is told by its place, not by its number
    ("park_by_ami redirect_by_ami", ALL, "transfers"),
    # three in one room: Asterisk tells the same of it as of a transfer
    ("transfer_attended_threeway", ["both", "cel"], "transfers hung_up_by"),
    # the number that a transfer's second half dialled stands in a row only
    ("transfer_attended_to_mobile", ["cel"], "transfers"),
    ("park_and_fetch park_given_up park_timeout transfer_blind_to_nobody", ["cdr"], "transfers"),
    # who left a conference last did not hang up on anybody
    ("conference conference_by_ami", ["both", "cel"], "hung_up_by"),
    # the PBX had picked up before: when the two began to talk stands nowhere
    ("click_client_hangs_up click_answered", ["cdr"], "talk_seconds ring_seconds"),
    # AMI was cut off, or Asterisk killed: there the records know better, or nobody does
    ("asterisk_killed asterisk_stops", ALL, "talk_seconds ring_seconds"),
    ("reconnect_answered_meanwhile reconnect_other_call", ALL, "talk_seconds ring_seconds hung_up_by"),
]
POORER = {}
for scenarios, kinds, facts in UNKNOWN:
    for scenario in scenarios.split():
        for kind in kinds:
            POORER.setdefault((scenario, kind), set()).update(facts.split())
#: these came too late to see the beginning; the records know it
LATE = ("late_while_ringing", "late_while_talking")
SLACK = {"cdr": 1.6, "both": 0.7, "cel": 0.7}


def told(name, kind):
    """The calls that one kind of record tells."""
    rows, events = load(name)
    return fold(rows if kind != "cel" else (), events if kind != "cdr" else (), DEVICES)


def brief(call, facts):
    """The facts of a call that all sources should agree in."""
    short = {fact: call[fact] for fact in facts}
    short["caller"] = call["caller"]["number"]
    if "rang" in short:
        short["rang"] = sorted(call["rang"])  # of phones that ring together the order is chance
    if "callee" in short:
        short["callee"] = call["callee"]["number"]
    if "transfers" in short:
        short["transfers"] = [{key: t[key] for key in ("kind", "by", "to", "result")} for t in call["transfers"]]
    return short


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("name", [name for name in names() if name not in NOT_A_CALL and name not in LATE])
def test_the_records_tell_what_was_seen_live(name, kind):
    if (name, kind) in SILENT:
        assert told(name, kind) == []
        return
    poorer = POORER.get((name, kind), ())
    facts = [fact for fact in FACTS if fact not in poorer]
    found, expected = told(name, kind), seen_live(name)
    for call, seen in zip(found, expected):
        if call["hung_up_by"] is None:
            call["hung_up_by"] = seen["hung_up_by"]
    assert [brief(call, facts) for call in found] == [brief(call, facts) for call in expected]
    for call, seen in zip(found, expected):
        for fact in {"talk_seconds", "ring_seconds"} - set(poorer):
            assert call[fact] == pytest.approx(seen[fact], abs=SLACK[kind]), fact


@pytest.mark.parametrize("kind", ["cdr", "both", "cel"])
@pytest.mark.parametrize("name", sorted(NOT_A_CALL))
def test_nobody_was_called(name, kind):
    assert [call["result"] for call in told(name, kind)] in ([], ["busy"], ["rejected"], ["no-answer"])


@pytest.mark.parametrize("name", LATE)
def test_the_records_know_the_beginning_that_a_late_listener_missed(name):
    (call,) = told(name, "both")
    assert (call["did"], call["result"], call["answered_by"]) == ("+493055570102", "answered", "PJSIP/102")


@pytest.mark.parametrize("name", names())
def test_any_order_of_rows_tells_the_same(name):
    rows, events = load(name)
    assert fold(rows[::-1], events[::-1], DEVICES) == fold(rows, events, DEVICES)
    assert fold([*rows, *rows], (), DEVICES) == fold(rows, (), DEVICES)


def test_all_scenarios_at_once_are_the_same_calls():
    """Nothing ties calls together that have nothing to do with each other."""
    loaded = [load(name) for name in names()]
    rows = [row for rows, _events in loaded for row in rows]
    alone = [call for own, _events in loaded for call in fold(own, (), DEVICES)]
    assert sorted(call["linkedids"] for call in fold(rows, (), DEVICES)) == sorted(call["linkedids"] for call in alone)
