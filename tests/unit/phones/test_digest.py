"""Digest authentication, by the examples in the standards."""

from __future__ import annotations

import re

import pytest

from sandbox.phones.digest import ChallengeError, Credentials, answer, authorization
from sandbox.phones.message import Headers, Response


def response_of(header):
    return re.search(r'response="(\w+)"', header)[1]


def test_the_example_of_rfc_2617():
    challenge = {
        "realm": "testrealm@host.com",
        "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093",
        "qop": "auth,auth-int",
        "opaque": "5ccc069c403ebaf9f0171e9517f40e41",
    }
    who = Credentials("Mufasa", "Circle Of Life")
    header = authorization(challenge, "GET", "/dir/index.html", who, "0a4f113b")
    assert response_of(header) == "6629fae49393a05397450978507c4ef1"
    assert 'opaque="5ccc069c403ebaf9f0171e9517f40e41"' in header


@pytest.mark.parametrize(
    "algorithm, expected",
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_examples_of_rfc_7616(algorithm, expected):
    challenge = {
        "realm": "http-auth@example.org",
        "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        "qop": "auth, auth-int",
        "algorithm": algorithm,
    }
    who = Credentials("Mufasa", "Circle of Life")
    cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    assert response_of(authorization(challenge, "GET", "/dir/index.html", who, cnonce)) == expected


def test_a_challenge_without_qop_is_answered_the_old_way():
    header = authorization({"realm": "r", "nonce": "n"}, "REGISTER", "sip:h", Credentials("u", "p"), "c")
    assert "cnonce" not in header
    assert "qop" not in header


def challenge(status, *values):
    name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
    return Response(status, "", Headers((name, value) for value in values))


def test_the_first_challenge_one_understands_is_answered():
    asked = challenge(407, 'Digest realm="r", nonce="1", algorithm=SHA-512-256', 'Digest realm="r", nonce="2"')
    name, value = answer(asked, "INVITE", "sip:1@h", Credentials("u", "p"))
    assert name == "Proxy-Authorization"
    assert 'nonce="2"' in value


def test_only_strange_challenges_are_an_error():
    with pytest.raises(ChallengeError, match="Basic"):
        answer(challenge(401, 'Basic realm="r"'), "INVITE", "sip:1@h", Credentials("u", "p"))


def test_a_secret_is_never_shown():
    assert "s3cret" not in repr(Credentials("101", "s3cret"))
