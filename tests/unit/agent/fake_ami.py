"""A small Asterisk manager on a free loopback port: it keeps what it was sent and answers as it is told."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any, Callable

Fields = dict[str, Any]


def frame(**fields: Any) -> bytes:
    """One AMI frame; a list repeats its key."""
    lines = []
    for key, value in fields.items():
        lines += [f"{key}: {item}" for item in (value if isinstance(value, list) else [value])]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class FakeAmi:
    """`async with FakeAmi() as ami`: the agent connects to `ami.port` with `secret`.

    `answers` holds, by an action's name in lower case, what to say instead of the usual; "" says nothing.
    """

    def __init__(self, secret: str = "right") -> None:
        self.secret = secret
        self.port = 0
        self.received: list[Fields] = []
        self.logins = 0
        self.is_silent = False
        self.uptime_at_start = 100_000
        self.channels: list[Fields] = []
        self.answers: dict[str, Callable[[Fields], bytes]] = {}
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.AbstractServer | None = None

    async def __aenter__(self) -> FakeAmi:
        await self.start()
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.stop()

    async def start(self) -> None:
        self._booted_at = time.time()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Asterisk is stopped: it says so, closes all connections, and nobody listens."""
        self.event("Shutdown", Shutdown="Cleanly", Restart="False")
        for writer in self._writers:
            writer.close()
        await self.crash()

    async def crash(self) -> None:
        """Asterisk is gone without a word."""
        if self._server is not None:
            self._server.close()
            self.drop()
            await self._server.wait_closed()
            self._server = None

    def drop(self) -> None:
        """Close all connections; the next one is accepted."""
        for writer in list(self._writers):
            if not writer.is_closing():
                writer.transport.abort()
        self._writers.clear()

    @property
    def connections(self) -> int:
        return len(self._writers)

    def named(self, action: str) -> list[Fields]:
        """The actions of one name that came, in order."""
        return [fields for fields in self.received if fields["action"].lower() == action.lower()]

    def event(self, name: str, **fields: Any) -> None:
        """Tell an event to everybody who is connected."""
        self.say(frame(Event=name, **fields))

    def say(self, raw: bytes) -> None:
        for writer in self._writers:
            writer.write(raw)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                fields = parsed(await reader.readuntil(b"\r\n\r\n"))
                self.received.append(fields)
                if not self.is_silent:
                    writer.write(self._answer(fields))
        self._writers.discard(writer)
        writer.close()

    def _answer(self, fields: Fields) -> bytes:
        name = fields["action"].lower()
        if name in self.answers:
            return self.answers[name](fields)
        usual = getattr(self, f"_{name}", None)
        return usual(fields) if usual else reply(fields)

    def _login(self, fields: Fields) -> bytes:
        if fields.get("secret") != self.secret:
            return reply(fields, Response="Error", Message="Authentication failed")
        self.logins += 1
        uptime = self.uptime_at_start + int(time.time() - self._booted_at)
        return reply(fields, Message="Authentication accepted") + frame(Event="FullyBooted", Uptime=uptime)

    def _coresettings(self, fields: Fields) -> bytes:
        return reply(fields, AMIversion="11.0.0", AsteriskVersion="22.10.1", SystemName="")

    def _bridgelist(self, fields: Fields) -> bytes:
        return listing(fields, "BridgeListComplete", [])

    def _coreshowchannels(self, fields: Fields) -> bytes:
        return listing(fields, "CoreShowChannelsComplete", [{"Event": "CoreShowChannel", **c} for c in self.channels])

    def _getvar(self, fields: Fields) -> bytes:
        return reply(fields, Variable=fields["variable"], Value="NOT_INUSE")

    def _originate(self, fields: Fields) -> bytes:
        return reply(fields, Message="Originate successfully queued")


def parsed(raw: bytes) -> Fields:
    """An action as it came; keys in lower case, repeated ones as a list."""
    fields: Fields = {}
    for line in raw.decode().split("\r\n"):
        key, colon, value = line.partition(": ")
        if colon and key.lower() in fields:
            earlier = fields[key.lower()]
            fields[key.lower()] = [*(earlier if isinstance(earlier, list) else [earlier]), value]
        elif colon:
            fields[key.lower()] = value
    return fields


def reply(fields: Fields, **more: Any) -> bytes:
    """The answer to an action."""
    return frame(**{"Response": "Success", "ActionID": fields["actionid"], **more})


def listing(fields: Fields, complete: str, items: list[Fields]) -> bytes:
    """An answer that is a list."""
    own = {"ActionID": fields["actionid"]}
    lines = [frame(**{"Event": "", **own, **item}) for item in items]  # the ActionID comes second
    last = frame(Event=complete, **own, EventList="Complete", ListItems=len(items))
    return b"".join([reply(fields, EventList="start"), *lines, last])
