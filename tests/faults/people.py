"""What people do at their telephones while something breaks."""

from __future__ import annotations

from sandbox.phones.call import Call, Ending
from sandbox.phones.incoming import IncomingCall
from sandbox.phones.numbering import direct_number
from sandbox.phones.office import Office
from sandbox.phones.outgoing import OutgoingCall

EVA = "+493023456711"  # of Acme
OLE = "+49403456781"  # of Nordlicht
URS = "+41792345678"  # of Alpenblick
NOBODY = "+4969123456"


async def ring(office: Office, customer: str, extension: str, **identity: object) -> tuple[OutgoingCall, IncomingCall]:
    """A customer calls an employee, whose phone rings; returns both ends."""
    phone = office.phone(extension)
    before = tuple(phone.calls)
    outside = office.carrier.bring(customer, direct_number(extension), **identity)
    return outside, await phone.wait_ringing(besides=before)


async def talk(office: Office, customer: str, extension: str) -> tuple[OutgoingCall, IncomingCall]:
    """A customer calls and the employee picks up; returns both ends."""
    outside, inside = await ring(office, customer, extension)
    await inside.answer()
    await outside.wait_state("confirmed")
    await inside.wait_state("confirmed")
    return outside, inside


def lines_go_dead(office: Office) -> None:
    """Those who were on a call notice that nobody is at the other end any more, and put the receiver down."""
    for agent in office.agents:
        for call in agent.live_calls:
            call.end(Ending("local", 408, "the PBX is gone"))


def invites(office: Office) -> dict[str, int]:
    """How many calls each phone and the carrier have seen so far."""
    return {agent.user: len(agent.calls) for agent in office.agents}


def new_invites(office: Office, before: dict[str, int]) -> dict[str, int]:
    """How many more they have seen by now; whoever has seen no more is left out."""
    return {user: count - before[user] for user, count in invites(office).items() if count > before[user]}


def talking(*calls: Call) -> bool:
    """Whether all these ends of calls are connected."""
    return all(call.state == "confirmed" for call in calls)
