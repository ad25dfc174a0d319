"""A small Odoo on a free loopback port, as docs/contract.md says; it keeps all it is sent."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any, Callable, Union

from aiohttp import WSMsgType, web

Body = dict[str, Any]
Reply = Union[Body, web.Response, None]
DEVICES = [{"endpoint": "PJSIP/101", "extension": "101"}, {"endpoint": "PJSIP/102", "extension": "102"}]


class FakeOdoo:
    """`async with FakeOdoo() as odoo`: the agent talks to `odoo.url` with `odoo.key`.

    `replies[flow]` is a function of the request's body: an object, a whole response, or None for the usual answer.
    """

    def __init__(self, key: str = "the-key") -> None:
        self.key = key
        self.port = 0
        self.max_body = 2 << 20
        self.requests: list[tuple[str, Body]] = []
        self.headers: list[dict[str, str]] = []
        self.replies: dict[str, Callable[[Body], Reply]] = {}
        self.gates: dict[str, asyncio.Event] = {}
        self.clock: Callable[[], float] = time.time
        self.config_version = "7f3a"
        self.pending: list[Any] = []
        self.in_flight = self.most_in_flight = 0
        self.tickets: list[str] = []
        self.is_expired: Callable[[str], bool] = lambda ticket: False
        self.is_deaf = False
        self.subscriptions: list[Body] = []
        self.sockets: list[web.WebSocketResponse] = []
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> FakeOdoo:
        await self.start()
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        app = web.Application(client_max_size=self.max_body)
        app.router.add_post("/asterisk/v1/{flow}", self._flow)
        app.router.add_get("/websocket", self._websocket)
        app.router.add_get("/web/login", self._login)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]

    async def stop(self) -> None:
        """Odoo is down: nobody listens, open sockets are cut."""
        if self._runner is not None:
            for gate in self.gates.values():
                gate.set()
            await self.close_sockets(1001)
            await self._runner.cleanup()
            self._runner = None

    # -- what came -------------------------------------------------------------------------------------------------

    def bodies(self, flow: str) -> list[Body]:
        """The bodies that came to one flow, in order."""
        return [body for name, body in self.requests if name == flow]

    def items(self, flow: str) -> list[Any]:
        """All items that came to one flow, in order."""
        return [item for body in self.bodies(flow) for item in body["items"]]

    def calls(self, linkedid: str) -> list[Body]:
        return [item for item in self.items("calls") if item["linkedid"] == linkedid]

    def results(self, uuid: str) -> list[tuple[str, str]]:
        """(status, code) of one command, in order."""
        return [(item["status"], item["code"]) for item in self.items("results") if item["uuid"] == uuid]

    # -- what is said ----------------------------------------------------------------------------------------------

    def close_gate(self, flow: str) -> asyncio.Event:
        """Let requests to a flow wait until the returned event is set."""
        self.gates[flow] = asyncio.Event()
        return self.gates[flow]

    async def push(self, kind: str, payload: Any, number: int = 0) -> None:
        """A notification of the bus."""
        number = number or int(time.time() * 1000)
        await self.say(json.dumps([{"id": number, "message": {"type": kind, "payload": payload}}]))

    async def say(self, text: str) -> None:
        for socket in self.sockets:
            await socket.send_str(text)

    async def close_sockets(self, code: int = 1000) -> None:
        sockets, self.sockets = self.sockets, []
        for socket in sockets:
            await socket.close(code=code, drain=False)

    # -- routes ----------------------------------------------------------------------------------------------------

    async def _flow(self, request: web.Request) -> web.StreamResponse:
        flow = request.match_info["flow"]
        self.in_flight += flow in ("calls", "results")
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if request.headers.get("Authorization") != f"Bearer {self.key}":
                return web.json_response({"error": {"code": "forbidden", "message": "no such key"}}, status=401)
            body = await request.json()
            self.requests.append((flow, body))
            self.headers.append(dict(request.headers))
            if flow in self.gates:
                await self.gates[flow].wait()
            said = self.replies[flow](body) if flow in self.replies else None
            said = getattr(self, f"_{flow}")(body) if said is None else said
            return said if isinstance(said, web.StreamResponse) else web.json_response(said)
        finally:
            self.in_flight -= flow in ("calls", "results")

    def _ticket(self) -> Body:
        self.tickets.append(f"1.{len(self.tickets)}.signed")
        return {"time": self.clock(), "ticket": self.tickets[-1], "ticket_seconds": 600}

    def _hello(self, body: Body) -> Body:
        known = {"server": {"id": 1, "name": "Berlin"}, "heartbeat_seconds": 15, "websocket": "/websocket"}
        return {**known, "devices": DEVICES, "config_version": self.config_version, **self._ticket()}

    def _status(self, body: Body) -> Body:
        return {"config_version": self.config_version, **self._ticket()}

    def _commands(self, body: Body) -> Body:
        return {"time": self.clock(), "items": list(self.pending)}

    def _calls(self, body: Body) -> Body:
        names = ("linkedid", "version")
        return {"results": [{**{name: item[name] for name in names}, "status": "ok"} for item in body["items"]]}

    def _results(self, body: Body) -> Body:
        return {"results": [{"uuid": item["uuid"], "status": "ok"} for item in body["items"]]}

    def _history(self, body: Body) -> Body:
        return {"fetch": []}

    async def _login(self, request: web.Request) -> web.Response:
        response = web.Response()
        response.set_cookie("session_id", f"session-of-{request.query.get('db')}")
        return response

    async def _websocket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if message.type != WSMsgType.TEXT:
                continue
            told = json.loads(message.data)
            ticket = told["data"]["channels"][0].removeprefix("asterisk_agent:")
            self.subscriptions.append({**told, "headers": dict(request.headers), "ticket": ticket})
            if ticket not in self.tickets or self.is_expired(ticket):
                await socket.close(code=4001)
                break
            self.sockets.append(socket)
            while self.is_deaf:  # neither a ping nor a close is answered
                await asyncio.sleep(0.01)
        if socket in self.sockets:
            self.sockets.remove(socket)
        return socket


def refusing(code: str = "bad", message: str = "cannot be taken") -> Callable[[Body], Body]:
    """A reply to calls or results that refuses every item."""

    def reply(body: Body) -> Body:
        error = {"code": code, "message": message}
        return {"results": [{"status": "refused", "error": error} for _item in body["items"]]}

    return reply


def saying(status: str) -> Callable[[Body], Body]:
    """A reply to calls or results that says the same of every item."""
    return lambda body: {"results": [{"status": status} for _item in body["items"]]}
