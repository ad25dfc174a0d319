"""SIP URIs and name-addr values (RFC 3261, 19.1 and 20.10): who calls, who is called, where a phone can be reached."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from urllib.parse import quote, unquote

# Characters that RFC 3261 lets stand in the user part as they are. "#" is not among them, so "#31#" travels escaped.
_USER_SAFE = "-_.!~*'()&=+$,;?/"
_URI = re.compile(
    r"^(?P<scheme>sips?|tel):(?:(?P<user>[^@]*)@)?(?P<host>[^:;?@]+)(?::(?P<port>\d+))?(?P<rest>[;?].*)?$", re.I
)
_NAME_ADDR = re.compile(
    r'^\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^<"]*?))\s*<(?P<uri>[^>]*)>(?P<params>.*)$', re.S
)


class AddressError(ValueError):
    """A URI or name-addr that cannot be understood."""


@dataclass(frozen=True)
class Uri:
    """`sip:user@host:port;params`. `user` is unescaped; `rest` is all from the first `;` or `?` on, as received."""

    user: str
    host: str
    port: int | None = None
    rest: str = ""
    scheme: str = "sip"

    @classmethod
    def parse(cls, text: str) -> Uri:
        """:raises AddressError: when the text is no SIP URI"""
        match = _URI.match(text.strip())
        if not match:
            raise AddressError(f"not a SIP URI: {text!r}")
        port = int(match["port"]) if match["port"] else None
        return cls(unquote(match["user"] or ""), match["host"], port, match["rest"] or "", match["scheme"].lower())

    def __str__(self) -> str:
        user = quote(self.user, safe=_USER_SAFE) + "@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        return f"{self.scheme}:{user}{self.host}{port}{self.rest}"


@dataclass(frozen=True)
class Address:
    """A name-addr: display name (unescaped, may hold anything), URI and header parameters such as `tag`."""

    uri: Uri
    name: str = ""
    params: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Address:
        """Understands `"name" <uri>;params`, `name <uri>;params` and the bare `uri;params` form.

        :raises AddressError: when the text is none of them
        """
        match = _NAME_ADDR.match(text)
        if match:
            quoted = match["quoted"]
            name = re.sub(r"\\(.)", r"\1", quoted, flags=re.S) if quoted is not None else match["plain"].strip()
            return cls(Uri.parse(match["uri"]), name, _parse_params(match["params"]))
        # Without angle brackets every parameter belongs to the header, not to the URI (RFC 3261, 20).
        bare, _, params = text.partition(";")
        return cls(Uri.parse(bare), "", _parse_params(params))

    @property
    def tag(self) -> str:
        return self.params.get("tag", "")

    def with_tag(self, tag: str) -> Address:
        return replace(self, params={**self.params, "tag": tag})

    def __str__(self) -> str:
        name = '"' + re.sub(r'(["\\])', r"\\\1", self.name) + '" ' if self.name else ""
        params = "".join(f";{key}={value}" if value else f";{key}" for key, value in self.params.items())
        return f"{name}<{self.uri}>{params}"


def _parse_params(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";") if part.strip())
    return {key.strip().lower(): value.strip() for key, _, value in pairs}
