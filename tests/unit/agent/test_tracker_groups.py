"""Several phones ring: groups and queues, who won, who lost, who did not come."""

from __future__ import annotations

from tests.unit.agent.ami_script import START


def test_losers_of_a_ring_group_stop_because_another_answered(pbx):
    caller = pbx.incoming()
    first, second, third = (pbx.dial(caller, f"PJSIP/{number}") for number in (101, 102, 103))
    pbx.at(4).end_dial(caller, first, "CANCEL")
    pbx.end_dial(caller, third, "CANCEL")
    assert pbx.leg("PJSIP/101")["result"] is None  # who answered is not told yet
    assert pbx.leg("PJSIP/101")["state"] == "ended"
    pbx.answer(caller, second)
    pbx.hang(first, third, cause=26)
    call = pbx.call()
    assert (call["rang"], call["answered_by"]) == (["PJSIP/101", "PJSIP/102", "PJSIP/103"], "PJSIP/102")
    assert pbx.leg("PJSIP/101")["result"] == pbx.leg("PJSIP/103")["result"] == "elsewhere"
    assert pbx.leg("PJSIP/102")["result"] == "answered"


def test_losers_without_cause_26_are_recognised_by_time(pbx):
    caller = pbx.incoming()
    first, second = pbx.dial(caller, "PJSIP/101"), pbx.dial(caller, "PJSIP/102")
    pbx.at(4).answer(caller, second)
    pbx.end_dial(caller, first, "CANCEL")
    pbx.hang(first, cause=16)
    assert pbx.leg("PJSIP/101")["result"] == "elsewhere"


def test_a_phone_tried_long_before_another_answered_did_not_lose_to_it(pbx):
    caller = pbx.incoming()
    first = pbx.dial(caller, "PJSIP/101")
    pbx.at(15).end_dial(caller, first, "NOANSWER")
    pbx.hang(first, cause=0)
    second = pbx.dial(caller, "PJSIP/102")
    pbx.at(18).answer(caller, second)
    assert pbx.leg("PJSIP/101")["result"] == "no-answer"


def test_of_several_failed_attempts_the_one_that_rang_longest_tells(pbx):
    caller = pbx.incoming()
    busy, ringing = pbx.dial(caller, "PJSIP/101", ring=False), pbx.dial(caller, "PJSIP/102")
    pbx.end_dial(caller, busy, "BUSY")
    pbx.hang(busy, cause=17)
    pbx.at(30).end_dial(caller, ringing, "NOANSWER")
    pbx.hang(ringing, caller, cause=19)
    assert (pbx.call()["result"], pbx.call()["rang"]) == ("no-answer", ["PJSIP/102"])


def test_the_queue_says_twice_that_a_loser_was_cancelled(pbx):
    caller = pbx.incoming()
    pbx.state(caller, "Up")
    pbx.tell("QueueCallerJoin", caller.fields(), queue="support")
    first, second = pbx.dial(caller, "PJSIP/103"), pbx.dial(caller, "PJSIP/104")
    pbx.at(3).state(second, "Up")
    pbx.end_dial(caller, second, "ANSWER")
    pbx.end_dial(caller, first, "CANCEL")
    pbx.end_dial(caller, first, "CANCEL")
    pbx.hang(first, cause=26)
    pbx.tell("QueueCallerLeave", caller.fields(), queue="support")
    pbx.talk(second, caller)
    call = pbx.call()
    assert (call["queue"], call["answered_by"], call["answered_at"]) == ("support", "PJSIP/104", START + 3)
    assert pbx.leg("PJSIP/103")["result"] == "elsewhere"


def test_who_leaves_the_queue_unserved_has_given_up(pbx):
    caller = pbx.incoming()
    pbx.state(caller, "Up")
    pbx.tell("QueueCallerJoin", caller.fields(), queue="support")
    phone = pbx.dial(caller, "PJSIP/103")
    pbx.at(12).ask(caller)
    pbx.end_dial(caller, phone, "CANCEL")
    pbx.tell("QueueCallerAbandon", caller.fields(), queue="support", holdtime="12")
    pbx.tell("AgentRingNoAnswer", phone.fields("dest"), caller.fields(), queue="support")
    pbx.tell("QueueCallerLeave", caller.fields(), queue="support")
    pbx.hang(phone, caller)
    call = pbx.call()
    assert (call["result"], call["hung_up_by"], call["queue"]) == ("cancelled", "caller", "support")
    assert pbx.leg("PJSIP/103")["result"] == "cancelled"


def test_a_queue_without_members_runs_out_of_time(pbx):
    caller = pbx.incoming()
    pbx.state(caller, "Up")
    pbx.tell("QueueCallerJoin", caller.fields(), queue="support")
    pbx.at(60).tell("QueueCallerLeave", caller.fields(), queue="support")
    pbx.soft(caller)
    pbx.hang(caller)
    assert (pbx.call()["result"], pbx.call()["hung_up_by"]) == ("no-answer", "pbx")
