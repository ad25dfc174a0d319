"""The phones that Odoo knows, asked one by one in Asterisk: which does it not know, which are not registered?"""

from __future__ import annotations

import asyncio
from typing import Any

from ..ami import actions
from ..ami.connection import Session
from ..ami.errors import AmiError
from ..ami.text import clean
from .findings import Finding, fails, note, ok, untold

HOP, REGISTERED = "phones", "registrations"
SECONDS = 20.0
SHOWN = 12


async def examine(session: Session | None, devices: list[dict[str, Any]] | None) -> list[Finding]:
    """Compare. :param devices: of hello's answer, None: Odoo was not asked"""
    if devices is None:
        return [untold(HOP, "Odoo was not asked which there are")]
    if session is None:
        return [untold(HOP, "Asterisk was not asked about them")]
    if not devices:
        todo = "in Odoo, Telephony, Configuration, Extensions: say who has which phone"
        return [note(HOP, "Odoo knows no phone of this PBX: nobody gets a popup", todo)]
    try:
        states = await asyncio.wait_for(_states(session, devices), SECONDS)
    except asyncio.TimeoutError:
        return [untold(HOP, f"Asterisk did not tell the state of all {len(devices)} within {SECONDS:g} s")]
    except AmiError as error:
        return [untold(HOP, f"Asterisk gave no answer: {error}")]
    return _judge(states)


async def _states(session: Session, devices: list[dict[str, Any]]) -> dict[str, str]:
    """Return endpoint -> DEVICE_STATE; "" for a name that is no phone's or may not be asked."""
    states = {}
    for device in devices:
        endpoint = clean(device.get("endpoint"), 80)
        try:
            answer = (await session.send(actions.device_state(endpoint)))[0]
        except actions.InvalidArgument:
            states[endpoint] = "INVALID"
        else:
            states[endpoint] = clean(answer.get("value"), 40).upper()
    return states


def _judge(states: dict[str, str]) -> list[Finding]:
    unknown = [name for name, state in states.items() if state == "INVALID"]
    absent = [name for name, state in states.items() if state == "UNAVAILABLE"]
    silent = [name for name, state in states.items() if not state]
    if silent:
        return [untold(HOP, f"Asterisk does not tell the state of {_listed(silent)}")]
    found = []
    if unknown:
        todo = "correct them in Odoo (Telephony, Configuration, Extensions), or in Asterisk"
        found.append(fails(HOP, f"Asterisk does not know {_listed(unknown)}: they can neither ring nor call", todo))
    else:
        found.append(ok(HOP, f"Asterisk knows all {len(states)}"))
    if absent:
        found.append(note(REGISTERED, f"missing now: {_listed(absent)}", "are these phones switched on?"))
    else:
        found.append(ok(REGISTERED, "none is missing"))
    return found


def _listed(names: list[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(sorted(names)[:SHOWN]) + (f" and {more} more" if more > 0 else "")
