"""What a channel's name says, and which endpoints are phones of the company.

``PJSIP/101-0000000b`` is the endpoint PJSIP/101; ``Local/101@ring-00000001;1`` is half of a pair that nobody sits at.
"""

import re
from functools import lru_cache

_PREFIX = re.compile(r"^(?:AsyncGoto|Bridge|Transfered|Parked)/(?=[A-Za-z0-9]+/)")
_GHOST = re.compile(r"<(?:ZOMBIE|MASQ)>|^Surrogate/|^DAHDI/pseudo", re.IGNORECASE)
_LOCAL = re.compile(r"^(Local/.*);([12])$", re.DOTALL)
#: extensions by which a dialplan steers itself; nobody dialled them
STEERING = frozenset(["", *"s h i t o e".split()])
#: technologies that only connect to the outside
_LINES = frozenset("dongle quectel mobile gsm khomp misdn capi ooh323 h323 motif vpb".split())
_EXTENSION = re.compile(r"[A-Za-z0-9_-]{1,6}", re.ASCII)
_LINE_NAME = re.compile(
    r"trunk|carrier|provid|^(?:gw|gate|gsm|sip|voip|pstn|isdn|fxo|out|in|tel|line|sbc|pbx|peer|goip|lte|e1|t1)(?![a-z]*ner)",
    re.IGNORECASE,
)
_NUMBER_IN_DIAL = re.compile(r"(?:^|[/:])\+?[0-9*#]{2,30}(?=@|$|,)|/\+?[0-9*#]{2,30}$", re.ASCII)


def is_local(channel):
    """Return whether a channel is half of a Local pair: plumbing, nobody's leg."""
    return channel.startswith("Local/")


@lru_cache(maxsize=8192)
def is_party(channel):
    """Return whether somebody (or a line to somebody) is at the end of a channel."""
    return bool(channel) and not is_local(channel) and not _GHOST.search(channel)


def other_half(channel):
    """Return the other half of a Local channel, "" for any other channel."""
    match = _LOCAL.match(channel)
    return f"{match[1]};{'2' if match[2] == '1' else '1'}" if match else ""


@lru_cache(maxsize=4096)
def endpoint_of(channel):
    """Return ``TECHNOLOGY/name`` of a channel; "" for Local channels and husks."""
    channel = _PREFIX.sub("", channel)
    if not is_party(channel):
        return ""
    technology, _slash, rest = channel.partition("/")
    rest = rest.rpartition("-")[0] or rest
    return f"{technology}/{rest.split('/')[0]}" if rest else ""


class Directory:
    """Who of the endpoints is a phone of the company, and with which extension.

    :param devices: endpoint → extension, as Odoo knows them; without it the look of an endpoint's name decides
    """

    def __init__(self, devices=None):
        self._devices = dict(devices or {})
        self._numbers = set(self._devices.values())
        self._judged = {}

    def is_phone(self, channel):
        """Return whether a channel's endpoint is a phone of the company (else: a line to the outside)."""
        endpoint = endpoint_of(channel)
        if endpoint not in self._judged:
            self._judged[endpoint] = self._looks_like_a_phone(endpoint)
        return self._judged[endpoint]

    def _looks_like_a_phone(self, endpoint):
        if endpoint in self._devices:
            return True
        technology, _slash, name = endpoint.partition("/")
        if technology.lower() in _LINES or technology.upper() == "DAHDI":
            return False
        return bool(_EXTENSION.fullmatch(name)) and not _LINE_NAME.search(name)

    def extension(self, channel):
        """Return the extension of a phone: as Odoo knows it, else its name."""
        endpoint = endpoint_of(channel)
        return self._devices.get(endpoint) or endpoint.partition("/")[2]

    def knows(self, number):
        """Return whether a number is a colleague's extension."""
        return number in self._numbers


def dialled_endpoints(app, data):
    """Return the endpoints that an application was told to ring; None when its arguments do not name them (a queue).

    ``PJSIP/101&PJSIP/102,30,tT`` → {"PJSIP/101", "PJSIP/102"}
    """
    if app.lower() != "dial":
        return None
    endpoints = set()
    for target in data.partition(",")[0].split("&"):
        technology, _slash, rest = target.strip().partition("/")
        # Not only the number but the way to it: PJSIP/4930…@trunk, PJSIP/trunk/sip:4930…@host, DAHDI/g0/4930…
        name = rest.rpartition("@")[2] if "@" in rest and "/" not in rest else rest.partition("/")[0]
        endpoints.add(f"{technology}/{name}")
    return endpoints


def number_in(data, channel):
    """Return the number that a dial string names beside the line it goes out by, "" when there is none."""
    own = endpoint_of(channel).partition("/")[2]
    for target in data.partition(",")[0].split("&"):
        found = _NUMBER_IN_DIAL.search(target)
        number = found[0].lstrip("/:") if found else ""
        if number and number != own:
            return number
    return ""


def ring_limit(data):
    """Return how many seconds an application rings at most, None when it does not say."""
    parts = data.split(",")
    return int(parts[1]) if len(parts) > 1 and parts[1].isascii() and parts[1].isdigit() else None
