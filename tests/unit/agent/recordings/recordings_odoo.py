"""An Odoo that keeps recordings, as docs/contract.md says: whole files only, never twice, checksums compared."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Callable

from aiohttp import web

from tests.unit.agent.fake_odoo import Body, FakeOdoo

MOST_BLOCK = 4 << 20


class RecordingsOdoo(FakeOdoo):
    """`told` is key → the last item; `files` what is complete, `parts` what is not yet.

    `verdicts[key or file]` answers a recording instead of the usual; `faults` are answers to the next blocks.
    """

    def __init__(self) -> None:
        super().__init__()
        self.max_body = MOST_BLOCK + 1
        self.policy: Body = {"policy": "all", "endpoints": [], "queues": [], "format": "wav", "parallel": 2}
        self.told: dict[str, Body] = {}
        self.files: dict[str, bytes] = {}
        self.parts: dict[str, bytes] = {}
        self.blocks: list[tuple[str, int, int]] = []
        self.verdicts: dict[str, Body] = {}
        self.faults: list[Callable[[str, bytes], web.Response | None]] = []
        self.sending = self.most_sending = 0

    def _hello(self, body: Body) -> Body:
        return {**super()._hello(body), "recordings": self.policy}

    def item(self, file: str) -> Body:
        """What was last told of a file."""
        return next((item for item in self.told.values() if item["file"] == file), {})

    def bytes_of(self, file: str) -> bytes:
        """The complete file, b"" until it is."""
        return self.files.get(self.item(file).get("key", ""), b"")

    def _recordings(self, body: Body) -> Body:
        assert len(body["items"]) <= 200
        return {"results": [self._judge(item) for item in body["items"]]}

    def _judge(self, item: Body) -> Body:
        key = item["key"]
        self.told[key] = item
        verdict = self.verdicts.get(key) or self.verdicts.get(item["file"])
        if verdict:
            return {"key": key, **verdict}
        if item["state"] != "ready":
            return {"key": key, "status": "noted"}
        assert item["bytes"] > 0 and len(item["sha256"]) == 64
        if key in self.files:
            return {"key": key, "status": "have"}
        return {"key": key, "status": "send", "offset": len(self.parts.get(key, b""))}

    async def _flow(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["flow"] != "recording_data":
            return await super()._flow(request)
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            return refusal(401, "forbidden")
        self.sending += 1
        self.most_sending = max(self.most_sending, self.sending)
        try:
            block = await request.read()
            if "recording_data" in self.gates:
                await self.gates["recording_data"].wait()
            return self._take(request.query["key"], int(request.query["offset"]), block)
        finally:
            self.sending -= 1

    def _take(self, key: str, offset: int, block: bytes) -> web.Response:
        assert len(block) <= MOST_BLOCK
        self.blocks.append((key, offset, len(block)))
        if self.faults:
            said = self.faults.pop(0)(key, block)
            if said is not None:
                return said
        if key not in self.told:
            return refusal(404, "unknown")
        have = self.parts.get(key, b"")
        if offset != len(have):
            return refusal(409, "offset", offset=len(have))
        have += block
        if len(have) < self.told[key]["bytes"]:
            self.parts[key] = have
            return web.json_response({"offset": len(have), "status": "send"})
        self.parts.pop(key, None)
        if hashlib.sha256(have).hexdigest() != self.told[key]["sha256"]:
            return refusal(409, "checksum")
        assert key not in self.files, "it was sent twice"
        self.files[key] = have
        return web.json_response({"offset": len(have), "status": "have"})


def refusal(status: int, code: str, **more: Any) -> web.Response:
    """An error of the contract."""
    body = {"error": {"code": code, "message": f"{code} it is"}, **more}
    return web.Response(status=status, text=json.dumps(body), content_type="application/json")
