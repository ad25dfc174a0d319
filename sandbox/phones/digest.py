"""Digest access authentication (RFC 2617 and RFC 7616, as SIP uses them): the answer to a 401 or 407."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass

from .message import Response

_PAIR = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_HASHES = {"MD5": "md5", "SHA-256": "sha256"}


@dataclass(frozen=True)
class Credentials:
    """What a phone was given by its PBX administrator."""

    user: str
    secret: str

    def __repr__(self) -> str:
        return f"<Credentials of {self.user}>"  # the secret must not reach a log or a test report


class ChallengeError(ValueError):
    """A challenge that cannot be answered."""


def answer(response: Response, method: str, uri: str, credentials: Credentials) -> tuple[str, str]:
    """The header (name, value) that answers the first understood challenge of a 401 or 407 response.

    :raises ChallengeError: when there is none, with the challenges received
    """
    asked, given = (
        ("WWW-Authenticate", "Authorization")
        if response.status == 401
        else ("Proxy-Authenticate", "Proxy-Authorization")
    )
    for value in response.headers.all(asked):
        scheme, _, rest = value.partition(" ")
        challenge = {key.lower(): quoted or plain for key, quoted, plain in _PAIR.findall(rest)}
        if scheme.lower() == "digest" and challenge.get("algorithm", "MD5").upper() in _HASHES:
            return given, authorization(challenge, method, uri, credentials, secrets.token_hex(8))
    raise ChallengeError(f"no digest challenge I know in {response.headers.all(asked)}")


def authorization(challenge: dict[str, str], method: str, uri: str, credentials: Credentials, cnonce: str) -> str:
    """The value of the Authorization header; the nonce is used once, so its count is always 1.

    :param cnonce: the client's random part; an argument so that the vectors of the RFCs can be checked
    """
    algorithm = challenge.get("algorithm", "MD5")
    realm, nonce = challenge.get("realm", ""), challenge.get("nonce", "")

    def digest(*parts: str) -> str:
        return hashlib.new(_HASHES[algorithm.upper()], ":".join(parts).encode()).hexdigest()

    who, what = digest(credentials.user, realm, credentials.secret), digest(method, uri)
    quoted = {"username": credentials.user, "realm": realm, "nonce": nonce, "uri": uri}
    bare = {"algorithm": algorithm}
    if "auth" in re.split(r"[\s,]+", challenge.get("qop", "")):
        quoted["response"] = digest(who, nonce, "00000001", cnonce, "auth", what)
        quoted["cnonce"] = cnonce
        bare.update(qop="auth", nc="00000001")
    else:
        quoted["response"] = digest(who, nonce, what)
    if "opaque" in challenge:
        quoted["opaque"] = challenge["opaque"]
    fields = [f'{key}="{value}"' for key, value in quoted.items()] + [f"{key}={value}" for key, value in bare.items()]
    return "Digest " + ", ".join(fields)
