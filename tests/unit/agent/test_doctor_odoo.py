"""What the doctor says of the way to Odoo, and of what Odoo answers."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import socket
import ssl

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pbx_agent import config
from pbx_agent.doctor import network
from tests.unit.agent import doctor_world
from tests.unit.agent.doctor_world import failing, rewritten, seen
from tests.unit.agent.fake_odoo import FakeOdoo

ami, odoo, path, quick = doctor_world.ami, doctor_world.odoo, doctor_world.path, doctor_world.quick  # fixtures


# -- the way to Odoo ---------------------------------------------------------------------------------------------------


async def test_a_name_that_nobody_knows(path, monkeypatch):
    def unknown(*_args, **_options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    rewritten(path, url="https://odoo.invalid")
    found = await seen(path)
    assert found["Odoo's name"][0] == "FAILS" and "getent hosts odoo.invalid" in found["Odoo's name"][1]
    assert {found[hop][0] for hop in ("key", "agent", "command channel", "phones")} == {"unknown"}
    assert "Odoo's port" not in found


async def test_nothing_listens_at_odoos_port(path, odoo):
    await odoo.stop()
    assert "Connection refused" in (await failing(path))["Odoo's port"]


async def test_a_port_that_takes_connections_and_is_silent(path):
    async with await asyncio.start_server(lambda reader, writer: asyncio.sleep(0), "127.0.0.1", 0) as server:
        rewritten(path, url=f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        found = await failing(path)
    assert "https" in found["Odoo's certificate"]


async def test_https_where_there_is_none(path, odoo):
    rewritten(path, url=odoo.url.replace("http:", "https:"))
    assert "no TLS here" in (await failing(path))["Odoo's certificate"]


async def test_a_file_of_authorities_that_is_missing(path, odoo):
    rewritten(path, url=odoo.url.replace("http:", "https:"), ca_file="/nowhere/ca.pem")
    assert "/nowhere/ca.pem" in (await failing(path))["Odoo's certificate"]


@pytest.fixture
def certificate(tmp_path):
    """Makes a certificate for 127.0.0.1 that signs itself; returns the file with it and its key."""

    def make(days):
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "odoo.example")])
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(days=30))
        builder = builder.not_valid_after(now + datetime.timedelta(days=days, hours=1))
        address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        made = builder.add_extension(address, critical=False).sign(key, hashes.SHA256())
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (tmp_path / "odoo.pem").write_bytes(made.public_bytes(Encoding.PEM) + private)
        return str(tmp_path / "odoo.pem")

    return make


@pytest.mark.parametrize(
    "days, is_ours, level, words",
    [(90, True, "ok", "90 more days"), (5, True, "note", "renew"), (-1, True, "FAILS", "expired"),
     (90, False, "FAILS", "--ca-file")],
    ids=["good", "ends soon", "ended", "unknown authority"],
)  # fmt: skip
async def test_a_certificate(path, certificate, days, is_ours, level, words):
    file = certificate(days)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        rewritten(path, url=f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", ca_file=file if is_ours else "")
        found = (await network.reach(config.load(path)))[-1]
    assert (found.hop, found.level) == ("Odoo's certificate", level)
    assert words in f"{found.words} {found.todo}"


# -- Odoo --------------------------------------------------------------------------------------------------------------


async def test_a_wrong_key(path, odoo):
    odoo.key = "another"
    found = await seen(path)
    assert found["key"][0] == "FAILS" and "make a new key" in found["key"][1]
    assert found["phones"][0] == "unknown"


@pytest.mark.parametrize(
    "status, hop, words",
    [(404, "Odoo's answer", "addon installed"), (303, "Odoo's answer", "redirect"), (409, "contract", "update"),
     (502, "Odoo's answer", "proxy"), (500, "Odoo's answer", "Odoo's log"), (418, "Odoo's answer", "418"),
     (403, "key", "make a new key")],
)  # fmt: skip
async def test_an_answer_that_is_none(path, odoo, status, hop, words):
    odoo.replies["hello"] = lambda body: web.Response(status=status, headers={"Location": "/elsewhere"})
    found = await failing(path)
    assert list(found) == [hop] and words in found[hop]


@pytest.mark.parametrize("status", [303, 404])
async def test_a_database_that_does_not_exist(path, odoo, status):
    rewritten(path, database="compny")
    odoo.replies["hello"] = lambda body: web.Response(status=status, headers={"Location": "/web/database/selector"})
    assert "a database compny" in (await failing(path))["Odoo's answer"]


async def test_a_page_where_odoo_should_be(path, odoo):
    odoo.replies["hello"] = lambda body: web.Response(text="<h1>It works!</h1>")
    assert "is this address Odoo's" in (await failing(path))["Odoo's answer"]


@pytest.mark.parametrize("ahead, level", [(0.5, "ok"), (-7, "note"), (3600, "FAILS")])
async def test_clocks_that_differ(path, odoo, ahead, level):
    usual = odoo.clock
    odoo.clock = lambda: usual() + ahead
    assert (await seen(path))["clocks"][0] == level


async def test_an_odoo_that_never_heard_of_the_agent(path, odoo):
    odoo.silent_for = None
    assert "never heard" in (await failing(path))["agent"]
    level, words = (await seen(path, starting=True))["agent"]
    assert level == "note" and "systemctl enable --now" in words


async def test_an_agent_that_fell_silent(path, odoo):
    odoo.silent_for = 120
    assert "120 s" in (await failing(path))["agent"]


@pytest.mark.parametrize(
    "reason, words",
    [
        ("ami_refused", "refuses its login"),
        ("asterisk_down", "does not answer it"),
        ("no_commands", "cannot open Odoo's WebSocket"),
    ],
)
async def test_an_agent_that_is_not_connected(path, odoo, reason, words):
    odoo.agent.update(connected=False, reason=reason)
    assert words in (await failing(path))["agent"]


async def test_an_agent_on_another_machine_is_worth_a_word(path, odoo):
    odoo.agent["host"] = "pbx2.example"
    level, words = (await seen(path))["agent"]
    assert level == "note" and "pbx2.example" in words and "share a key" in words


async def test_an_addon_that_knows_no_doctor(path, odoo):
    odoo.replies["hello"] = lambda body: FakeOdoo._hello(odoo, body)
    assert (await seen(path))["agent"][0] == "unknown"


async def test_a_proxy_that_does_not_know_websockets(path, odoo):
    odoo.replies["hello"] = lambda body: {**odoo._hello(body), "websocket": "/nowhere"}
    found = await failing(path)
    assert list(found) == ["command channel"]
    assert "HTTP 404" in found["command channel"] and "Upgrade" in found["command channel"]


async def test_a_ticket_that_is_not_taken(path, odoo):
    odoo.is_echoing, odoo.is_expired = False, lambda ticket: True
    assert "4001" in (await failing(path))["command channel"]


async def test_what_odoo_sends_does_not_arrive(path, odoo):
    odoo.is_echoing = False
    assert "did not arrive" in (await failing(path))["command channel"]


async def test_the_websocket_of_a_named_database_is_opened_as_the_agent_does(path, odoo):
    rewritten(path, database="company")
    assert not await failing(path)
    assert "session-of-company" in odoo.subscriptions[0]["headers"]["Cookie"]
