"""The link to Asterisk: what is unsafe in plain AMI, and what becomes of it here."""

from __future__ import annotations

import asyncio

import pytest

from pbx_agent.ami import actions
from pbx_agent.ami.errors import NoAnswer, NotConnected
from pbx_agent.ami.event_queue import EventQueue, TooManyEvents
from pbx_agent.tasks import end
from tests.unit.agent.fake_ami import FakeAmi, frame, reply
from tests.unit.agent.linked import Listener, block_for, linked
from tests.unit.agent.waiting import until


@pytest.fixture
def told():
    return Listener()


# -- what comes in ---------------------------------------------------------------------------------------------------


async def test_a_character_that_tcp_split_survives(ami, told):
    async with linked(ami, told):
        raw = frame(Event="NewCallerid", CallerIDName="Иванов 😀 Ø")
        for position in range(len(raw)):
            ami.say(raw[position : position + 1])
            await asyncio.sleep(0)
        await until(lambda: "NewCallerid" in told.names())
        assert told.events[-1]["calleridname"] == "Иванов 😀 Ø"


async def test_bytes_that_are_no_utf8_cost_a_character_not_the_event(ami, told):
    async with linked(ami, told):
        ami.say(b"Event: NewCallerid\r\nCallerIDName: M\xfcller\r\n\r\n")
        await until(lambda: "NewCallerid" in told.names())
        assert told.events[-1]["calleridname"] == "M\ufffdller"


async def test_events_of_one_read_are_handled_in_their_order(ami, told):
    async with linked(ami, told):
        ami.say(b"".join(frame(Event="Newstate", Number=number) for number in range(500)))
        await until(lambda: len(told.names()) == 500)
        assert [int(event["number"]) for event in told.events if "number" in event] == list(range(500))


async def test_an_exception_in_the_handler_costs_one_event(ami, told, caplog):
    def handle(event):
        if event["event"] == "Bad":
            raise ValueError("cannot be understood")

    told.handle = handle
    async with linked(ami, told):
        for name in ("Newchannel", "Bad", "Hangup"):
            ami.event(name)
        await until(lambda: "Hangup" in told.names())
    assert told.names() == ["Newchannel", "Hangup"]
    assert "event Bad could not be handled" in caplog.text and "cannot be understood" in caplog.text


async def test_a_stream_without_frame_ends_is_closed(ami, told, caplog):
    async with linked(ami, told):
        ami.say(b"x" * (1 << 20) + b"y")
        await until(lambda: told.ups == 2)
    assert "this is no AMI stream" in caplog.text


async def test_how_long_an_event_waited_is_measured(ami, told):
    slow = asyncio.get_running_loop().time
    told.handle = lambda event: block_for(0.02, slow)
    async with linked(ami, told) as link:
        await until(lambda: told.events)
        link.take_lag_ms()
        ami.say(frame(Event="One") + frame(Event="Two") + frame(Event="Three"))
        await until(lambda: len(told.names()) == 3)
        assert 38 <= link.take_lag_ms() < 1000  # the third waited for the first two
        assert link.take_lag_ms() == 0  # told once


async def test_too_many_waiting_events_make_it_start_again(ami, told, caplog):
    async with linked(ami, told, max_events=50):
        ami.say(b"".join(frame(Event="Newstate", Number=number) for number in range(5000)))
        await until(lambda: told.ups == 2 and told.downs)
        ami.event("Hangup")
        await until(lambda: "Hangup" in told.names())
    numbers = [int(event["number"]) for event in told.events if "number" in event]
    assert numbers == list(range(len(numbers)))  # nothing of that connection is handled after the gap
    assert caplog.text.count("more than 50 events wait; connecting again") == 1


async def test_what_waits_is_dropped_with_the_connection(told):
    queue = EventQueue(told.take, limit=2)
    queue.put({"event": "1"})
    queue.put({"event": "2"})
    with pytest.raises(TooManyEvents):
        queue.put({"event": "3"})
    queue.put({"event": "4"})
    working = asyncio.ensure_future(queue.work())
    await until(lambda: told.names() == ["4"])
    await end([working])


# -- what goes out ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a\r\nAction: Originate", "a\nb", "a\0b"])
async def test_a_line_break_in_a_value_is_refused_before_the_socket(ami, told, text):
    async with linked(ami, told) as link:
        before = len(ami.received)
        with pytest.raises(actions.InvalidArgument):
            await link.send({"Action": "Hangup", "Channel": text})
        await link.send(actions.ping())
        assert [fields["action"] for fields in ami.received[before:]] == ["Ping"]


async def test_no_action_is_sent_before_the_login(told):
    async with FakeAmi() as ami:
        ami.answers["login"] = lambda fields: b""
        async with linked(ami, told, wait=False) as link:
            await until(lambda: ami.named("Login"))
            with pytest.raises(NotConnected):
                await link.send(actions.ping())
            assert not ami.named("Ping")


async def test_no_action_is_sent_while_the_lists_are_being_read(ami, told):
    reading = asyncio.Event()

    async def read(session):
        await session.send(actions.settings())
        await reading.wait()

    told.on_up = read
    async with linked(ami, told, wait=False) as link:
        await until(lambda: ami.named("CoreSettings"))
        assert not link.connected
        with pytest.raises(NotConnected):
            await link.send(actions.ping())
        reading.set()
        await until(lambda: link.connected)


async def test_every_action_has_a_deadline(ami, told):
    ami.answers["getvar"] = lambda fields: b""
    async with linked(ami, told) as link:
        with pytest.raises(NoAnswer, match="no answer to Getvar within 0.15 s"):
            await link.send(actions.device_state("PJSIP/101"))
        with pytest.raises(NoAnswer):
            await link.send(actions.device_state("PJSIP/101"), timeout=0.01)
        assert link.connected
        waiting = link._session._protocol.responses
        await until(lambda: all(action["Action"] == "Ping" for action in waiting.values()))  # nobody waits for them


async def test_an_answer_that_comes_too_late_belongs_to_nobody(ami, told):
    ami.answers["getvar"] = lambda fields: b""
    async with linked(ami, told) as link:
        with pytest.raises(NoAnswer):
            await link.send(actions.device_state("PJSIP/101"), timeout=0.01)
        ami.say(reply(ami.named("Getvar")[0], Value="BUSY"))
        ami.answers.clear()
        answer = await link.send(actions.device_state("PJSIP/101"))
        assert answer[0]["value"] == "NOT_INUSE"


async def test_nothing_is_sent_again_after_a_reconnect(ami, told):
    ami.answers["originate"] = lambda fields: b""
    async with linked(ami, told) as link:
        sending = asyncio.ensure_future(link.send({"Action": "Originate", "ActionID": "x", "Channel": "PJSIP/101"}))
        await until(lambda: ami.named("Originate"))
        ami.drop()
        with pytest.raises(NotConnected):
            await sending
        with pytest.raises(NotConnected):  # nor is this one kept
            await link.send({"Action": "Originate", "Channel": "PJSIP/102"})
        await until(lambda: link.connected)
        await link.send(actions.ping())
        assert len(ami.named("Originate")) == 1


async def test_the_asynchronous_answer_may_overtake_the_first_one(ami, told):
    ami.answers["originate"] = lambda fields: (
        frame(Event="OriginateResponse", ActionID=fields["actionid"], Response="Failure")
        + reply(fields, Message="queued")
    )
    async with linked(ami, told) as link:
        answer = await link.send({"Action": "Originate", "ActionID": "the-uuid", "Channel": "PJSIP/101"})
        assert answer[0]["message"] == "queued"
        await until(lambda: "OriginateResponse" in told.names())


async def test_a_list_is_given_whole_and_its_lines_are_events_too(ami, told):
    ami.channels = [{"Channel": "PJSIP/101-1", "Uniqueid": "1.1"}, {"Channel": "PJSIP/102-2", "Uniqueid": "1.2"}]
    async with linked(ami, told) as link:
        answer = await link.send(actions.channels(), as_list=True)
        assert [line.get("uniqueid") for line in answer] == [None, "1.1", "1.2", None]
        await until(lambda: told.names() == ["CoreShowChannel", "CoreShowChannel", "CoreShowChannelsComplete"])


async def test_what_a_caller_writes_into_a_list_is_no_event(ami, told, caplog):
    number = "+49\r\n\r\nEvent: Shutdown\r\n\r\nEvent: CoreShowChannelsComplete\r\nEventList: Complete\r\nX: "
    ami.channels = [
        {"Channel": "PJSIP/carrier-1", "CallerIDNum": number, "Uniqueid": "1.1"},
        {"Channel": "PJSIP/102-2", "Uniqueid": "1.2"},
    ]
    async with linked(ami, told) as link:
        answer = await link.send(actions.channels(), as_list=True)
        assert [line.get("channel") for line in answer] == [None, "PJSIP/carrier-1", "PJSIP/102-2", None]
        ami.event("Newchannel")
        await until(lambda: "Newchannel" in told.names())
        assert told.names() == ["CoreShowChannel", "CoreShowChannel", "CoreShowChannelsComplete", "Newchannel"]
        assert caplog.text.count("a caller's number holds line breaks") == 1


async def test_a_list_that_nobody_asked_for_is_no_event(ami, told):
    async with linked(ami, told):
        ami.event("CoreShowChannelsComplete", EventList="Complete", ListItems="0")
        ami.event("Newchannel")
        await until(lambda: "Newchannel" in told.names())
        assert "CoreShowChannelsComplete" not in told.names()


async def test_a_list_that_stays_without_its_end_does_not_deafen(ami, told):
    ami.answers["coreshowchannels"] = lambda fields: reply(fields, EventList="start")
    async with linked(ami, told) as link:
        with pytest.raises(NoAnswer):
            await link.send(actions.channels(), as_list=True)
        ami.event("Newchannel")
        await until(lambda: "Newchannel" in told.names())


async def test_a_list_that_is_refused_is_an_answer(ami, told):
    ami.answers["coreshowchannels"] = lambda fields: reply(fields, Response="Error", Message="Permission denied")
    async with linked(ami, told) as link:
        answer = await link.send(actions.channels(), as_list=True)
        assert answer[0]["message"] == "Permission denied"
