"""The way to Odoo, hop by hop: name, port, certificate. What is sent over it is not looked at here."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
from urllib.parse import urlsplit

from ..config import Config
from .findings import FAILS, Finding, fails, note, ok, reason_of

SECONDS = 5.0
#: A certificate that ends within so many days is worth a word.
FEW_DAYS = 14
NAME, PORT, CERTIFICATE = "Odoo's name", "Odoo's port", "Odoo's certificate"


def certificates(config: Config) -> ssl.SSLContext | None:
    """Return what to trust, None for what the system trusts. :raises OSError: the file cannot be used"""
    return ssl.create_default_context(cafile=config.ca_file) if config.ca_file else None


async def reach(config: Config) -> list[Finding]:
    """Go the way to Odoo as far as it goes; the last finding tells whether it was reached."""
    parts = urlsplit(config.url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    found = [await _resolve(host, port)]
    if found[-1].level != FAILS:
        found.append(await _connect(host, port))
    if secure and found[-1].level != FAILS:
        found.append(await _handshake(config, host, port))
    return found


async def _resolve(host: str, port: int) -> Finding:
    lookup = asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    try:
        entries = await asyncio.wait_for(lookup, SECONDS)
    except asyncio.TimeoutError:
        return fails(NAME, f"no answer about {host} within {SECONDS:g} s", "look at the name servers of this machine")
    except (OSError, UnicodeError) as error:
        words = f"{host} is not known: {getattr(error, 'strerror', None) or error}"
        return fails(NAME, words, "check [odoo] url, and the name servers of this machine: getent hosts " + host)
    addresses = list(dict.fromkeys(entry[4][0] for entry in entries))
    return ok(NAME, f"{host} is {', '.join(addresses[:4]) if addresses != [host] else 'an address'}")


async def _connect(host: str, port: int) -> Finding:
    try:
        _reader, writer = await asyncio.wait_for(asyncio.open_connection(host, port), SECONDS)
    except asyncio.TimeoutError:
        words = f"{host}:{port} does not answer within {SECONDS:g} s"
        return fails(PORT, words, f"a firewall on the way? The agent must be able to connect to port {port}")
    except OSError as error:
        words = f"nothing takes connections at {host}:{port}: {reason_of(error)}"
        return fails(PORT, words, "is Odoo running, and is the port in [odoo] url the right one?")
    await _close(writer)
    return ok(PORT, f"{host}:{port} takes connections")


async def _handshake(config: Config, host: str, port: int) -> Finding:
    try:
        context = certificates(config) or ssl.create_default_context()
    except OSError as error:
        return fails(CERTIFICATE, f"ca_file {config.ca_file}: {error.strerror or error}", "check [odoo] ca_file")
    try:
        connecting = asyncio.open_connection(host, port, ssl=context, server_hostname=host)
        _reader, writer = await asyncio.wait_for(connecting, SECONDS)
    except ssl.SSLCertVerificationError as error:
        todo = "give Odoo a certificate for this name, or name your own authority with pbx-agent setup --ca-file FILE"
        return fails(CERTIFICATE, f"it is not trusted: {error.verify_message}", todo)
    except asyncio.TimeoutError:
        return fails(CERTIFICATE, f"no TLS handshake within {SECONDS:g} s", "is this port an https one?")
    except OSError as error:
        words = f"no TLS here: {getattr(error, 'reason', None) or reason_of(error)}"
        return fails(CERTIFICATE, words, "is this port an https one? Else write http:// for a host of your own network")
    certificate = writer.get_extra_info("peercert") or {}
    await _close(writer)
    return _judge(certificate.get("notAfter"))


def _judge(ends: object) -> Finding:
    if not isinstance(ends, str):
        return ok(CERTIFICATE, "trusted")
    days = int((ssl.cert_time_to_seconds(ends) - time.time()) // 86400)
    if days < FEW_DAYS:
        return note(CERTIFICATE, f"trusted, but only for {days} more days", "renew it")
    return ok(CERTIFICATE, f"trusted for {days} more days")


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError, asyncio.TimeoutError):
        await asyncio.wait_for(writer.wait_closed(), 1.0)
