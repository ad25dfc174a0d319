"""HTTP to Odoo: one POST a flow, bearer key, a deadline on everything; exceptions become answers."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from .answers import UNAVAILABLE, Answer, sort_answer

REQUEST_SECONDS = 15.0
CONNECT_SECONDS = 5.0
MAX_ANSWER_BYTES = 8 << 20
#: How often the WebSocket is pinged; without an answer in half that time it is closed.
PING_SECONDS = 20.0


class OdooClient:
    """The door to one Odoo; use as an async context manager.

    :param url: Odoo's address without a path
    :param key: the technical user's API key; only ever sent in a header
    :param database: which one, where the host serves several; "" otherwise
    :param ssl: an `ssl.SSLContext` for an own certificate authority, or None for the system's
    :param seconds: how long an answer may take
    """

    def __init__(
        self, url: str, key: str, database: str = "", ssl: Any = None, seconds: float = REQUEST_SECONDS
    ) -> None:
        self.url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"}
        if database:
            self._headers["X-Odoo-Database"] = database
        self._database = database
        self._ssl = True if ssl is None else ssl
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> OdooClient:
        timeout = aiohttp.ClientTimeout(total=self._seconds, sock_connect=CONNECT_SECONDS)
        # No cookies: each request stands for itself. No User-Agent: where there is one, Odoo's bus takes it for a
        # browser and checks the version of its worker.
        self._session = aiohttp.ClientSession(
            timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), skip_auto_headers=("User-Agent",)
        )
        return self

    async def __aexit__(self, *_exception: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def post(
        self, flow: str, body: dict[str, Any] | bytes, seconds: float | None = None, is_packed: bool = False
    ) -> Answer:
        """POST `body` to the contract's `flow`; a fault of the network or of Odoo is an answer, too.

        :param body: an object, or its JSON where it is large and was written in a thread
        :param seconds: how long this answer may take
        :param is_packed: the JSON is gzipped
        """
        assert self._session is not None, "use OdooClient as an async context manager"
        seconds = seconds or self._seconds
        options: dict[str, Any] = {"json": body, "headers": self._headers}
        if isinstance(body, bytes):
            coding = {"Content-Encoding": "gzip"} if is_packed else {}
            headers = {**self._headers, "Content-Type": "application/json", **coding}
            options = {"data": io.BytesIO(body), "headers": headers}  # goes out in pieces, others have their turn
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
        try:
            async with self._session.post(
                f"{self.url}/asterisk/v1/{flow}", **options, ssl=self._ssl, allow_redirects=False, timeout=timeout
            ) as response:
                return sort_answer(response.status, parsed(await _read(response)))
        except asyncio.TimeoutError:
            return Answer(UNAVAILABLE, {}, f"no answer within {seconds:g} s")
        except (aiohttp.ClientError, OSError) as error:
            return Answer(UNAVAILABLE, {}, f"{type(error).__name__}: {error}")

    async def post_bytes(
        self, flow: str, query: dict[str, str], data: bytes, seconds: float
    ) -> tuple[int, dict[str, Any]]:
        """POST `data` as it is; return the HTTP status and the answer's object.

        :param seconds: how long the answer may take
        :return: status 0 when there was no answer, with the ``reason`` in the object
        """
        assert self._session is not None, "use OdooClient as an async context manager"
        headers = {**self._headers, "Content-Type": "application/octet-stream"}
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
        try:
            async with self._session.post(
                f"{self.url}/asterisk/v1/{flow}", params=query, data=io.BytesIO(data), headers=headers, ssl=self._ssl,
                allow_redirects=False, timeout=timeout,
            ) as response:  # fmt: skip
                body = parsed(await _read(response))
                return response.status, body if isinstance(body, dict) else {}
        except asyncio.TimeoutError:
            return 0, {"reason": f"no answer within {seconds:g} s"}
        except (aiohttp.ClientError, OSError) as error:
            return 0, {"reason": f"{type(error).__name__}: {error}"}

    async def websocket(self, path: str) -> aiohttp.ClientWebSocketResponse:
        """Open Odoo's bus at `path`; the caller closes it.

        :raises aiohttp.ClientError, OSError, asyncio.TimeoutError: it could not be opened
        """
        assert self._session is not None, "use OdooClient as an async context manager"
        parts = urlsplit(self.url)
        headers = {"Origin": f"{parts.scheme}://{parts.netloc}"}
        if self._database:
            # Not by header as elsewhere: that makes a request stateless, and Odoo closes a stateless WebSocket at once.
            headers["Cookie"] = f"session_id={await self._anonymous_session()}"
        connecting = self._session.ws_connect(
            self.url + path, headers=headers, heartbeat=PING_SECONDS, ssl=self._ssl, max_msg_size=MAX_ANSWER_BYTES
        )
        return await asyncio.wait_for(connecting, self._seconds)

    async def _anonymous_session(self) -> str:
        """Return the id of a session without a user that has chosen our database, as a browser's first request does."""
        query = {"db": self._database}
        async with self._session.get(
            f"{self.url}/web/login", params=query, allow_redirects=False, ssl=self._ssl
        ) as response:
            cookie = response.cookies.get("session_id")
        if cookie is None:
            raise aiohttp.ClientConnectionError(f"Odoo gave no session for the database {self._database}")
        return cookie.value


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """Return the whole body, or its beginning where it is longer than any answer of the contract."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            break
    return bytes(body)


def parsed(raw: bytes | str) -> object:
    """Return what a JSON text says, None where it is none."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None
