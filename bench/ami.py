"""The least of an AMI client: logs in to the sandbox's Asterisk and sends actions."""

from __future__ import annotations

import asyncio

from sandbox.asterisk import Asterisk
from sandbox.say import SandboxError


class AmiClient:
    """`async with AmiClient(asterisk) as ami: await ami.send("Ping")`; events are thrown away."""

    def __init__(self, asterisk: Asterisk) -> None:
        self._values = asterisk.values

    async def __aenter__(self) -> AmiClient:
        port = int(str(self._values["AMI_PORT"]))
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
        await self.send("Login", Username="odoo", Secret=str(self._values["AMI_SECRET"]), Events="off")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def send(self, action: str, **fields: str) -> None:
        """Send an action and wait for its response. SandboxError when Asterisk refuses."""
        lines = [f"Action: {action}", *(f"{key}: {value}" for key, value in fields.items())]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        while True:
            frame = (await self._reader.readuntil(b"\r\n\r\n")).decode("utf-8", "replace")
            if "Response: Success" in frame:
                return
            if "Response: Error" in frame:
                raise SandboxError(f"Asterisk refused {action}: {frame.strip()}")
