"""A wire that can break: a TCP proxy of our own between the agent and one of its partners, Odoo or Asterisk."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter

CHUNK = 1 << 16
REFUSAL = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Wire:
    """`async with Wire(port) as wire`: who connects to `wire.port` reaches `port` of this machine while it is whole."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._ends: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._flowing = asyncio.Event()
        self._is_cut = self._is_failing = self._is_narrow = False
        self._delay = 0.0
        #: how often each path was asked for, by requests that came into the wire
        self.requests: Counter[str] = Counter()
        self.mend()

    async def __aenter__(self) -> Wire:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- faults --------------------------------------------------------------------------------------------------------

    def cut(self) -> None:
        """Every connection is reset, and every new one."""
        self._is_cut = True
        self._reset()

    def freeze(self) -> None:
        """Nothing comes through any more and nobody is told; what was sent meanwhile comes when the wire is mended."""
        self._flowing.clear()

    def slow(self, seconds: float) -> None:
        """Whatever is sent arrives so much later."""
        self._delay = seconds

    def fail(self) -> None:
        """A server in between answers every HTTP request with 500; connections that were open are reset."""
        self._is_failing = True
        self._reset()

    def narrow(self) -> None:
        """A server in between lets no WebSocket through; connections that were open are reset."""
        self._is_narrow = True
        self._reset()

    def mend(self) -> None:
        """As good as new."""
        self._is_cut = self._is_failing = self._is_narrow = False
        self._delay = 0.0
        self._flowing.set()

    def _reset(self) -> None:
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    # -- carrying ------------------------------------------------------------------------------------------------------

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with contextlib.suppress(OSError):
            if self._is_failing:
                await self._refuse(reader, writer)
            elif not self._is_cut:
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
                self._ends |= {writer, far_writer}
                await asyncio.gather(self._carry(reader, far_writer), self._carry(far_reader, writer))
                self._ends -= {writer, far_writer}
                far_writer.transport.abort()
        writer.transport.abort()

    async def _refuse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(CHUNK)
        writer.write(REFUSAL)
        writer.write_eof()
        while await reader.read(CHUNK):
            pass  # closed with something unread, the answer might be lost

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one direction until its end, which travels as everything does."""
        travelling: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        arriving = asyncio.ensure_future(self._arrive(travelling, writer))
        clock = asyncio.get_running_loop().time
        chunk = b"begin"
        try:
            while chunk:
                chunk = await self._read(reader)
                travelling.put_nowait((clock() + self._delay, chunk))
            await arriving
        finally:
            arriving.cancel()

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        """What comes next, nothing at the end or where it may not go on."""
        try:
            chunk = await reader.read(CHUNK)
        except OSError:
            return b""
        if chunk.startswith(b"POST "):
            self.requests[chunk.split(b" ", 2)[1].decode(errors="replace")] += 1
        return b"" if self._is_narrow and chunk.startswith(b"GET /websocket") else chunk

    async def _arrive(self, travelling: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            due, chunk = await travelling.get()
            await asyncio.sleep(max(0.0, due - clock()))
            await self._flowing.wait()
            if not chunk:
                with contextlib.suppress(OSError):
                    writer.write_eof()
                return
            writer.write(chunk)
