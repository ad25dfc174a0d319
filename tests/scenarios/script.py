"""What the scripts are written with: their register, the numbers everybody calls, the openings many of them share."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable
from typing import Any, Callable

from pbx_agent.ami import actions
from sandbox.phones.call import Ending
from sandbox.phones.incoming import IncomingCall
from sandbox.phones.message import Response

from .world import Recorder, World

SALES, SUPPORT, MENU, MAILBOX = "+493055570100", "+493055570150", "+493055570160", "+493055570170"
CUSTOMER, MOBILE = "+493023456711", "+491701234567"
#: carrier's numbers by what becomes of a call there, see sandbox/phones/carrier.py
BUSY, REJECTS, UNKNOWN, NO_CIRCUIT = "+4930900486", "+4930900603", "+4930900404", "+4930900503"
RINGS_FOR_EVER, SWITCHED_OFF, EARLY_MEDIA = "+4930900408", "+4930900480", "+4930900183"
Script = Callable[[World, Recorder], Awaitable[None]]
SCRIPTS: dict[str, tuple[str, Script]] = {}
TALK = 1.2


def script(about: str) -> Callable[[Script], Script]:
    """Register a script under its function's name."""

    def register(function: Script) -> Script:
        SCRIPTS[function.__name__] = (about, function)
        return function

    return register


async def answered_call(w: World, r: Recorder, extension: str = "102", caller: str = CUSTOMER) -> tuple[Any, Any]:
    """A customer calls an extension's direct number and talks; return both sides' calls."""
    out = w.carrier.bring(caller, "+493055570" + extension, name="Eva Braun")
    inside = await w.phones[extension].wait_ringing()
    await asyncio.sleep(0.6)
    await inside.answer()
    await out.wait_state("confirmed")
    await asyncio.sleep(TALK)
    return out, inside


async def click(
    w: World, r: Recorder, number: str, channel: str = "PJSIP/101", timeout: float = 25, context: str = "odoo-dial"
) -> str:
    """Click-to-call as the agent does it; return its uuid."""
    identity = str(uuid.uuid4())
    args = {
        "endpoint": "PJSIP/101",
        "dial": number,
        "context": context,
        "caller_name": "Acme GmbH",
        "caller_number": number,
        "headers": {"Alert-Info": "<http://odoo>;info=alert-autoanswer"},
        "timeout_seconds": timeout,
    }
    action = {**actions.originate(identity, args), "Channel": channel}
    if not channel.startswith("PJSIP/"):
        del action["Variable"]  # a Local channel has no SIP headers
    await r.act(**action)
    return identity


async def channel_of(r: Recorder, endpoint: str) -> str:
    """The name of the channel with which an endpoint came into a bridge."""
    return (await r.event("BridgeEnter", Channel=endpoint + "-"))["Channel"]


def forward(ringing: IncomingCall, number: str) -> None:
    """302: the phone sends the call on to a number of the PBX."""
    contact = ("Contact", f"<{ringing.agent.uri_of(number)}>")
    ringing._transaction.respond(Response.to(ringing.invite, 302, ringing.dialog.local.tag, [contact]))
    ringing.end(Ending("local", 302))


def dialplan(w: World, context: str, exten: str, *steps: str) -> None:
    """Add an extension to the running PBX; steps are `App(data)`."""
    for priority, step in enumerate(steps, 1):
        application, _bracket, data = step.rstrip(")").partition("(")
        said = w.pbx.rx(f'dialplan add extension {exten},{priority},{application},"{data}" into {context} replace')
        if "replace by" not in said:
            raise RuntimeError(said)
