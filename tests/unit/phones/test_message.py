"""SIP messages: what comes off the wire is read or refused, what goes out can be read again."""

from __future__ import annotations

import pytest

from sandbox.phones.message import Headers, Request, Response, SipSyntaxError, parse

from .conftest import make_request

RAW = (
    b"INVITE sip:101@127.0.0.1 SIP/2.0\r\n"
    b"v: SIP/2.0/UDP 127.0.0.2:5080;rport;branch=z9hG4bKabc\r\n"
    b'f: "M\xc3\xbcller, \\"Bob\\"" <sip:+4930@127.0.0.2>;tag=x\r\n'
    b"t: sip:101@127.0.0.1\r\n"
    b"i: id@host\r\nCSeq: 12 INVITE\r\n"
    b"Subject: folded\r\n  line\r\n"
    b"Alert-Info: one\r\nalert-info: two\r\n"
    b"l: 4\r\n\r\nbody and rubbish after it"
)


def test_a_request_with_compact_headers_folding_and_utf8_is_read():
    message = parse(RAW)
    assert isinstance(message, Request)
    assert (message.method, message.uri, message.body) == ("INVITE", "sip:101@127.0.0.1", b"body")
    assert message.sender.name == 'Müller, "Bob"'
    assert (message.sender.uri.user, message.sender.tag, message.recipient.tag) == ("+4930", "x", "")
    assert (message.call_id, message.cseq, message.branch) == ("id@host", (12, "INVITE"), "z9hG4bKabc")
    assert message.headers.get("Subject") == "folded line"
    assert message.headers.all("Alert-Info") == ["one", "two"]


def test_what_is_encoded_can_be_read_again():
    first = make_request("INVITE")
    first.body = "größe".encode()
    second = parse(first.encode())
    assert list(second.headers) == list(first.headers)
    assert second.body.decode() == "größe"
    assert parse(second.encode()).encode() == second.encode()


def test_a_response_repeats_what_the_request_said_and_adds_our_tag():
    request = make_request("INVITE")
    request.headers.add("Via", "SIP/2.0/UDP 127.0.0.9;branch=z9hG4bKfirst")
    response = parse(Response.to(request, 180, "mine").encode())
    assert (response.status, response.reason) == (180, "Ringing")
    assert response.headers.all("Via") == request.headers.all("Via")
    assert response.recipient.tag == "mine"
    assert (response.sender, response.call_id, response.cseq) == (request.sender, request.call_id, request.cseq)


def test_a_tag_that_is_there_already_is_kept():
    assert Response.to(make_request("BYE", to_tag="theirs"), 200, "mine").recipient.tag == "theirs"


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\xff\xfe\x00rubbish\r\n\r\n",
        b"INVITE sip:1@h SIP/2.0\r\nVia: x",
        RAW.replace(b"l: 4", b"l: 4000"),
        RAW.replace(b"l: 4", b"l: -4"),
        RAW.replace(b"CSeq: 12 INVITE", b"CSeq: twelve INVITE"),
        RAW.replace(b"i: id@host\r\n", b""),
        RAW.replace(b"t: sip:101@127.0.0.1", b"t: nobody"),
        RAW.replace(b"Subject:", b"no colon"),
        RAW.replace(b"SIP/2.0\r\nv", b"HTTP/1.1\r\nv"),
    ],
)
def test_anything_else_is_refused_with_one_kind_of_error(broken):
    with pytest.raises(SipSyntaxError):
        parse(broken)


@pytest.mark.parametrize("value", ["a\r\nEvil: yes", "a\nb", "a\0b"])
def test_no_value_can_bring_a_header_of_its_own(value):
    with pytest.raises(ValueError, match="line break"):
        Headers([("Subject", value)])
