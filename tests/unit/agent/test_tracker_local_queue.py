"""Queues whose members are Local channels, as PBX distributions add them (`Local/101@from-queue/n`)."""

from __future__ import annotations


def in_queue(pbx):
    """The caller stands in the queue 400, whose members are Local channels."""
    caller = pbx.incoming(trunk="SIP/mytrunk", context="from-trunk-sip-mytrunk")
    pbx.state(caller, "Up")
    caller.facts.update(context="ext-queues", exten="400")
    pbx.tell("QueueCallerJoin", caller.fields(), queue="400", position="1")
    return caller


def member(pbx, caller, number, index):
    return pbx.behind(caller, f"PJSIP/{number}", str(number), "from-queue", index)


def test_a_queue_of_local_members_is_answered_in_the_second_round(pbx):
    caller = in_queue(pbx)
    first = member(pbx, caller, 101, 1)
    pbx.at(15).tell("AgentRingNoAnswer", caller.fields(), first[0].fields("dest"), queue="400", ringtime="15000")
    pbx.take_back(caller, *first, "NOANSWER")
    again = member(pbx.at(20), caller, 101, 2)
    pbx.at(24).answer_behind(caller, *again)
    pbx.tell("QueueCallerLeave", caller.fields(), queue="400")
    pbx.tell("AgentConnect", caller.fields(), again[0].fields("dest"), queue="400", holdtime="24")
    call = pbx.call()
    assert (call["queue"], call["state"], call["rang"]) == ("400", "talking", ["PJSIP/101"])
    assert (call["answered_by"], call["ring_seconds"]) == ("PJSIP/101", 24)
    assert [leg["result"] for leg in call["legs"]] == [None, "no-answer", "answered"]


def test_a_queue_of_local_members_from_which_the_caller_goes_away(pbx):
    caller = in_queue(pbx)
    ringing = member(pbx, caller, 101, 1)
    pbx.at(9).ask(caller)
    pbx.take_back(caller, *ringing, "CANCEL")
    pbx.tell("QueueCallerAbandon", caller.fields(), queue="400", holdtime="9")
    pbx.tell("QueueCallerLeave", caller.fields(), queue="400")
    pbx.hang(caller)
    call = pbx.call()
    assert (call["result"], call["hung_up_by"], call["rang"]) == ("cancelled", "caller", ["PJSIP/101"])
    assert pbx.leg("PJSIP/101")["result"] == "cancelled"


def test_who_goes_away_between_two_rounds_of_a_queue_has_given_up(pbx):
    caller = in_queue(pbx)
    first = member(pbx, caller, 101, 1)
    pbx.at(15).take_back(caller, *first, "NOANSWER")
    pbx.at(17).ask(caller)
    pbx.tell("QueueCallerAbandon", caller.fields(), queue="400", holdtime="17")
    pbx.hang(caller)
    assert (pbx.call()["result"], pbx.call()["hung_up_by"]) == ("cancelled", "caller")
    assert pbx.leg("PJSIP/101")["result"] == "no-answer"


def test_a_queue_whose_own_patience_ends_says_abandoned_too(pbx):
    caller = in_queue(pbx)
    first = member(pbx, caller, 101, 1)
    pbx.at(30).take_back(caller, *first, "NOANSWER")
    pbx.tell("QueueCallerAbandon", caller.fields(), queue="400", holdtime="30")
    pbx.tell("QueueCallerLeave", caller.fields(), queue="400")
    pbx.soft(caller)
    pbx.hang(caller, cause=19)
    assert (pbx.call()["result"], pbx.call()["hung_up_by"]) == ("no-answer", "pbx")


def test_a_members_own_mailbox_picks_up_in_the_queue(pbx):
    """The queue believes that the agent answered; the caller hears the greeting of a mailbox."""
    caller = in_queue(pbx)
    near, far, phone = member(pbx, caller, 101, 1)
    pbx.at(15).end_dial(far, phone, "NOANSWER")
    pbx.hang(phone)
    pbx.walk(far, "macro-vm", "s-NOANSWER", "VoiceMail", "101@default,u")
    pbx.state(far, "Up")
    pbx.state(near, "Up")
    pbx.end_dial(caller, near, "ANSWER")
    outer = pbx.talk(near, caller)
    pbx.at(40).ask(caller)
    pbx.leave(caller, outer, 1)
    pbx.leave(near, outer)
    pbx.hang(near, far, caller)
    assert (pbx.call()["result"], pbx.call()["talk_seconds"]) == ("voicemail", 0)
