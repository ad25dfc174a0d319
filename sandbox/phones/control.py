"""A unix socket that speaks JSON lines: one request a line, one answer a line, in the same order.

An answer is `{"ok": true, ...}` or `{"ok": false, "error": "what to do"}`. After `{"do": "watch"}` the connection also
gets a line `{"event": "call", ...}` for each change of a call.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

_LONGEST_LINE = 1 << 16  # bytes
Command = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class ControlServer:
    """`async with ControlServer(path, command): ...`

    :param path: of the socket; only its owner may use it
    :param command: carries out one request; a ValueError, LookupError or RuntimeError of it is told to the asker
    """

    def __init__(self, path: Path, command: Command) -> None:
        self._path = path
        self._command = command
        self._watchers: set[asyncio.StreamWriter] = set()
        self._connections: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> ControlServer:
        if _answers(self._path):
            raise RuntimeError(f"{self._path}: another office is running there; stop it first")
        self._path.unlink(missing_ok=True)
        before = os.umask(0o177)  # made private from the start, not a moment later
        try:
            self._server = await asyncio.start_unix_server(self._connected, str(self._path), limit=_LONGEST_LINE)
        finally:
            os.umask(before)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for connection in list(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    def publish(self, event: dict[str, Any]) -> None:
        """Tell everyone who watches. Who does not read is disconnected rather than remembered for ever."""
        for writer in list(self._watchers):
            if writer.transport.get_write_buffer_size() > _LONGEST_LINE:
                self._watchers.discard(writer)
                writer.close()
            else:
                writer.write(_line(event))

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._connections.add(task)
        try:
            await self._serve(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass  # the asker left, or the office closes
        finally:
            self._connections.discard(task)
            self._watchers.discard(writer)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                line = await reader.readline()
            except ValueError:
                writer.write(_line({"ok": False, "error": f"a line must be shorter than {_LONGEST_LINE} bytes"}))
                return
            if not line:
                return
            writer.write(_line(await self._carry_out(line, writer)))
            await writer.drain()

    async def _carry_out(self, line: bytes, writer: asyncio.StreamWriter) -> dict[str, Any]:
        try:
            request = json.loads(line)
            if not isinstance(request, dict):
                raise ValueError('a request is a JSON object with a key "do"')
            if request.get("do") == "watch":
                self._watchers.add(writer)
                return {"ok": True}
            return {"ok": True, **await self._command(request)}
        except json.JSONDecodeError as error:
            return {"ok": False, "error": f"not JSON: {error}"}
        except (ValueError, LookupError, RuntimeError, AssertionError, ConnectionError) as error:
            return {"ok": False, "error": str(error.args[0] if error.args else error)}


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode() + b"\n"


def _answers(path: Path) -> bool:
    """Is someone listening there? A file left over from a killed process is not."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def ask(path: Path, request: dict[str, Any], timeout: float = 60) -> dict[str, Any]:
    """Put one request to a running office and return its answer, for programs without an event loop.

    :param timeout: seconds
    :raises ConnectionError: when no office listens at `path`
    :raises RuntimeError: when it says no, in its words
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(timeout)
        try:
            connection.connect(str(path))
        except OSError as error:
            raise ConnectionError(f"no phones run at {path} ({error.strerror}); start the demo first") from error
        connection.sendall(_line(request))
        line = connection.makefile("rb").readline()
    if not line:
        raise ConnectionError(f"the phones at {path} hung up before they answered")
    answer = json.loads(line)
    if not answer["ok"]:
        raise RuntimeError(answer["error"])
    return answer
