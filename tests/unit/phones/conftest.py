"""Two phones on one loopback, no PBX between them; and a registrar small enough to see through."""

from __future__ import annotations

import contextlib
import re

import pytest

from sandbox.phones import digest
from sandbox.phones.behaviour import Behaviour
from sandbox.phones.message import Headers, Request, Response
from sandbox.phones.phone import Phone
from sandbox.phones.user_agent import UserAgent

T1 = 0.05  # seconds: what the standard repeats after half a second, tests repeat ten times as fast


class Switch(UserAgent):
    """A registrar that asks for a digest, and answers every call itself."""

    REALM, NONCE = "sandbox", "a1b2c3"

    def __init__(self, secrets, behaviour=None):
        super().__init__("switch", ("127.0.0.1", 9), tone=850, t1=T1)
        self.secrets = secrets
        self.behaviour = behaviour or Behaviour("answer", after=0.05)
        self.contacts = {}
        self.granted = 60

    @property
    def address(self):
        return self.host, self.transport.port

    def behaviour_for(self, call):
        return self.behaviour

    def _received(self, transaction):
        if transaction.request.method == "REGISTER":
            transaction.respond(self._register(transaction.request))
        else:
            super()._received(transaction)

    def _register(self, request):
        user = request.recipient.uri.user
        credentials = digest.Credentials(user, self.secrets.get(user, ""))
        challenge = {"realm": self.REALM, "nonce": self.NONCE, "algorithm": "MD5", "qop": "auth"}
        cnonce = re.search(r'cnonce="(\w+)"', request.headers.get("Authorization"))
        expected = digest.authorization(challenge, "REGISTER", request.uri, credentials, cnonce[1] if cnonce else "")
        if request.headers.get("Authorization") != expected or user not in self.secrets:
            ask = f'Digest realm="{self.REALM}", nonce="{self.NONCE}", algorithm=MD5, qop="auth"'
            return Response.to(request, 401, "t", [("WWW-Authenticate", ask)])
        seconds = int(request.headers.get("Expires"))
        self.contacts[user] = request.contact
        if not seconds:
            del self.contacts[user]
        granted = min(seconds, self.granted)
        return Response.to(request, 200, "t", [("Contact", f"{request.headers.get('Contact')};expires={granted}")])


@pytest.fixture
async def switch():
    """A running registrar that knows 101 and 102 by the secret `right`."""
    agent = Switch({"101": "right", "102": "right"})
    await agent.start()
    yield agent
    await agent.stop()


@contextlib.asynccontextmanager
async def running(*agents):
    """Start agents, stop them after the block."""
    for agent in agents:
        await agent.start()
    try:
        yield agents
    finally:
        for agent in agents:
            await agent.stop()


@pytest.fixture
async def pair():
    """(anna, boris): anna's phone dials straight to boris's. Tones 440 and 700 Hz."""
    boris = Phone("102", "", ("127.0.0.1", 9), tone=700, t1=T1)
    await boris.start()
    anna = Phone("101", "", (boris.host, boris.transport.port), tone=440, t1=T1)
    async with running(anna):
        yield anna, boris
    await boris.stop()


def make_request(method, branch="z9hG4bKtest", to_tag=""):
    """A request with the headers that every one must have."""
    headers = [
        ("Via", f"SIP/2.0/UDP 127.0.0.1:5999;branch={branch};rport"),
        ("From", '"Eva" <sip:+4930@127.0.0.2>;tag=from1'),
        ("To", "<sip:101@127.0.0.1>" + (f";tag={to_tag}" if to_tag else "")),
        ("Call-ID", "call-1"),
        ("CSeq", f"7 {method}"),
        ("Contact", "<sip:+4930@127.0.0.2:5080>"),
    ]
    return Request(method, "sip:101@127.0.0.1", Headers(headers))
