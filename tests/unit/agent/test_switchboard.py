"""The PBX as commands see it: the link to act, the tracker to know, the events to follow."""

from __future__ import annotations

import pytest

from pbx_agent.ami.errors import NotConnected
from pbx_agent.ami.reader import parse_event
from pbx_agent.commands.pbx import RESYNCED, Pbx
from pbx_agent.switchboard import Switchboard
from tests.unit.agent.ami_script import Story
from tests.unit.agent.waiting import nothing_more, until


class Link:
    """As much of a link as the switchboard uses."""

    def __init__(self):
        self.connected, self.sent, self.answer = False, [], {"response": "Success"}

    async def send(self, action):
        if not self.connected:
            raise NotConnected("not connected")
        self.sent.append(action)
        return [self.answer]


@pytest.fixture
def link():
    return Link()


@pytest.fixture
def story():
    return Story()


@pytest.fixture
def board(link, story):
    return Switchboard(link, story.tracker)


async def test_it_acts_on_the_link_there_is(board, link):
    assert not board.connected
    with pytest.raises(NotConnected):
        await board.send({"Action": "Ping"})
    link.connected = True
    assert board.connected and await board.send({"Action": "Ping"}) == [{"response": "Success"}]
    assert link.sent == [{"Action": "Ping"}]


def test_it_knows_the_names_of_living_channels_only(board, story):
    caller = story.incoming()
    assert board.channel_name(caller.uniqueid) == caller.name
    assert board.channel_name("1764000000.99") == ""
    story.hang(caller)
    assert board.channel_name(caller.uniqueid) == ""


def test_it_knows_what_became_of_a_call(board, story):
    assert board.call_is("1764000000.1") == "gone"
    caller = story.incoming()
    phone = story.dial(caller, "PJSIP/101")
    assert board.call_is(caller.linkedid) == "open"
    bridge = story.answer(caller, phone)
    assert board.call_is(caller.linkedid) == "answered"
    story.end(bridge, caller, phone)
    assert board.call_is(caller.linkedid) == "answered"  # that it is over takes nothing back


def test_a_call_that_ended_unanswered_is_gone(board, story):
    caller = story.incoming()
    phone = story.dial(caller, "PJSIP/101")
    story.hang(phone, caller)
    assert board.call_is(caller.linkedid) == "gone"


def test_an_end_that_a_person_asked_for_is_that_persons(board, story):
    caller = story.incoming()
    phone = story.dial(caller, "PJSIP/101")
    bridge = story.answer(caller, phone)
    board.hang_up_wanted(phone.uniqueid)
    board.hang_up_wanted("unknown")
    story.soft(phone)
    story.leave(phone, bridge, 1)
    story.leave(caller, bridge)
    story.hang(phone, caller)
    assert story.call()["hung_up_by"] == "callee"


async def test_who_listens_hears_everything_from_then_on(board):
    event = parse_event({"event": "CoreShowChannelsComplete"})
    board.tell(event)
    with board.listen() as first:
        board.tell(event)
        with board.listen() as second:
            board.tell(event)
            board.resynced()
        board.tell(event)
        assert [first.get_nowait() for _time in range(first.qsize())] == [event, event, RESYNCED, event]
        assert [second.get_nowait() for _time in range(second.qsize())] == [event, RESYNCED]
    board.tell(event)
    assert first.empty() and not board._listeners


async def test_nobody_listens_any_more_after_an_error(board):
    with pytest.raises(ValueError), board.listen():
        raise ValueError
    assert not board._listeners


def test_it_is_all_that_commands_ask_for(board):
    wanted = [name for name in vars(Pbx) if not name.startswith("_")]
    assert len(wanted) >= 6 and all(hasattr(board, name) for name in wanted)


# -- recordings --------------------------------------------------------------------------------------------------------


def test_a_call_has_its_recorded_channel_first(board, story):
    caller = story.incoming()
    phone = story.dial(caller, "PJSIP/101")
    assert board.recorded_channels(caller.linkedid) == [caller.name, phone.name]
    board.tell(parse_event({"event": "MixMonitorStart", **phone.fields()}))
    assert board.recorded_channels(caller.linkedid) == [phone.name, caller.name]
    board.tell(parse_event({"event": "MixMonitorStop", **phone.fields()}))
    assert board.recorded_channels(caller.linkedid) == [caller.name, phone.name]
    story.hang(phone, caller)
    assert board.recorded_channels(caller.linkedid) == [] == board.recorded_channels("1764000000.99")


def test_a_recordings_call_is_known_by_its_linkedid_or_its_channel(board, story):
    assert board.circumstances("1764000000.99", "") is None
    caller = story.incoming()
    phone = story.dial(caller, "PJSIP/101")
    for ids in ((caller.linkedid, ""), ("unknown", phone.uniqueid)):
        found = board.circumstances(*ids)
        assert found.lives and not found.answered and found.linkedid == caller.linkedid
        assert "PJSIP/101" in found.endpoints and found.answered_at is None
    bridge = story.answer(caller, phone)
    other = story.dial(caller, "PJSIP/102")
    assert board.circumstances(caller.linkedid, caller.uniqueid).talked
    assert board.circumstances(caller.linkedid, other.uniqueid)[:4] == (True, False, caller.linkedid, True)
    story.hang(other)
    story.hang(caller)
    assert not board.circumstances(caller.linkedid, caller.uniqueid).lives  # its file is closed
    story.end(bridge, phone)
    found = board.circumstances(caller.linkedid, "")
    assert not found.lives and found.answered and found.answered_at is not None


async def test_a_paused_recording_that_begins_again_stays_paused(board, link, story):
    link.connected = True
    caller = story.incoming()
    board.tell(began(caller, "asked"))
    await until(lambda: len(link.sent) == 2)
    assert link.sent == [  # first silence, then the word that it is: the dialplan waits for it
        {"Action": "MixMonitorMute", "Channel": caller.name, "Direction": "both", "State": "1"},
        {"Action": "Setvar", "Channel": caller.name, "Variable": "ODOO_PAUSE", "Value": "paused"},
    ]
    for pause in ("", "paused", None):
        board.tell(began(caller, pause))
    await nothing_more(lambda: len(link.sent), 0.05)


async def test_what_cannot_be_silenced_is_said_and_the_dialplan_not_told_that_it_is(board, link, story, caplog):
    caller = story.incoming()
    board.tell(began(caller, "asked"))  # Asterisk is not connected
    await until(lambda: "ends with its transfer: not connected" in caplog.text)
    link.connected, link.answer = True, {"response": "Error", "message": "Cannot set mute flag"}
    board.tell(began(caller, "asked"))
    await until(lambda: "ends with its transfer: Cannot set mute flag" in caplog.text)
    assert [action["Action"] for action in link.sent] == ["MixMonitorMute"]


def began(channel, pause):
    """What odoo-record says when it begins a recording (again)."""
    fields = {"event": "UserEvent", **channel.fields(), "userevent": "OdooRecording", "file": "2026/01/31/in-1.wav"}
    return parse_event(fields if pause is None else fields | {"pause": pause})
