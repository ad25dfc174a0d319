"""The tracker tells whether what is said is being recorded, and whether that is paused."""

from __future__ import annotations


def talking(pbx):
    """A call from outside that was answered; its caller's channel, the phone's and their bridge."""
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101")
    return caller, phone, pbx.at(2).answer(caller, phone)


def mute(pbx, channel, state, direction="both"):
    pbx.tell("MixMonitorMute", channel.fields(), direction=direction, state=state)


def test_a_recorded_call_says_so_until_it_ends(pbx):
    caller = pbx.incoming()
    pbx.tell("MixMonitorStart", caller.fields())
    phone = pbx.dial(caller, "PJSIP/101")
    assert pbx.call()["recording"] == "on"
    bridge = pbx.at(2).answer(caller, phone)
    pbx.tracker.take_changed()
    mute(pbx, caller, "1")
    assert pbx.call()["recording"] == "paused" and pbx.tracker.take_changed()
    mute(pbx, caller, "1")
    assert not pbx.tracker.take_changed()
    mute(pbx, caller, "0")
    assert pbx.call()["recording"] == "on" and pbx.tracker.take_changed()
    pbx.at(9).end(bridge, caller, phone)
    assert pbx.call()["recording"] is None


def test_a_call_that_nobody_records(pbx):
    talking(pbx)
    assert pbx.call()["recording"] is None


def test_a_recording_that_was_stopped(pbx):
    caller, _phone, _bridge = talking(pbx)
    pbx.tell("MixMonitorStart", caller.fields())
    pbx.tell("MixMonitorStop", caller.fields())
    assert pbx.call()["recording"] is None


def test_while_one_leg_is_recorded_the_call_is(pbx):
    caller, phone, _bridge = talking(pbx)
    for channel in (caller, phone):
        pbx.tell("MixMonitorStart", channel.fields())
    mute(pbx, caller, "1")
    assert pbx.call()["recording"] == "on"
    mute(pbx, phone, "1")
    assert pbx.call()["recording"] == "paused"


def test_half_a_pause_is_none(pbx):
    caller, _phone, _bridge = talking(pbx)
    pbx.tell("MixMonitorStart", caller.fields())
    mute(pbx, caller, "1", direction="read")
    assert pbx.call()["recording"] == "on"


def test_a_pause_tells_of_a_recording_whose_beginning_was_missed(pbx):
    caller, _phone, _bridge = talking(pbx)
    mute(pbx, caller, "1")
    assert pbx.call()["recording"] == "paused"


def test_a_recorded_leg_that_hangs_up_takes_its_recording_along(pbx):
    caller, phone, bridge = talking(pbx)
    pbx.tell("MixMonitorStart", phone.fields())
    pbx.leave(phone, bridge, 1)
    pbx.hang(phone)
    assert pbx.call()["recording"] is None
