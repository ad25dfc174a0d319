"""Log lines: one line a message, key=value, and no secret in any of them."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
import warnings
from urllib.parse import quote

import aiohttp
import pytest
from multidict import CIMultiDict
from yarl import URL

from pbx_agent import log
from pbx_agent.ami.connection import open_session
from tests.unit.agent.fake_ami import FakeAmi

#: Every character that Python, JSON or a URL writes another way.
SECRET = "s3cr\\et'\"%/+&"
KEY = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def _own_logging():
    """Logging, warnings and the hook are the whole program's; leave them as they were."""
    root, hook = logging.getLogger(), sys.excepthook
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in ("aiohttp", "asyncio", "panoramisk")}
    yield
    logging.captureWarnings(False)
    root.handlers[:], sys.excepthook = handlers, hook
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


@pytest.fixture
def lines(monkeypatch):
    """What stands on standard error so far, split where a terminal begins a line."""
    error = io.StringIO()
    monkeypatch.setattr(sys, "stderr", error)
    log.set_up("debug", KEY, SECRET)
    return lambda: error.getvalue().removesuffix("\n").split("\n")


def test_a_line_tells_when_how_bad_where_and_what(lines):
    logging.getLogger("pbx_agent.odoo.uplink").info("linkedid=%s call ended, %.1f s of talk", "1764000000.1", 5)
    told = lines()
    assert len(told) == 1
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=info at=uplink "
        r"linkedid=1764000000\.1 call ended, 5\.0 s of talk",
        told[0],
    )


@pytest.mark.parametrize(
    "hostile", ["a\n2026-01-01T00:00:00.000Z level=info at=uplink forged", "a\r\nb", "\x1b[2Jgone", "a\u2028b", "\x85"]
)
def test_a_hostile_text_stays_on_its_line(lines, hostile):
    logging.getLogger("pbx_agent.x").warning("name=%s", hostile)
    told = lines()
    assert len(told) == 1 and told[0].isprintable() and "at=x name=" in told[0]


def test_names_in_any_script_are_readable(lines):
    logging.getLogger("x").info("name=Иванов 张伟")
    assert lines()[0].endswith("name=Иванов 张伟")


def test_a_traceback_is_indented_so_that_nothing_in_it_looks_like_a_line(lines):
    try:
        raise ValueError("text\n2026-01-01T00:00:00.000Z level=info at=forged line")
    except ValueError:
        logging.getLogger("x").exception("it broke")
    first, *rest = lines()
    assert first.endswith("level=error at=x it broke")
    assert rest and all(row.startswith("  ") for row in rest)
    assert any("level=info at=forged line" in row for row in rest)


WAYS = {
    "as it is": lambda secret: f"secret {secret} end",
    "as Python shows it": lambda secret: f"{ {'secret': secret} }",
    "as Python shows it in single quotes": lambda secret: repr(secret + "'" + '"'),
    "as JSON": lambda secret: json.dumps({"secret": secret}),
    "in a URL": lambda secret: f"https://x/?key={quote(secret, safe='')}",
    "in a path": lambda secret: f"https://x/{quote(secret)}",
    "in an action": lambda secret: f"Action: Login\r\nSecret: {secret}\r\n",
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("secret", [SECRET, KEY])
def test_a_secret_is_hidden_however_it_is_written(lines, way, secret):
    logging.getLogger("x").error("%s", way(secret))
    told = "\n".join(lines())
    assert "***" in told
    for form in (secret, secret[:6], quote(secret, safe="")):
        assert form not in told


def test_a_secret_is_hidden_in_tracebacks_too(lines):
    try:
        try:
            raise ValueError(SECRET)
        except ValueError as error:
            raise RuntimeError({"secret": SECRET, "key": KEY}) from error
    except RuntimeError:
        logging.getLogger("x").exception("broken with %r", {"key": KEY})
    told = "\n".join(lines())
    assert told.count("***") >= 4 and KEY not in told and "s3cr" not in told


def test_a_secret_is_hidden_in_what_aiohttp_says_of_a_request(lines):
    headers = CIMultiDict({"Authorization": f"Bearer {KEY}"})
    request = aiohttp.RequestInfo(URL("http://odoo.example/"), "POST", headers, URL("http://odoo.example/"))
    error = aiohttp.ClientResponseError(request, (), status=500, message=f"Bearer {KEY}", headers=headers)
    logging.getLogger("aiohttp.client").error("%r %s", error, error)
    try:
        raise error
    except aiohttp.ClientError:
        logging.getLogger("x").exception("the request failed: %r", error)
    assert KEY not in "\n".join(lines())


async def test_the_ami_password_is_in_no_line_about_the_login(lines):
    async with FakeAmi(secret=SECRET) as ami:
        session = await open_session("127.0.0.1", ami.port, "odoo", SECRET, on_event=lambda event: None)
        logging.getLogger("x").info("%r %s", session._protocol.__dict__, ami.named("Login"))
        session.close()
    told = "\n".join(lines())
    assert "***" in told and "s3cr" not in told


def test_what_ends_the_program_unforeseen_is_logged_without_secrets(lines):
    try:
        raise RuntimeError(f"cannot use {KEY}")
    except RuntimeError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    told = lines()
    assert "level=critical at=log pbx-agent failed" in told[0] and any("cannot use ***" in row for row in told)


def test_warnings_are_log_lines_too(lines):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(f"old way with {KEY}", stacklevel=1)
        told = lines()
    assert "level=warning at=warnings" in told[0] and KEY not in "\n".join(told)


def test_libraries_are_heard_only_when_something_is_wrong(lines):
    for name in ("aiohttp.access", "asyncio", "panoramisk.ami_protocol"):
        logging.getLogger(name).info("chatter")
        logging.getLogger(name).warning("trouble")
    assert [row.rpartition(" ")[2] for row in lines()] == ["trouble"] * 3


def test_the_level_is_a_floor(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    log.set_up("warning")
    logging.getLogger("x").info("quiet")
    logging.getLogger("x").warning("loud")
    told = sys.stderr.getvalue()
    assert "quiet" not in told and "loud" in told


def test_without_secrets_nothing_is_hidden():
    assert log.Redactor("", "").hide("everything") == "everything"
