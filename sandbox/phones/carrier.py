"""The simulated carrier: brings calls from any number to the company's trunk and takes the calls the company makes.

What happens to a called number depends on its last four digits, so that a person can provoke everything by dialling:

| ends in | the other side |
|---|---|
| 0486 | is busy |
| 0404 | does not exist |
| 0503 | can't be reached: no circuit |
| 0603 | declines |
| 0480 | is switched off |
| 0183 | is heard ringing (early media), answers after 2 s |
| 0408 | rings for ever, nobody answers |
| 000N | rings N seconds, then answers (N = 1 to 9) |
| anything else | rings 1 second, then answers |

A rule of one's own for a number (`carrier.rules[number] = Behaviour(...)`) comes before this table.
"""

from __future__ import annotations

import re

from .address import Address, Uri
from .behaviour import Behaviour
from .dialog import Fields
from .incoming import IncomingCall
from .outgoing import OutgoingCall
from .transaction import Peer
from .transport import DEFAULT_T1
from .user_agent import UserAgent

HOST = "127.0.0.2"  # all of 127/8 is loopback on Linux; the PBX knows the carrier by this address
_ENDINGS = {
    "0486": Behaviour("busy"),
    "0404": Behaviour("refuse", status=404),
    "0503": Behaviour("refuse", status=503),
    "0603": Behaviour("decline"),
    "0480": Behaviour("refuse", status=480),
    "0183": Behaviour("answer", after=2, early_media=True),
    "0408": Behaviour("ring"),
}


class Carrier(UserAgent):
    """A trunk without registration.

    :param port: the one the PBX sends outgoing calls to
    :ivar rules: number as the PBX dials it → what happens to calls there
    :ivar default: for numbers without a rule and without a telling ending
    """

    def __init__(self, pbx: Peer, *, port: int = 0, host: str = HOST, tone: int = 1000, t1: float = DEFAULT_T1) -> None:
        super().__init__("carrier", pbx, host=host, port=port, tone=tone, t1=t1)
        self.domain = host
        self.rules: dict[str, Behaviour] = {}
        self.default = Behaviour("answer", after=1)

    def behaviour_for(self, call: IncomingCall) -> Behaviour:
        """The first that fits: own rule, telling ending, default."""
        rule = self.rules.get(call.dialled) or _ENDINGS.get(call.dialled[-4:])
        if rule:
            return rule
        seconds = re.search(r"000([1-9])$", call.dialled)
        return Behaviour("answer", after=int(seconds[1]), talk=self.default.talk) if seconds else self.default

    def bring(
        self,
        caller: str,
        number: str,
        *,
        name: str = "",
        withheld: bool = False,
        asserted: bool = False,
        fields: Fields = (),
    ) -> OutgoingCall:
        """A call from outside.

        :param caller: number in whatever form a carrier might send, never checked
        :param number: the called DID
        :param name: display name, may hold anything but line breaks
        :param withheld: the caller hides his number (RFC 3323): anonymous From, Privacy
        :param asserted: the carrier tells the number all the same in P-Asserted-Identity (RFC 3325)
        """
        fields = list(fields)
        identity = Address(Uri(caller, self.domain), name)
        if asserted:
            fields.append(("P-Asserted-Identity", str(identity)))
        if withheld:
            identity = Address(Uri("anonymous", "anonymous.invalid"), "Anonymous")
            fields.append(("Privacy", "id"))
        return self.call_as(identity, number, fields)
