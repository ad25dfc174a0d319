"""Facts that come late, and calls that we met late: that makes no two calls of one, and wakes no call that is over."""

from __future__ import annotations

from tests.unit.agent.ami_script import START, Story

UUID = "0b4f6f1e-6a3d-4f0e-9d55-0d4a5d0c1a01"


# -- after the Hangup ----------------------------------------------------------------------------------------------


def test_the_reason_of_a_dial_attempt_may_come_after_its_hangup(pbx):
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101")
    pbx.at(9).hang(phone, cause=0)
    pbx.end_dial(caller, phone, "BUSY")
    pbx.hang(caller)
    assert (pbx.call()["result"], pbx.leg("PJSIP/101")["state"]) == ("busy", "ended")


def test_an_attended_transfer_told_after_everybody_hung_up_still_makes_one_call(pbx):
    customer = pbx.incoming()
    employee = pbx.dial(customer, "PJSIP/101")
    bridge = pbx.at(1).answer(customer, employee)
    consultation = pbx.at(5).outgoing("103")
    colleague = pbx.dial(consultation, "PJSIP/103")
    second = pbx.at(6).answer(consultation, colleague)
    pbx.at(9).leave(customer, bridge, 1)
    pbx.leave(employee, bridge)
    pbx.leave(consultation, second, 1)
    pbx.leave(colleague, second)
    pbx.hang(employee, consultation, colleague, customer)
    assert len(pbx.snapshots()) == 2
    pbx.tell(
        "AttendedTransfer", employee.fields("origtransferer"), consultation.fields("secondtransferer"),
        customer.fields("transferee"), colleague.fields("transfertarget"), result="Success",
    )  # fmt: skip
    call = pbx.call()
    assert (call["state"], call["transfers"][0]["to"], call["ended_at"]) == ("ended", "PJSIP/103", START + 9)


def test_a_linkedid_that_changed_is_believed_of_the_dead_too(pbx):
    first, second = pbx.incoming(), pbx.outgoing("700")
    pbx.at(3).hang(first, second)
    second.linkedid = first.linkedid
    pbx.state(second, "Up")
    assert (pbx.call()["state"], pbx.call()["linkedids"]) == ("ended", [first.uniqueid, second.uniqueid])


def test_a_mailbox_heard_of_late_still_tells_the_result(pbx):
    caller = pbx.incoming()
    pbx.state(caller, "Up")
    pbx.hang(caller)
    pbx.tell("Newexten", caller.fields(), application="VoiceMail", appdata="101@default")
    assert pbx.call()["result"] == "voicemail"


def test_an_end_that_was_concluded_too_early_is_taken_back(pbx):
    """The caller's Hangup overtook the news that he had passed his customer on."""
    caller = pbx.outgoing()
    customer = pbx.dial(caller, "PJSIP/carrier", "+493012345678@carrier", context="from-carrier")
    bridge = pbx.at(2).answer(caller, customer)
    pbx.at(10).leave(customer, bridge, 1)
    pbx.leave(caller, bridge)
    pbx.hang(caller)
    assert pbx.call()["state"] == "ended"
    pbx.tell(
        "BlindTransfer", caller.fields("transferer"), customer.fields("transferee"), result="Success", extension="103"
    )
    assert pbx.call()["state"] != "ended"
    third = pbx.dial(customer, "PJSIP/103")
    again = pbx.at(12).answer(customer, third)
    pbx.at(20).end(again, customer, third)
    call = pbx.call()
    assert (call["state"], call["talk_seconds"]) == ("ended", 16)
    assert (call["transfers"][0]["by"], call["transfers"][0]["to"]) == ("PJSIP/101", "PJSIP/103")


# -- before the Newchannel -----------------------------------------------------------------------------------------


def test_events_that_overtake_the_newchannel_are_no_late_arrival(pbx):
    caller = pbx.incoming()
    phone = pbx.at(0.7).dial(caller, "PJSIP/101")
    frames = dict(enumerate(frame for _now, frame in pbx.told))
    again = Story().at(0.7)
    for place in (2, 1, 0, 3):  # DialBegin, the phone's and the caller's Newchannel, Ringing
        again.tell(frames[place]["event"], frames[place])
    again.at(5).answer(caller, phone)
    call = again.call()
    assert (call["partial"], call["started_at"], call["ring_seconds"]) == (False, START + 0.7, 4.3)
    assert (call["did"], call["rang"]) == ("+493055570100", ["PJSIP/101"])


def test_the_uniqueids_of_a_click_through_a_local_channel_differ_by_two_characters():
    """Asterisk names the far half after the near one: `uuid` and `uuid;2`."""
    pbx = Story()
    near = pbx.new("Local/101@from-internal-00000001;1", uniqueid=UUID, exten="101")
    far = pbx.new("Local/101@from-internal-00000001;2", near, uniqueid=UUID + ";2", exten="101")
    phone = pbx.dial(far, "PJSIP/101")
    pbx.hang(near, phone, far)
    assert pbx.call()["state"] == "ended"
    assert (pbx.call()["command"], pbx.call()["caller"]["endpoint"]) == (UUID, "PJSIP/101")


# -- from the middle -----------------------------------------------------------------------------------------------


def conversation(pbx):
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101", calleridnum="101", connectedlinenum="+493012345678", connectedlinename="Eva")
    return caller, phone, pbx.at(2).answer(caller, phone)


def from_here_on(pbx, play):
    """A listener who comes now and hears the rest."""
    seen = len(pbx.told)
    play()
    late = Story()
    for now, frame in pbx.told[seen:]:
        late.at(now - START).tell(frame["event"], frame)
    return late


def test_of_a_conversation_that_we_met_the_time_of_the_answer_is_not_known(pbx):
    caller, phone, bridge = conversation(pbx)
    late = from_here_on(pbx, lambda: pbx.at(30).end(bridge, caller, phone))
    call = late.call()
    assert (call["result"], call["answered_at"], call["ring_seconds"]) == ("answered", None, 0)
    assert (call["rang"], call["answered_by"], call["hung_up_by"]) == (["PJSIP/101"], "PJSIP/101", "caller")


def test_the_last_hangup_of_a_callee_tells_who_had_called_him(pbx):
    _caller, phone, _bridge = conversation(pbx)
    call = from_here_on(pbx, lambda: pbx.at(30).hang(phone)).call()
    assert (call["direction"], call["result"], call["answered_by"]) == ("incoming", "answered", "PJSIP/101")
    assert call["caller"] == {"number": "+493012345678", "name": "Eva", "endpoint": None}
    assert (call["callee"]["number"], call["hung_up_by"]) == ("101", None)


def test_the_last_hangup_of_a_line_that_was_called_tells_an_outgoing_call(pbx):
    caller = pbx.outgoing()
    line = pbx.dial(caller, "SIP/mytrunk", "mytrunk/0301234567", context="from-pstn", connectedlinenum="101")
    pbx.at(2).answer(caller, line)
    line.facts.update(calleridnum="0301234567")
    call = from_here_on(pbx, lambda: pbx.at(30).hang(line)).call()
    assert (call["direction"], call["caller"]["number"], call["callee"]["number"]) == ("outgoing", "101", "0301234567")
    assert (call["result"], call["trunk"]) == ("answered", "SIP/mytrunk")


def test_the_last_hangups_of_a_call_that_nobody_answered(pbx):
    caller = pbx.incoming()
    phone = pbx.dial(caller, "PJSIP/101")

    def end():
        pbx.at(30).hang(phone, cause=0)
        pbx.hang(caller, cause=19)

    call = from_here_on(pbx, end).call()
    assert (call["result"], call["answered_by"], call["direction"]) == ("no-answer", None, "incoming")


def test_a_list_tells_that_two_talk_and_who_only_waits(pbx):
    caller, phone, _bridge = conversation(pbx)
    parked = pbx.incoming(number="+4940999")
    parked.facts["channelstatedesc"] = "Up"
    late = Story().at(60)
    late.tell("BridgeListItem", bridgeuniqueid="lot", bridgetechnology="holding_bridge")
    for channel, bridge, application in ((caller, "b1", "Dial"), (phone, "b1", "AppDial"), (parked, "lot", "Park")):
        late.tell("CoreShowChannel", channel.fields(), duration="00:00:58", bridgeid=bridge, application=application)
    late.tell("CoreShowChannelsComplete")
    talking, waiting = late.snapshots()
    assert (talking["state"], waiting["legs"][0]["state"]) == ("talking", "held")
    assert late.tracker._bridges._holding == {"lot"}


def test_lists_of_bridges_do_not_pile_up(pbx):
    for number in range(50):
        pbx.tell("BridgeListItem", bridgeuniqueid=f"lot-{number}", bridgetechnology="holding_bridge")
        pbx.tell("CoreShowChannelsComplete")
    assert pbx.tracker._bridges._holding == {"lot-49"}


def test_asterisk_that_came_back_took_the_calls_with_it(pbx):
    conversation(pbx)
    pbx.at(60).tell("FullyBooted", uptime="3")
    assert (pbx.call()["state"], pbx.call()["result"], pbx.call()["hung_up_by"]) == ("ended", "answered", "pbx")


def test_names_that_change_leave_no_trace(pbx):
    caller, phone, bridge = conversation(pbx)
    phone.name = "AsyncGoto/" + phone.name
    pbx.state(phone, "Up")
    pbx.at(9).end(bridge, caller, phone)
    assert pbx.tracker._registry._names == {}
