"""What one can tell a running office to do; each request is `{"do": <verb>, ...}`, each answer says what came of it.

| do | further keys | |
|---|---|---|
| call | from, to; name, withheld, seconds, patience | `from` a phone: it dials. Else the carrier brings the call |
| answer, decline, hangup | phone or call; decline: status | |
| hold, resume | phone or call | |
| dtmf | phone or call, digits | |
| transfer | phone or call, to; attended: true | attended joins the phone's two calls |
| mode | phone or number, mode; after, talk, status, early_media | from now on; `number` is one that the company dials |
| register, unregister | phone | |
| wait | phone or call, state, seconds | until the call (or any of the phone's) is in that state; `idle` = no call |
| list | | every phone and every live call |
| watch | | a line for each change of a call, see control.py |

`seconds` of a call counts from the answer; `patience` (45 s) is how long the caller lets it ring.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .behaviour import Behaviour
from .call import ENDED, RINGING, Call
from .incoming import IncomingCall
from .numbering import SALES, outside_number
from .user_agent import UserAgent

if TYPE_CHECKING:
    from .office import Office

_PATIENCE = 45.0
_TALK = 86400.0
Request = dict[str, Any]


def describe(call: Call) -> dict[str, Any]:
    """One call as JSON; the numbers and names are as signalling gave them, hostile ones included."""
    ending = call.ending
    return {
        "call": call.id,
        "phone": call.agent.user,
        "direction": call.direction,
        "state": call.state,
        "number": call.number,
        "name": call.remote.name,
        "held": call.held,
        "remote_held": call.remote_held,
        "digits": call.digits,
        "ending": {"by": ending.by, "status": ending.status, "reason": ending.reason} if ending else None,
    }


class Commands:
    """Carries out requests for one office."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._verbs = {
            "call": self._call,
            "answer": self._answer,
            "decline": self._decline,
            "hangup": self._hang_up,
            "hold": self._hold,
            "resume": self._resume,
            "dtmf": self._dtmf,
            "transfer": self._transfer,
            "mode": self._mode,
            "register": self._register,
            "unregister": self._unregister,
            "wait": self._wait,
            "list": self._list,
        }

    async def run(self, request: Request) -> dict[str, Any]:
        """
        :raises ValueError: for a request that makes no sense, with what to say instead
        :raises LookupError: when there is no such phone or call
        :raises RuntimeError: when the call is in no state for it
        """
        verb = self._verbs.get(str(request.get("do")))
        if not verb:
            raise ValueError(f"I can't do {request.get('do')!r}; I can do {', '.join(self._verbs)} and watch")
        return await verb(request)

    # --- whom it is about ---

    def _agent(self, request: Request) -> UserAgent:
        name = _text(request, "phone")
        if name == self._office.carrier.user:
            return self._office.carrier
        return self._office.phone(name)

    def _one_call(self, request: Request, state: str = "") -> Call:
        """The call that a request names, or the only one of its phone."""
        if "call" in request:
            wanted = [call for agent in self._office.agents for call in agent.calls if call.id == request["call"]]
        else:
            calls = self._agent(request).live_calls
            wanted = [call for call in calls if state in ("", call.state)]
        if len(wanted) != 1:
            raise LookupError(f'{len(wanted) or "no"} {state or "live"} calls fit {request}; name one by "call"')
        return wanted[0]

    # --- verbs ---

    async def _call(self, request: Request) -> dict[str, Any]:
        office, caller = self._office, _text(request, "from")
        target = _text(request, "to", SALES)
        if caller in office.phones:
            agent: UserAgent = office.phone(caller)
            call = agent.call(target)
        else:
            agent = office.carrier
            call = agent.bring(
                outside_number(caller),
                outside_number(target),
                name=_text(request, "name", ""),
                withheld=bool(request.get("withheld")),
            )
        talk, patience = _seconds(request, "seconds", _TALK), _seconds(request, "patience", _PATIENCE)
        agent.spawn(agent.leave_after(call, talk, patience))
        return describe(call)

    async def _answer(self, request: Request) -> dict[str, Any]:
        call = self._ringing(request)
        await call.answer()
        return describe(call)

    async def _decline(self, request: Request) -> dict[str, Any]:
        call = self._ringing(request)
        call.reject(Behaviour("refuse", status=int(_seconds(request, "status", 603))).refusal)
        return describe(call)

    def _ringing(self, request: Request) -> IncomingCall:
        call = self._one_call(request, RINGING)
        if not isinstance(call, IncomingCall):
            raise ValueError(f"{call}: only an incoming call can be answered or declined")
        return call

    async def _hang_up(self, request: Request) -> dict[str, Any]:
        call = self._one_call(request)
        await call.hang_up()
        return describe(call)

    async def _hold(self, request: Request) -> dict[str, Any]:
        call = self._one_call(request)
        await call.hold()
        return describe(call)

    async def _resume(self, request: Request) -> dict[str, Any]:
        call = self._one_call(request)
        await call.resume()
        return describe(call)

    async def _dtmf(self, request: Request) -> dict[str, Any]:
        call = self._one_call(request)
        await call.send_digits(_text(request, "digits"))
        return describe(call)

    async def _transfer(self, request: Request) -> dict[str, Any]:
        if not request.get("attended"):
            call = self._one_call(request)
            await call.blind_transfer(_text(request, "to"))
            return describe(call)
        calls = self._agent(request).live_calls
        if len(calls) != 2:
            raise LookupError(f"an attended transfer joins two calls, this phone has {len(calls)}")
        await calls[0].attended_transfer(calls[1])
        return describe(calls[0])

    async def _mode(self, request: Request) -> dict[str, Any]:
        after, status = _seconds(request, "after", 0.2), int(_seconds(request, "status", 0))
        talk = _seconds(request, "talk", _TALK) if "talk" in request else None
        rule = Behaviour(_text(request, "mode"), after, status, talk, bool(request.get("early_media")))
        if "number" in request:
            self._office.carrier.rules[_text(request, "number")] = rule
        else:
            self._office.phone(_text(request, "phone")).behaviour = rule
        return {}

    async def _register(self, request: Request) -> dict[str, Any]:
        await self._office.phone(_text(request, "phone")).register()
        return {}

    async def _unregister(self, request: Request) -> dict[str, Any]:
        await self._office.phone(_text(request, "phone")).unregister()
        return {}

    async def _wait(self, request: Request) -> dict[str, Any]:
        state, seconds = _text(request, "state"), _seconds(request, "seconds", 5)
        if "call" in request:
            call = self._one_call(request)
            await call.wait_state(state, seconds)
            return describe(call)
        agent = self._agent(request)
        if state in ("idle", ENDED):
            await agent.wait_idle(seconds)
            return {}
        return describe(
            await agent.changes.until(
                lambda: next((call for call in agent.calls if call.state == state), None),
                seconds,
                lambda: f"{agent} should have a call that is {state}",
            )
        )

    async def _list(self, request: Request) -> dict[str, Any]:
        office = self._office
        return {
            "phones": [
                {"phone": phone.user, "registered": phone.registered, "mode": phone.behaviour.mode}
                for phone in office.phones.values()
            ],
            "calls": [describe(call) for agent in office.agents for call in agent.live_calls],
        }


def _text(request: Request, key: str, default: str | None = None) -> str:
    value = request.get(key, default)
    if not isinstance(value, str):
        raise ValueError(f'{request.get("do")} needs "{key}" as a text')
    return value


def _seconds(request: Request, key: str, default: float) -> float:
    value = request.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= _TALK:
        raise ValueError(f'"{key}" must be a number from 0 to {_TALK:.0f}, not {value!r}')
    return float(value)
