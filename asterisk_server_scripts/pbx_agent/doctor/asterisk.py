"""The hops in Asterisk: its AMI port, the login, the rights, the events, the dialplan. Rings nobody.

ListCommands tells which actions our user may send. Click-to-call is tried with a phone that does not exist: Asterisk
makes no channel for it, and says so in an event of the class that all events of calls have. The filter is tried with
the global variable ODOO_DOCTOR, which is set to nothing: Asterisk tells that to whoever hears everything.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import uuid
from collections.abc import AsyncIterator, Awaitable
from typing import Callable

from ..ami import actions
from ..ami.connection import Pace, Session, open_session
from ..ami.errors import AmiError, LoginRefused, NoAnswer, NotConnected
from ..ami.parser import Frame
from ..ami.text import clean
from ..config import Config
from .findings import Finding, fails, note, ok, reason_of, untold

PORT, LOGIN, RIGHTS = "Asterisk's AMI port", "Asterisk's login", "rights"
EVENTS, FILTER, CALLS = "events", "event filter", "calls"
DIALPLAN, OUTBOUND = "dialplan", "outbound context"
CONTEXT = "odoo-dial"
#: What dialplan/extensions.conf says of itself; one higher with each change of what it does.
VERSION = 2
#: A phone that nobody has.
NOBODY = "PJSIP/odoo-doctor-rings-nobody"
PACE = Pace()
EVENT_SECONDS = 2.0
#: How long an event that must not come is waited for; one that comes takes some milliseconds.
QUIET_SECONDS = 0.3
OLDEST = 18

#: What the agent asks for, and the class of `write` in odoo/manager.conf that it needs.
NEEDED = {
    "originate": "originate", "hangup": "call", "redirect": "call", "coresettings": "reporting",
    "coreshowchannels": "reporting",
}  # fmt: skip
#: Whoever may send these can run programs on the PBX or read its passwords.
TOO_MUCH = {
    "command": "command", "getconfig": "config", "updateconfig": "config", "moduleload": "system", "reload": "config",
    "dialplanextensionadd": "system", "dbput": "system",
}  # fmt: skip
_SETUP = 'run pbx-agent setup again, then: asterisk -rx "manager reload"'


@contextlib.asynccontextmanager
async def opened(config: Config) -> AsyncIterator[tuple[list[Finding], Session | None, list[Frame]]]:
    """Log in beside the agent; give what was found, the session (None: no login), and the list that events go to."""
    events: list[Frame] = []
    where = f"{config.host}:{config.port}"
    try:
        session = await open_session(
            config.host, config.port, config.username, config.secret, on_event=events.append, pace=PACE
        )
    except LoginRefused as error:
        todo = f"{_SETUP}. Does manager.conf include odoo/manager.conf, and can Asterisk's user read it?"
        words = f"Asterisk refused the user {config.username}: {error}"
        yield [ok(PORT, f"{where} takes connections"), fails(LOGIN, words, todo)], None, events
    except (NoAnswer, NotConnected):
        words = f"{where} takes the connection but does not answer as AMI does"
        yield [fails(PORT, words, "is [asterisk] port AMI's port, without TLS? Does Asterisk hang?")], None, events
    except (OSError, AmiError, asyncio.TimeoutError) as error:
        yield [_no_connection(where, error)], None, events
    else:
        try:
            yield [ok(PORT, f"{where} takes connections")], session, events
        finally:
            session.close()


def _no_connection(where: str, error: Exception) -> Finding:
    todo = (
        "is Asterisk running (systemctl status asterisk), with enabled = yes, bindaddr = 127.0.0.1 and this port in "
        "[general] of manager.conf?"
    )
    if isinstance(error, asyncio.TimeoutError):
        return fails(PORT, f"{where} does not answer", todo)
    return fails(PORT, f"nothing takes connections at {where}: {_why(error)}", todo)


def _why(error: Exception) -> str:
    return reason_of(error) if isinstance(error, OSError) else str(error)


def blind() -> list[Finding]:
    """Return what is said of the hops behind a login that failed."""
    return [untold(hop, "not logged in to Asterisk") for hop in (RIGHTS, EVENTS, DIALPLAN)]


async def examine(session: Session, events: list[Frame]) -> list[Finding]:
    """Ask what can be asked without disturbing anybody. :param events: where the session's events gather"""
    steps: list[tuple[str, Callable[[], Awaitable[Finding]]]] = [
        (LOGIN, lambda: _login(session)),
        (RIGHTS, lambda: _rights(session)),
        (EVENTS, lambda: _events(session, events)),
        (FILTER, lambda: _filter(session, events)),
        (CALLS, lambda: _calls(session)),
        (DIALPLAN, lambda: _contexts(session)),
        (OUTBOUND, lambda: _outbound(session)),
    ]
    found = []
    for hop, step in steps:
        try:
            found.append(await step())
        except AmiError as error:
            found.append(fails(hop, f"Asterisk gave no answer: {error}", "does it hang? Look at its log"))
    return found


async def _login(session: Session) -> Finding:
    answer = (await session.send(actions.settings()))[0]
    version = clean(answer.get("asteriskversion"), 80)
    if not version:
        return note(LOGIN, f"taken, but the version is not told: {clean(answer.get('message'), 80)}", _SETUP)
    major = re.match(r"(\d+)\.", version)
    words = f"Asterisk {version}, {clean(session.banner, 80)}"
    if major and int(major[1]) < OLDEST:
        return note(LOGIN, words, f"the agent is made for Asterisk {OLDEST} and later")
    return ok(LOGIN, words)


async def _rights(session: Session) -> Finding:
    answer = (await session.send({"Action": "ListCommands"}))[0]
    missing = sorted({right for action, right in NEEDED.items() if action not in answer})
    if "ping" not in answer:
        return untold(RIGHTS, f"Asterisk does not tell them: {clean(answer.get('message'), 80)}")
    if missing:
        lacking = ", ".join(action for action in NEEDED if action not in answer)
        return fails(RIGHTS, f"the AMI user lacks write={','.join(missing)} ({lacking})", _SETUP)
    excess = sorted({right for action, right in TOO_MUCH.items() if action in answer})
    if excess:
        words = f"the AMI user has more than it needs: write={','.join(excess)}"
        return note(RIGHTS, words, "is there another section for this user in manager.conf? Else " + _SETUP)
    return ok(RIGHTS, "enough to see calls, to call and to hang up; none to run programs")


async def _events(session: Session, events: list[Frame]) -> Finding:
    if not await _within(EVENT_SECONDS, lambda: _came(events, "fullybooted")):
        words = "Asterisk did not tell that it has booted"
        return fails(EVENTS, words, f"either it is still starting, or the AMI user lacks read=system: {_SETUP}")
    mark = str(uuid.uuid4())
    answer = (await session.send(actions.originate(mark, {"endpoint": NOBODY, "dial": "0", "context": CONTEXT})))[0]
    if answer.get("response", "").lower() != "success":
        return untold(EVENTS, f"a call to nobody was refused: {clean(answer.get('message'), 80)}", "see rights")
    if not await _within(EVENT_SECONDS, lambda: _came(events, "originateresponse", mark)):
        words = "Asterisk took a call to a phone that does not exist, but does not tell what became of it"
        return fails(EVENTS, words, f"the AMI user lacks read=call, so calls are not seen: {_SETUP}")
    return ok(EVENTS, "what happens to calls is told; a call to a phone that does not exist was tried")


async def _filter(session: Session, events: list[Frame]) -> Finding:
    answer = (await session.send({"Action": "Setvar", "Variable": "ODOO_DOCTOR", "Value": ""}))[0]
    if answer.get("response", "").lower() != "success":
        return untold(FILTER, f"Asterisk does not let it be tried: {clean(answer.get('message'), 80)}", "see rights")
    if await _within(QUIET_SECONDS, lambda: _came(events, "varset")):
        words = "it does not work: the agent has to read everything that happens, which costs time but loses nothing"
        return note(FILTER, words, _SETUP)
    return ok(FILTER, "nothing else arrives")


async def _calls(session: Session) -> Finding:
    lines = await session.send(actions.channels(), as_list=True)
    if lines[0].get("response", "").lower() != "success":
        return fails(CALLS, f"the list of calls was refused: {clean(lines[0].get('message'), 80)}", _SETUP)
    count = sum(1 for line in lines if line.get("event") == "CoreShowChannel")
    return ok(CALLS, f"channels open now: {count}")


async def _contexts(session: Session) -> Finding:
    exists = await _exists(session, f"{CONTEXT},1,1")
    if exists is None:
        todo = "click-to-call needs it: load func_dialplan.so in modules.conf"
        return fails(DIALPLAN, "Asterisk has no function DIALPLAN_EXISTS, or does not let us ask", todo)
    todo = 'run pbx-agent setup again, then: asterisk -rx "dialplan reload"'
    if not exists:
        return fails(DIALPLAN, f"there is no context {CONTEXT}: click-to-call cannot dial", todo)
    if not await _exists(session, f"odoo-version,{VERSION},1"):
        words = f"the context {CONTEXT} is there, but odoo/extensions.conf is of another version than this agent"
        return note(DIALPLAN, words, todo)
    return ok(DIALPLAN, f"the context {CONTEXT} is there, of this agent's version")


async def _outbound(session: Session) -> Finding:
    context = await _value(session, "ODOO_OUTBOUND_CONTEXT") or "from-internal"
    todo = (
        "set ODOO_OUTBOUND_CONTEXT in [globals] of extensions.conf to the context in which the employees' phones dial"
    )
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,79}", context):
        return fails(OUTBOUND, f"{context!r} is no name of a context", todo)
    exists = await _exists(session, context)
    if exists is None:
        return untold(OUTBOUND, "Asterisk does not tell")
    if not exists:
        return fails(OUTBOUND, f"there is no context {context}: what is clicked cannot be dialled", todo)
    return ok(OUTBOUND, f"what is clicked is dialled in {context}")


async def _exists(session: Session, place: str) -> bool | None:
    """Return whether the dialplan has a place; None: Asterisk does not tell. An unknown function is "" to it."""
    return {"1": True, "0": False}.get(await _value(session, f"DIALPLAN_EXISTS({place})"))


async def _value(session: Session, name: str) -> str:
    """Return the value of a variable or function, "" when there is none or we may not ask."""
    return clean((await session.send({"Action": "Getvar", "Variable": name}))[0].get("value"), 100)


def _came(events: list[Frame], name: str, action: str = "") -> bool:
    return any(
        str(frame.get("event", "")).lower() == name and (not action or frame.get("actionid") == action)
        for frame in events
    )


async def _within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Wait until `condition()` is true; False when it is not by then."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not condition():
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(0.02)
    return True
