"""The connection to Asterisk: found dead, refused, made again."""

from __future__ import annotations

import asyncio
import logging

import pytest

from pbx_agent.ami import actions
from pbx_agent.ami.connection import Pace, open_session
from pbx_agent.ami.errors import AmiError, LoginRefused, NotConnected
from pbx_agent.ami.link import AmiLink
from pbx_agent.tasks import end
from tests.unit.agent.fake_ami import FakeAmi, frame
from tests.unit.agent.linked import QUICK, Listener, block_for, linked
from tests.unit.agent.waiting import nothing_more, until


@pytest.fixture
def told():
    return Listener()


# -- the connection itself -------------------------------------------------------------------------------------------


def test_a_half_dead_connection_is_found_within_ten_seconds():
    assert Pace().ping + Pace().reply <= 10


async def test_a_half_dead_connection_is_closed_and_made_again(ami, told):
    async with linked(ami, told) as link:
        ami.is_silent = True
        await until(lambda: told.downs, QUICK.ping + QUICK.reply + 0.5)
        assert told.downs[0] == "ami_silent"
        assert not link.connected
        ami.is_silent = False
        await until(lambda: link.connected)
        assert ami.connections == 1


async def test_pings_go_on_while_nothing_else_happens(ami, told):
    async with linked(ami, told):
        await until(lambda: len(ami.named("Ping")) >= 3)
        assert told.downs == []


async def test_a_burst_of_events_delays_no_ping(ami, told):
    clock = asyncio.get_running_loop().time
    told.handle = lambda event: block_for(0.0005, clock)
    async with linked(ami, told, pace=QUICK._replace(reply=1.0)):
        ami.say(b"".join(frame(Event="Newstate") for _number in range(4000)))  # two seconds of work
        await until(lambda: len(told.names()) == 4000, 30)
        assert told.downs == [] and ami.named("Ping")


async def test_a_refused_login_is_said_and_tried_again(ami, told, caplog):
    async with linked(ami, told, secret="wrong", wait=False) as link:
        await until(lambda: told.downs.count("ami_refused") >= 2)
        assert not link.connected and told.ups == 0
        ami.secret = "wrong"
        await until(lambda: link.connected)
    assert caplog.text.count("Asterisk refused the login: Authentication failed") == 1  # said once, not at each attempt
    assert "wrong" not in caplog.text


async def test_a_login_without_an_answer_is_a_silent_asterisk(ami, told):
    ami.answers["login"] = lambda fields: b""
    async with linked(ami, told, wait=False):
        await until(lambda: told.downs)
        assert told.downs[0] == "ami_silent"


async def test_a_missing_right_counts_as_refused(ami, told):
    async def refuse(session):
        raise LoginRefused("it may not list channels")

    told.on_up = refuse
    async with linked(ami, told, wait=False) as link:
        await until(lambda: told.downs)
        assert told.downs[0] == "ami_refused" and not link.connected


async def test_asterisk_restarts(ami, told):
    async with linked(ami, told) as link:
        await ami.stop()
        await until(lambda: told.downs)
        assert told.downs[0] == "asterisk_down" and not link.connected
        await until(lambda: len(told.downs) >= 3)  # it keeps trying
        await ami.start()
        await until(lambda: link.connected)
        assert told.ups == 2
        ami.event("Newchannel")
        await until(lambda: "Newchannel" in told.names())


async def test_asterisk_may_come_later_than_the_agent(told):
    ami = FakeAmi()
    await ami.start()
    await ami.stop()
    async with linked(ami, told, wait=False) as link:
        await until(lambda: told.downs)
        await ami.start()
        await until(lambda: link.connected)
    await ami.stop()


async def test_pauses_between_attempts_grow_and_are_said_once(told, caplog):
    caplog.set_level(logging.WARNING)
    ami, moments = FakeAmi(), []
    await ami.start()
    await ami.stop()
    link = AmiLink(
        "127.0.0.1", ami.port, "odoo", "right", handle=told.take, on_up=told.up,
        on_down=lambda reason: moments.append(asyncio.get_running_loop().time()),
        pace=QUICK._replace(pause=0.02, longest_pause=0.06),
    )  # fmt: skip
    running = asyncio.ensure_future(link.run())
    await until(lambda: len(moments) == 6)
    await end([running])
    pauses = [later - earlier for earlier, later in zip(moments, moments[1:])]
    assert 0.02 <= pauses[0] < pauses[2] < 0.1 and pauses[4] >= 0.06
    assert len([record for record in caplog.records if record.name.startswith("pbx_agent")]) == 1


async def test_an_error_of_ours_after_the_login_is_survived(ami, told, caplog):
    async def break_once(session):
        if told.ups == 1:
            raise RuntimeError("ours")

    told.on_up = break_once
    async with linked(ami, told):
        assert told.downs == ["asterisk_down"] and told.ups == 2
    assert "an error of ours" in caplog.text


async def test_stopping_closes_the_connection(ami, told):
    async with linked(ami, told) as link:
        pass
    await until(lambda: ami.connections == 0)
    assert not link.connected
    await nothing_more(lambda: ami.logins)


async def test_a_single_session_can_be_opened_and_says_who_greeted(ami):
    session = await open_session("127.0.0.1", ami.port, "odoo", "right", on_event=lambda event: None, pace=QUICK)
    assert (await session.send(actions.settings()))[0]["asteriskversion"] == "22.10.1"
    assert session.banner == "Asterisk Call Manager/11.0.0"
    session.close()
    with pytest.raises(NotConnected):
        await session.send(actions.ping())
    with pytest.raises(LoginRefused, match="Authentication failed"):
        await open_session("127.0.0.1", ami.port, "odoo", "no", on_event=lambda event: None, pace=QUICK)
    assert issubclass(LoginRefused, AmiError)
