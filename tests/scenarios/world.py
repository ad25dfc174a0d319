"""A sandbox Asterisk with phones and a carrier, and a recorder on its AMI: what the scripts play with."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from collections.abc import AsyncIterator
from typing import Any

from sandbox.asterisk import Asterisk
from sandbox.paths import temporary
from sandbox.phones.behaviour import Behaviour
from sandbox.phones.carrier import Carrier
from sandbox.phones.numbering import DEVICES
from sandbox.phones.phone import Phone


class Recorder:
    """One AMI login that keeps every event in the order and with the time it came, keys as Asterisk writes them."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.responses: list[dict[str, Any]] = []
        self._changed = asyncio.Event()

    async def open(self, port: int, secret: str) -> Recorder:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
        self._task = asyncio.ensure_future(self._read())
        await self.act(Action="Login", Username="odoo", Secret=secret)
        return self

    async def act(self, **fields: Any) -> dict[str, Any]:
        """Send one action and return its response; a list value is sent as repeated keys."""
        seen = len(self.responses)
        lines = []
        for key, value in fields.items():
            lines += [f"{key}: {item}" for item in (value if isinstance(value, list) else [value])]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        await self.until(lambda: len(self.responses) > seen)
        return self.responses[-1]

    async def event(self, name: str, seconds: float = 15, **fields: str) -> dict[str, Any]:
        """Wait for an event (also one that came already) whose fields contain the given texts; return it."""

        def found() -> dict[str, Any] | None:
            fits = (
                event
                for event in self.events
                if event.get("Event") == name and all(text in str(event.get(key)) for key, text in fields.items())
            )
            return next(fits, None)

        await self.until(found, seconds)
        return found()  # type: ignore[return-value]

    async def until(self, done: Any, seconds: float = 15) -> None:
        """Wait until `done()` is true; TimeoutError when it is not by then."""
        deadline = time.monotonic() + seconds
        while not done():
            self._changed.clear()
            await asyncio.wait_for(self._changed.wait(), max(0.01, deadline - time.monotonic()))

    async def list_channels(self) -> None:
        """What the agent asks for after each login."""
        await self.act(Action="BridgeList")
        seen = len(self.events)
        await self.act(Action="CoreShowChannels")
        await self.until(lambda: any(e.get("Event") == "CoreShowChannelsComplete" for e in self.events[seen:]))

    async def _read(self) -> None:
        while True:
            block = await self._reader.readuntil(b"\r\n\r\n")
            frame: dict[str, Any] = {"Timestamp": f"{time.time():.6f}"}
            for line in block.decode("utf-8", "replace").split("\r\n"):
                key, colon, value = line.partition(":")
                if colon and key not in frame:
                    frame[key] = value.strip()
            (self.events if "Event" in frame else self.responses).append(frame)
            self._changed.set()

    def close(self) -> None:
        self._task.cancel()
        self._writer.close()


class World:
    """The running PBX with everybody on it."""

    def __init__(self, pbx: Asterisk, phones: dict[str, Phone], carrier: Carrier) -> None:
        self.pbx, self.phones, self.carrier = pbx, phones, carrier

    def recorder(self) -> Recorder:
        """A recorder that is not logged in yet."""
        return Recorder()

    async def open(self, recorder: Recorder) -> Recorder:
        return await recorder.open(int(str(self.pbx.values["AMI_PORT"])), str(self.pbx.values["AMI_SECRET"]))

    def all_manual(self) -> None:
        """Every phone rings until told otherwise."""
        for phone in self.phones.values():
            phone.behaviour = Behaviour("manual")
        self.carrier.rules.clear()

    async def idle(self) -> None:
        """Until nobody has a call, on the phones and in Asterisk; what does not end by itself soon is hung up."""
        everybody = (*self.phones.values(), self.carrier)
        for _ in range(30):
            if not any(agent.live_calls for agent in everybody):
                break
            await asyncio.sleep(0.1)
        for agent in everybody:
            for call in agent.live_calls:
                await call.hang_up()
            await agent.wait_idle(15)
        for _ in range(150):
            if "0 active channels" in self.pbx.rx("core show channels count"):
                return
            await asyncio.sleep(0.1)
        raise TimeoutError(self.pbx.rx("core show channels"))


@contextlib.asynccontextmanager
async def world() -> AsyncIterator[World]:
    """Start Asterisk, register all phones, stop everything at the end."""
    folder = temporary()
    pbx = Asterisk(folder)
    pbx.start()
    address = ("127.0.0.1", int(str(pbx.values["SIP_PORT"])))
    carrier = Carrier(address, port=int(str(pbx.values["CARRIER_PORT"])))
    phones = {user: Phone(user, str(pbx.values["PHONE_SECRET"]), address) for user in DEVICES}
    try:
        await carrier.start()
        for phone in phones.values():
            await phone.start()
            await phone.register()
        yield World(pbx, phones, carrier)
    finally:
        for agent in (*phones.values(), carrier):
            with contextlib.suppress(Exception):
                await agent.stop()
        pbx.stop()
        shutil.rmtree(folder, ignore_errors=True)
