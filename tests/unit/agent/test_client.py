"""HTTP to Odoo: whatever comes back, or does not, is an answer and never an exception."""

from __future__ import annotations

import asyncio
import logging

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx_agent.odoo.answers import FAILED, MISCONFIGURED, OK, TOO_LARGE, UNACCEPTABLE, UNAVAILABLE, sort_answer
from pbx_agent.odoo.client import OdooClient, parsed


@pytest.fixture
async def client(odoo):
    async with OdooClient(odoo.url + "/", odoo.key, seconds=0.3) as opened:
        yield opened


async def test_the_key_travels_in_a_header_only(odoo, client):
    answer = await client.post("status", {"connected": True})
    assert answer.outcome == OK and answer.body["config_version"] == "7f3a"
    assert odoo.requests == [("status", {"connected": True})]
    assert odoo.headers[0]["Authorization"] == "Bearer the-key"
    assert "X-Odoo-Database" not in odoo.headers[0] and "User-Agent" not in odoo.headers[0]


async def test_one_of_several_databases_is_named(odoo):
    async with OdooClient(odoo.url, odoo.key, "berlin") as client:
        await client.post("status", {})
        socket = await client.websocket("/websocket")
        await socket.close()
    assert odoo.headers[0]["X-Odoo-Database"] == "berlin"


ERROR = {"error": {"code": "bad_request", "message": "items must be a list.\r\n\x1b[31m"}}


@pytest.mark.parametrize(
    "status, body, outcome, words",
    [
        (200, {"time": 1}, OK, ""),
        (200, ["time"], UNAVAILABLE, "without a JSON object"),
        (200, None, UNAVAILABLE, "without a JSON object"),
        (400, ERROR, UNACCEPTABLE, "HTTP 400: items must be a list.[31m"),
        (400, None, MISCONFIGURED, "check [odoo] url"),  # a proxy's: what was sent is not to blame
        (400, {"error": "plain"}, MISCONFIGURED, "check [odoo] url"),
        (401, None, MISCONFIGURED, "the key is wrong, expired or not an agent's"),
        (403, ERROR, MISCONFIGURED, "the key is wrong"),
        (404, None, UNAVAILABLE, "is the addon installed"),  # also while Odoo has lost its database
        (409, {"error": {"code": "contract"}}, MISCONFIGURED, "another version of the contract"),
        (413, None, TOO_LARGE, "HTTP 413"),
        (302, None, MISCONFIGURED, "the address redirects"),
        (429, None, UNAVAILABLE, "HTTP 429"),
        (500, None, FAILED, "HTTP 500"),
        (503, {"error": 5}, UNAVAILABLE, "HTTP 503"),
    ],
)
def test_answers_are_sorted_by_what_is_to_be_done(status, body, outcome, words):
    answer = sort_answer(status, body)
    assert (answer.outcome, words in answer.reason) == (outcome, True), answer
    assert answer.body == (body if outcome == OK else {})


@pytest.mark.parametrize(
    "response, words",
    [
        (
            lambda: web.Response(status=503, text="<html>Service Unavailable</html>", content_type="text/html"),
            "HTTP 503",
        ),
        (lambda: web.Response(text="<html>please log in</html>", content_type="text/html"), "without a JSON object"),
        (lambda: web.Response(body=b"\xff\xfe\x00\x00garbage"), "without a JSON object"),
        (lambda: web.Response(text="[" * 200_000), "without a JSON object"),
        (lambda: web.Response(body=b"9" * (9 << 20)), "without a JSON object"),
        (lambda: web.Response(text='{"time": 1', content_type="application/json"), "without a JSON object"),
    ],
)
async def test_garbage_is_odoo_being_unavailable(odoo, client, response, words):
    odoo.replies["status"] = lambda body: response()
    answer = await client.post("status", {})
    assert answer.outcome == UNAVAILABLE and words in answer.reason


async def test_an_answer_that_does_not_come_has_a_deadline(odoo, client):
    odoo.close_gate("status")
    answer = await client.post("status", {})
    assert answer == (UNAVAILABLE, {}, "no answer within 0.3 s")


async def test_nobody_listens(odoo, client):
    await odoo.stop()
    answer = await client.post("status", {})
    assert answer.outcome == UNAVAILABLE and "ClientConnectorError" in answer.reason


@pytest.mark.parametrize(
    "raw", [b"", b"no http\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}", b"\x16\x03\x01"]
)
async def test_what_answers_may_not_even_be_http(raw):
    async def serve(reader, writer):
        await reader.read(100)
        writer.write(raw)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with OdooClient(url, "the-key", seconds=0.5) as client:
        answer = await client.post("status", {})
        with pytest.raises((aiohttp.ClientError, OSError, asyncio.TimeoutError)):
            await client.websocket("/websocket")
    server.close()
    assert answer.outcome == UNAVAILABLE and answer.reason
    assert "the-key" not in answer.reason


async def test_a_redirect_is_not_followed_with_the_key(odoo, client):
    odoo.replies["status"] = lambda body: web.Response(
        status=307, headers={"Location": f"{odoo.url}/asterisk/v1/hello"}
    )
    answer = await client.post("status", {})
    assert answer.outcome == MISCONFIGURED and [flow for flow, _body in odoo.requests] == ["status"]


async def test_the_bus_is_opened_with_an_origin_and_no_browser_name(odoo, client):
    socket = await client.websocket("/websocket")
    await socket.send_str('{"event_name": "subscribe", "data": {"channels": ["asterisk_agent:x"], "last": 0}}')
    await socket.receive()
    headers = odoo.subscriptions[0]["headers"]
    assert headers["Origin"] == odoo.url and "User-Agent" not in headers and "Authorization" not in headers
    await socket.close()


async def test_no_secret_in_any_line_about_a_broken_connection(odoo, client, caplog):
    caplog.set_level(logging.DEBUG)
    await odoo.stop()
    for flow in ("hello", "status", "calls"):
        assert odoo.key not in (await client.post(flow, {"items": []})).reason
    assert odoo.key not in caplog.text


@settings(max_examples=80)
@given(st.binary(max_size=60) | st.text(max_size=60))
def test_any_text_is_parsed_or_nothing(raw):
    parsed(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["error", "code", "message", "x"]), inner),
    max_leaves=8,
)


@settings(max_examples=80)
@given(st.integers(100, 599), JSON)
def test_any_answer_is_sorted(status, body):
    answer = sort_answer(status, body)
    assert answer.reason.isprintable() and (answer.outcome != OK or isinstance(answer.body, dict))
