"""SIP URIs and name-addr values."""

from __future__ import annotations

import pytest

from sandbox.phones.address import Address, AddressError, Uri


@pytest.mark.parametrize(
    "text, user, host, port",
    [
        ("sip:101@127.0.0.1:5060", "101", "127.0.0.1", 5060),
        ("sip:127.0.0.2", "", "127.0.0.2", None),
        ("sip:%2331%23@host;user=phone?Replaces=a%3Bb", "#31#", "host", None),
        ("sips:a.b+c@example.org", "a.b+c", "example.org", None),
    ],
)
def test_a_uri_is_taken_apart_and_put_together_again(text, user, host, port):
    uri = Uri.parse(text)
    assert (uri.user, uri.host, uri.port) == (user, host, port)
    assert str(uri) == text


@pytest.mark.parametrize("name", ["", "Eva", 'says "hi"', "back\\slash", "<script>;tag=evil", "Мария 🎉", "a,b"])
def test_any_name_survives_the_way(name):
    address = Address(Uri("+4930", "127.0.0.2"), name, {"tag": "x", "lr": ""})
    assert Address.parse(str(address)) == address


def test_parameters_without_angle_brackets_belong_to_the_header():
    address = Address.parse("sip:101@host;tag=t1")
    assert (address.tag, address.uri.rest) == ("t1", "")


def test_a_name_without_quotes_is_read():
    assert Address.parse("Eva Braun <sip:1@h>").name == "Eva Braun"


@pytest.mark.parametrize("text", ["", "nobody", '"open <sip:1@h>', "<>", "<http://x>"])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(AddressError):
        Address.parse(text)
