"""What a channel's name says: technology, endpoint, Local half, and whether the endpoint is one of the company's
phones.

Odoo's list of devices decides where it names the endpoint. For the rest there is evidence of different weight: the
technology, how it was dialled (``number@trunk`` is no phone), the context its endpoint is configured with, and at last
its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

#: Names that Asterisk gives to a channel in passing, in front of the real one.
_PREFIX = re.compile(r"^(?:AsyncGoto|Bridge|Transfered|Parked)/(?=[A-Za-z0-9]+/)")
_GHOST = re.compile(r"<(?:ZOMBIE|MASQ)>|^Surrogate/|^DAHDI/pseudo", re.IGNORECASE)
_LOCAL = re.compile(r"^(Local/.*);([12])$")

_TRUNK_TECHNOLOGIES = frozenset(
    "dongle quectel mobile gsm khomp misdn capi ooh323 h323 motif vpb unicall simcom lcr woomera ss7".split()
)
_PHONE_TECHNOLOGIES = frozenset("sccp skinny mgcp ustm unistim console phone alsa".split())
_TRUNK_CONTEXT = re.compile(
    r"pstn|trunk|carrier|provider|operator|incoming|inbound|outside|external|public|dongle|goip|^ext-did"
    r"|from-(?:sip-?ext|did|dahdi|zap|digital|analog|gsm|isdn|out)|(?:^|[-_])(?:in|gsm|isdn|did|pri|e1|sbc)(?:[-_]|$)",
    re.IGNORECASE,
)
#: FreePBX's ext-local is where calls to extensions pass through, also those from a trunk.
_PHONE_CONTEXT = re.compile(
    r"internal|phone|user|office|employee|extension|staff|(?:^|(?<!ext)[-_])(?:local|agents?|sets)", re.IGNORECASE
)
_TRUNK_NAME = re.compile(
    r"trunk|carrier|provid|^(?:gw|gate|gsm|sip|voip|pstn|isdn|pri|bri|fxo|out|in|tel|line|sbc|pbx|peer|goip|lte|e1|t1|mtt)(?![a-z]*ner)",
    re.IGNORECASE,
)
_EXTENSION_NAME = re.compile(r"[A-Za-z0-9_-]{1,6}", re.ASCII)
#: Each snapshot asks what its channels' names say, several times; so many answers are remembered.
_REMEMBERED = 4096
EXTERNAL_NUMBER = re.compile(r"\+[0-9]+|0[0-9]{3,}|[0-9]{7,}", re.ASCII)


class Evidence(NamedTuple):
    """What was seen of a channel besides its name: its endpoint's context, the dial string where it was dialled, and
    the number it called from where it was not.
    """

    context: str = ""
    dial_string: str = ""
    number: str = ""


def is_local(name: str) -> bool:
    """Tell whether a channel is half of a Local pair: plumbing, nobody's leg."""
    return name.startswith("Local/")


@lru_cache(maxsize=_REMEMBERED)
def is_ghost(name: str) -> bool:
    """Tell whether a channel is the husk that a masquerade leaves behind, or another thing nobody talks on."""
    return not name or bool(_GHOST.search(name))


def other_half(name: str) -> str:
    """Return the name of a Local channel's other half, "" for any other channel."""
    match = _LOCAL.match(name)
    return f"{match[1]};{'2' if match[2] == '1' else '1'}" if match else ""


@lru_cache(maxsize=_REMEMBERED)
def endpoint_of(name: str) -> str:
    """Return ``TECHNOLOGY/name`` of a channel, as in the contract; "" for Local and ghost channels.

    ``PJSIP/101-0000000b`` -> ``PJSIP/101``; ``DAHDI/i1/4930123-1a`` -> ``DAHDI/i1``; ``IAX2/office-east-77`` ->
    ``IAX2/office-east``.
    """
    name = _PREFIX.sub("", name)
    if is_local(name) or is_ghost(name):
        return ""
    technology, _slash, rest = name.partition("/")
    rest = rest.rpartition("-")[0] or rest
    return f"{technology}/{rest.split('/')[0]}" if rest else ""


@lru_cache(maxsize=_REMEMBERED)
def dialled_number(dial_string: str, endpoint: str) -> str:
    """Return the number in a dial string (``number@trunk``, ``trunk/number``, ``g0/number``), "" when it names only
    the device.

    A dial string may hold a password (IAX2 ``user:secret@host/number``); nothing but a plausible number is ever
    returned.
    """
    own = endpoint.partition("/")[2]
    text = dial_string.rpartition("sip:")[2] if "sip:" in dial_string else dial_string
    for part in (text.rpartition("/")[2], text.partition("@")[0], text.rpartition("/")[2].partition("@")[0]):
        part = part.partition(",")[0]
        if part != own and re.fullmatch(r"\+?[0-9*#]{2,30}", part, re.ASCII):
            return part
    return ""


class Directory:
    """Who of the endpoints is a phone of the company, and with which extension.

    :param devices: the contract's ``devices``: ``{"endpoint", "extension"}``
    """

    def __init__(self, devices: Iterable[Mapping[str, str]] = ()) -> None:
        pairs = [(d.get("endpoint"), d.get("extension")) for d in devices if isinstance(d, Mapping)]
        self._extensions = {e: x for e, x in pairs if isinstance(e, str) and isinstance(x, str) and e}
        self._numbers = {x for x in self._extensions.values() if x}

    def knows_number(self, number: str) -> bool:
        """Tell whether `number` is the extension of a device that Odoo named."""
        return number in self._numbers

    def is_phone(self, endpoint: str, evidence: Evidence = Evidence()) -> bool:  # noqa: B008 - immutable
        """Tell whether `endpoint` is a phone of the company (else: a trunk)."""
        if endpoint in self._extensions:
            return True
        technology, _slash, name = endpoint.partition("/")
        if technology.lower() in _TRUNK_TECHNOLOGIES or not name:
            return False
        if technology.lower() in _PHONE_TECHNOLOGIES:
            return True
        if technology == "DAHDI" and not name.isdigit():
            return False  # a span or a group: i1, g0, r1
        if "sip:" not in evidence.dial_string and dialled_number(evidence.dial_string, endpoint):
            return False
        return _looks_like_phone(technology, name, evidence)

    def extension(self, endpoint: str, seen: str = "", own: bool = False) -> str:
        """Return the extension of a phone: as Odoo knows it, else its name where that is a number, else `seen`, else
        its name.

        :param own: `seen` is the number that the phone itself calls from: also a second device's extension
        """
        known = self._extensions.get(endpoint)
        if known:
            return known
        name = endpoint.partition("/")[2]
        if own and re.fullmatch(r"[0-9]{2,6}", seen, re.ASCII):
            return seen
        if name.isdigit() and not endpoint.startswith("DAHDI/"):
            return name
        return seen if re.fullmatch(r"[0-9A-Za-z]{1,6}", seen, re.ASCII) else name


@lru_cache(maxsize=_REMEMBERED)
def _looks_like_phone(technology: str, name: str, evidence: Evidence) -> bool:
    """Judge by context, name and number where nothing better is known."""
    if _TRUNK_CONTEXT.search(evidence.context):
        return False
    like_trunk = bool(_TRUNK_NAME.search(name))
    if _PHONE_CONTEXT.search(evidence.context):
        return not like_trunk
    if not name.isdigit() and EXTERNAL_NUMBER.fullmatch(evidence.number):
        return False  # a line with a name that somebody calls from outside through
    return technology != "DAHDI" and bool(_EXTENSION_NAME.fullmatch(name)) and not like_trunk
