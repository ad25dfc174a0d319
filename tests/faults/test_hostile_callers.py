"""What a caller says of himself is text, whatever it looks like, and no more than that."""

import asyncio

import pytest

from sandbox.phones.numbering import direct_number
from tests.faults.ledger import eventually
from tests.faults.people import EVA, NOBODY, OLE, URS, ring, talk

pytestmark = pytest.mark.asyncio(loop_scope="session")

MARKUP = '"><img src=x onerror=alert(1)>'
LIMIT = 79  # characters of a name that Asterisk lets through

NAMES = {
    "markup": (MARKUP, "\\" + MARKUP),  # Asterisk keeps SIP's backslash before a quote
    "ten kilobytes": ("A" * 10_240, "A" * LIMIT),
    "SQL": ("Robert'); DROP TABLE res_users; --", "Robert'); DROP TABLE res_users; --"),
    "emoji": ("📞 Ева 😀", "📞 Ева 😀"),
    "written from right to left": ("שלום \u202egnp.exe", "שלום gnp.exe"),
    "templates": ("{{7*7}} %(id)s ${SHELL(id)}", "{{7*7}} %(id)s ${SHELL(id)}"),
    "escaped line breaks": ("a%0d%0aEvent: Shutdown", "a%0d%0aEvent: Shutdown"),
}


@pytest.mark.parametrize("said, kept", NAMES.values(), ids=NAMES)
async def test_a_name(office, ledger, said, kept):
    outside, _inside = await ring(office, NOBODY, "101", name=said)
    await eventually(ledger.live, {"anna": [(NOBODY, "ringing")]})
    await outside.cancel()
    calls = await ledger.wait_calls((NOBODY, "incoming", "cancelled", True))
    assert calls[0]["caller_name"] == kept


async def test_a_number_that_writes_events_changes_no_other_call(world, office, ledger, agents_log):
    victim, _inside = await talk(office, OLE, "102")
    await eventually(ledger.live, {"boris": [(OLE, "talking")]})
    call = (await ledger.read("asterisk.call", "linkedid"))[0]
    leg = (await ledger.ask("admin", "asterisk.call.leg", "search_read", [("call_id", "=", call["id"])], ["uniqueid"]))[
        1
    ]
    ids = f"Uniqueid: {leg['uniqueid']}\r\nLinkedid: {call['linkedid']}"
    numbers = (
        "+49\r\n\r\nEvent: Shutdown\r\nShutdown: Cleanly\r\nRestart: False\r\n\r\n",
        "+49\r\n\r\nEvent: CoreShowChannelsComplete\r\nEventList: Complete\r\n\r\n",
        "+49\r\n\r\nEvent: FullyBooted\r\nUptime: 0\r\n\r\n",
        f"+49\r\n\r\nEvent: Hangup\r\n{ids}\r\nX: ",
        f"+49\r\n{ids}",
        f"+49\n{ids}".replace("\r", ""),
    )
    dialled = f"{direct_number('101')}\r\nPriority: 1\r\n{ids}\r\n\r\n"
    hostile = [office.carrier.bring(number, direct_number("101")) for number in numbers]
    hostile.append(office.carrier.bring(NOBODY, dialled))
    for outside in hostile:
        await outside.wait_state("ringing")
    world.ami_wire.cut()  # the list of channels after a reconnect holds the numbers too
    world.ami_wire.mend()
    await eventually(agents_log, lambda log: log.count("connected") > 0)
    await world.wait_together()
    await asyncio.gather(*(outside.cancel() for outside in hostile))

    honest, _inside = await ring(office, EVA, "103")
    await eventually(ledger.live, {"boris": [(OLE, "talking")], "clara": [(EVA, "ringing")]})
    await honest.cancel()
    await victim.hang_up()
    await eventually(ledger.live, {})
    told = await ledger.calls()
    assert told.count((OLE, "incoming", "answered", False)) == 1
    assert told.count((EVA, "incoming", "cancelled", True)) == 1


async def test_a_number_of_markup_is_a_number_of_nobody(office, ledger):
    outside, _inside = await ring(office, MARKUP, "101")
    await eventually(ledger.views_of_anna, lambda views: len(views) == 1 and not views[0]["matches"])
    await asyncio.gather(outside.cancel(), eventually(ledger.live, {}))
    assert URS not in str(await ledger.calls())
