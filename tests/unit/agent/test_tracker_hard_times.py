"""Events that come twice, late, in another order, not at all, or from the middle of a call."""

from __future__ import annotations

import random

from pbx_agent.ami.reader import parse_event
from pbx_agent.calls.registry import KEEP_ENDED_SECONDS
from tests.unit.agent.ami_script import START, Story


def answered(pbx):
    caller = pbx.incoming()
    phone = pbx.at(1).dial(caller, "PJSIP/101")
    bridge = pbx.at(3).answer(caller, phone)
    pbx.at(9).end(bridge, caller, phone)
    return caller, phone


def told_again(frames, grace=2.0):
    again = Story(grace_seconds=grace)
    for now, frame in frames:
        event = parse_event(frame)
        if event is not None:
            again.tracker.feed(event, now)
    return again


def without_version(call):
    return {key: value for key, value in call.items() if key != "version"}


def test_every_event_twice_changes_nothing(pbx):
    answered(pbx)
    twice = told_again([pair for pair in pbx.told for _ in range(2)])
    assert without_version(twice.call()) == without_version(pbx.call())


def test_the_whole_story_twice_changes_nothing(pbx):
    answered(pbx)
    twice = told_again([*pbx.told, *pbx.told])
    assert without_version(twice.call()) == without_version(pbx.call())


def test_any_order_of_an_answered_call_ends_it_as_one_call(pbx):
    answered(pbx)
    for seed in range(200):
        shuffled = list(pbx.told)
        random.Random(seed).shuffle(shuffled)
        call = told_again(shuffled).call()
        assert call["state"] == "ended"
        assert call["linkedids"] == [f"{int(START)}.1"]


def test_a_late_event_does_not_wake_a_dead_channel(pbx):
    caller, phone = answered(pbx)
    pbx.at(10).state(phone, "Ringing")
    pbx.begin(caller, phone)
    pbx.talk(phone, caller)
    assert pbx.call()["state"] == "ended"


def test_not_even_after_the_call_was_forgotten(pbx):
    caller, phone = answered(pbx)
    pbx.at(10 + KEEP_ENDED_SECONDS).incoming(number="+49111")
    pbx.state(phone, "Ringing")
    assert len(pbx.snapshots()) == 1


def test_a_lost_hangup_of_a_loser_does_not_keep_the_call_open(pbx):
    caller = pbx.incoming()
    loser, winner = pbx.dial(caller, "PJSIP/101"), pbx.dial(caller, "PJSIP/102")
    pbx.at(1).end_dial(caller, loser, "CANCEL")
    bridge = pbx.answer(caller, winner)
    pbx.at(5).end(bridge, caller, winner)
    assert pbx.call()["state"] == "ended"


def test_a_lost_hangup_of_the_callee_does_not_keep_the_call_open(pbx):
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101")
    bridge = pbx.at(1).answer(caller, phone)
    pbx.leave(caller, bridge, 1)
    pbx.leave(phone, bridge)
    pbx.hang(caller)
    assert pbx.call()["state"] == "ended"


def test_local_halves_are_told_apart_though_they_differ_in_one_character(pbx):
    caller = pbx.incoming()
    near = pbx.new("Local/101@queue-00000001;1", caller)
    far = pbx.new("Local/101@queue-00000001;2", caller)
    pbx.begin(caller, near)
    phone = pbx.dial(far, "PJSIP/101")
    pbx.talk(phone, far)
    assert pbx.call()["state"] == "ringing"  # the caller is not connected yet
    pbx.talk(caller, near)
    assert (pbx.call()["state"], pbx.call()["answered_by"]) == ("talking", "PJSIP/101")
    pbx.hang(near)
    pbx.hang(caller, phone)
    assert pbx.call()["state"] == "ended"  # the other half's hangup may be lost


def test_events_without_linkedid_are_joined_by_dialling(pbx):
    """Some versions and some events tell no Linkedid."""
    caller = pbx.incoming()
    caller.linkedid = ""
    phone = pbx.new("PJSIP/101")
    phone.linkedid = ""
    pbx.begin(caller, phone)
    assert pbx.call()["linkedid"] == caller.uniqueid


def test_beginning_in_the_middle_of_a_conversation(pbx):
    caller, phone = pbx.incoming(), None
    phone = pbx.dial(caller, "PJSIP/101")
    bridge = pbx.at(2).answer(caller, phone)
    seen = len(pbx.told)
    pbx.at(30).end(bridge, caller, phone)
    late = told_again(pbx.told[seen:])
    call = late.call()
    assert (call["partial"], call["state"], call["result"]) == (True, "ended", "answered")
    assert (call["direction"], call["hung_up_by"]) == ("incoming", "caller")


def test_a_list_of_channels_tells_a_running_call(pbx):
    caller = pbx.incoming()
    phone = pbx.new("PJSIP/101", caller)
    late = Story()
    for channel, duration, application in ((caller, "00:01:10", "Dial"), (phone, "00:01:08", "AppDial")):
        channel.facts["channelstatedesc"] = "Up"
        late.at(70).tell("CoreShowChannel", channel.fields(), duration=duration, application=application, bridgeid="b1")
    late.tell("CoreShowChannelsComplete")
    call = late.call()
    assert (call["partial"], call["state"], call["direction"]) == (True, "talking", "incoming")
    assert (call["started_at"], call["answered_at"]) == (START, None)
    assert [leg["role"] for leg in call["legs"]] == ["caller", "callee"]
    late.at(80).end("b1", caller, phone)
    assert late.call()["result"] == "answered"


def test_a_list_of_channels_tells_a_ringing_phone(pbx):
    caller = pbx.incoming()
    phone = pbx.new("PJSIP/101", caller, channelstatedesc="Ringing")
    late = Story()
    late.tell("CoreShowChannel", caller.fields(), duration="00:00:05", application="Dial")
    late.tell("CoreShowChannel", phone.fields(), duration="00:00:05", application="AppDial")
    late.tell("CoreShowChannelsComplete")
    assert (late.call()["state"], late.call()["rang"]) == ("ringing", ["PJSIP/101"])


def test_what_the_list_lacks_has_ended_unseen(pbx):
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101")
    pbx.at(1).answer(caller, phone)
    pbx.at(60).tell("CoreShowChannelsComplete", listitems="0")
    call = pbx.call()
    assert (call["state"], call["result"], call["ended_at"]) == ("ended", "answered", START + 60)


def test_what_was_seen_a_moment_ago_is_not_ended_by_an_older_list(pbx):
    caller = pbx.incoming()
    pbx.at(0.5).tell("CoreShowChannelsComplete", listitems="0")
    assert pbx.call()["state"] == "ringing"
    assert caller


def test_asterisk_going_down_ends_every_call(pbx):
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101")
    pbx.at(1).answer(caller, phone)
    pbx.at(5).tell("Shutdown", shutdown="Cleanly")
    assert (pbx.call()["state"], pbx.call()["talk_seconds"]) == ("ended", 4)


def test_fully_booted_comes_at_every_login_and_ends_only_what_is_older_than_asterisk(pbx):
    pbx.incoming()
    pbx.at(10).tell("FullyBooted", uptime="3600")
    assert pbx.call()["state"] == "ringing"
    pbx.at(20).tell("FullyBooted", uptime="5")
    assert pbx.call()["state"] == "ended"


def test_a_masquerade_moves_a_name_not_a_call(pbx):
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101")
    pbx.at(1).answer(caller, phone)
    pbx.tell("Rename", caller.fields(), newname="AsyncGoto/" + caller.name)
    assert pbx.call()["trunk"] == "PJSIP/carrier"
    husk = pbx.new("PJSIP/102", caller)
    pbx.tell("Rename", husk.fields(), newname=husk.name + "<ZOMBIE>")
    assert len(pbx.call()["legs"]) == 2


def test_the_service_channels_of_asterisk_are_nobodys_call(pbx):
    for name in (
        "Message/ast_msg_queue",
        "CBAnn/600-00000001;1",
        "Recorder/ARI-00000001;2",
        "UnicastRTP/127.0.0.1:5000-1",
    ):
        pbx.new(name + "-1")
    assert pbx.snapshots() == []


def test_hostile_texts_are_cut_and_cleaned(pbx):
    caller = pbx.new(
        "PJSIP/carrier",
        calleridnum="+49" + "1" * 500,
        calleridname='\\"><img src=x onerror=alert(1)>\x07\u2028\u202e' + "я" * 10_000,
        context="from-carrier",
        exten="9" * 3000,
        channelstatedesc="Ring",
    )
    pbx.dial(caller, "PJSIP/101")
    call = pbx.call()
    name = call["caller"]["name"]
    assert name.startswith('"><img src=x onerror=alert(1)>я')
    assert len(name) == 80 and name.isprintable()
    assert len(call["caller"]["number"]) == 40
    assert len(call["callee"]["number"]) <= 40


def test_limits_leave_out_the_middle(pbx):
    caller = pbx.incoming()
    for number in range(100):
        phone = pbx.dial(caller, f"PJSIP/{200 + number}")
        pbx.end_dial(caller, phone, "NOANSWER")
        pbx.hang(phone)
    legs = pbx.call()["legs"]
    assert len(legs) == 60
    assert legs[0]["role"] == "caller"
    assert legs[-1]["endpoint"] == "PJSIP/299"
