"""Which endpoints are phones of the company, which are lines to the outside, of every technology and way of naming."""

from __future__ import annotations

import pytest

from pbx_agent.calls.endpoints import Directory, Evidence, dialled_number, endpoint_of, is_local, other_half
from tests.unit.agent.ami_script import Story

CUSTOMER = "+493012345678"


@pytest.mark.parametrize(
    "channel, endpoint",
    [
        ("PJSIP/101-0000000b", "PJSIP/101"),
        ("SIP/my-trunk-0000002f", "SIP/my-trunk"),
        ("SIP/192.168.1.10-00000001", "SIP/192.168.1.10"),
        ("IAX2/office-east-77", "IAX2/office-east"),
        ("IAX2/10.0.0.9:4569-12", "IAX2/10.0.0.9:4569"),
        ("DAHDI/1-1", "DAHDI/1"),
        ("DAHDI/i1/4930123456-1a", "DAHDI/i1"),
        ("Dongle/dongle0-0100000001", "Dongle/dongle0"),
        ("Mobile/phone1-1a2b", "Mobile/phone1"),
        ("SCCP/101-00000001", "SCCP/101"),
        ("PJSIP/anna.schmidt-00000001", "PJSIP/anna.schmidt"),
        ("AsyncGoto/PJSIP/102-00000006", "PJSIP/102"),
        ("PJSIP/101-0000000b<ZOMBIE>", ""),
        ("Local/101@from-internal-00000001;1", ""),
        ("Surrogate/PJSIP/101-0000000b", ""),
        ("", ""),
        ("PJSIP/", ""),
    ],
)
def test_the_endpoint_of_a_channel(channel, endpoint):
    assert endpoint_of(channel) == endpoint


def test_the_halves_of_a_local_channel_know_each_other():
    one, two = "Local/101@from-queue-00000001;1", "Local/101@from-queue-00000001;2"
    assert (other_half(one), other_half(two), other_half("PJSIP/101-1;1")) == (two, one, "")
    assert is_local(one) and not is_local("Locale/x")


@pytest.mark.parametrize(
    "string, endpoint, number",
    [
        ("+4930123@carrier", "PJSIP/carrier", "+4930123"),
        ("mytrunk/0301234567", "SIP/mytrunk", "0301234567"),
        ("SIP/mytrunk/0301234567", "SIP/mytrunk", "0301234567"),
        ("g0/112", "DAHDI/i1", "112"),
        ("dongle0/+79991234567", "Dongle/dongle0", "+79991234567"),
        ("user:secret1234@provider/5551234", "IAX2/provider", "5551234"),
        ("101", "PJSIP/101", ""),
        ("PJSIP/101", "PJSIP/101", ""),
        ("101/sip:101@10.0.0.5:5060;transport=tcp", "PJSIP/101", ""),
        ("0301234567@mytrunk,30,tT", "PJSIP/mytrunk", "0301234567"),
        ("user:1234@provider", "IAX2/provider", ""),
        ("", "PJSIP/101", ""),
    ],
)
def test_the_number_in_a_dial_string_never_a_password(string, endpoint, number):
    assert dialled_number(string, endpoint) == number


PHONES = [
    ("PJSIP/101", "from-internal"),
    ("SIP/2001", "default"),
    ("PJSIP/anna", "phones"),
    ("PJSIP/anna.schmidt", "from-internal"),
    ("PJSIP/1001001", "office"),
    ("SCCP/101", ""),
    ("IAX2/205", "from-internal"),
    ("DAHDI/3", "from-internal"),
    ("PJSIP/99101", "from-internal"),
    ("SIP/partner", "from-internal"),
]
LINES = [
    ("PJSIP/carrier", "from-carrier"),
    ("SIP/mytrunk", "from-trunk-sip-mytrunk"),
    ("SIP/mts", "from-pstn"),
    ("SIP/203.0.113.7", "from-sip-external"),
    ("PJSIP/anonymous", "public"),
    ("IAX2/provider", "from-trunk"),
    ("DAHDI/4", "from-analog"),
    ("DAHDI/i1", "from-digital"),
    ("Dongle/dongle0", "default"),
    ("Mobile/phone1", "default"),
    ("SIP/goip1", "default"),
    ("PJSIP/gw2", ""),
    ("Khomp/B0C1", ""),
    ("SIP/zadarma-in", "in-zadarma"),
    ("PJSIP/sipgate", "default"),
    ("OOH323/gate", ""),
]


@pytest.mark.parametrize("endpoint, context", PHONES)
def test_a_phone_that_is_called_rings(endpoint, context):
    pbx = Story()
    caller = pbx.incoming()
    phone = pbx.dial(caller, endpoint, context=context)
    pbx.at(3).answer(caller, phone)
    call = pbx.call()
    assert (call["direction"], call["rang"], call["answered_by"]) == ("incoming", [endpoint], endpoint)


@pytest.mark.parametrize("endpoint, context", PHONES)
def test_a_phone_that_calls_is_an_employee(endpoint, context):
    pbx = Story()
    caller = pbx.outgoing(CUSTOMER, endpoint, context=context, calleridnum="205")
    line = pbx.dial(caller, "PJSIP/carrier", f"{CUSTOMER}@carrier", context="from-carrier")
    pbx.at(3).answer(caller, line)
    call = pbx.call()
    assert (call["direction"], call["caller"]["endpoint"], call["rang"]) == ("outgoing", endpoint, [])


@pytest.mark.parametrize("endpoint, context", LINES)
def test_a_call_through_a_line_comes_from_outside(endpoint, context):
    pbx = Story()
    caller = pbx.incoming(trunk=endpoint, context=context)
    phone = pbx.dial(caller, "PJSIP/101", context="from-internal")
    pbx.at(3).answer(caller, phone)
    call = pbx.call()
    assert (call["direction"], call["trunk"], call["caller"]["endpoint"]) == ("incoming", endpoint, None)
    assert (call["caller"]["number"], call["answered_by"]) == (CUSTOMER, "PJSIP/101")


@pytest.mark.parametrize("endpoint, context", LINES)
def test_a_call_out_through_a_line_is_outgoing(endpoint, context):
    pbx = Story()
    caller = pbx.outgoing(CUSTOMER)
    name = endpoint.partition("/")[2]
    line = pbx.dial(caller, endpoint, f"{name}/{CUSTOMER}", context=context)
    pbx.at(3).answer(caller, line)
    call = pbx.call()
    assert (call["direction"], call["trunk"], call["callee"]["number"]) == ("outgoing", endpoint, CUSTOMER)
    assert (call["rang"], call["answered_by"]) == ([], None)


def test_a_line_with_a_short_name_is_known_by_the_numbers_that_call_through_it():
    pbx = Story()
    caller = pbx.incoming(trunk="SIP/mango", context="default", did="74951234567")
    pbx.dial(caller, "SIP/101", context="default")
    assert (pbx.call()["direction"], pbx.call()["trunk"], pbx.call()["rang"]) == ("incoming", "SIP/mango", ["SIP/101"])


def test_the_companys_list_of_devices_has_the_last_word():
    devices = [
        {"endpoint": "PJSIP/trunk-room", "extension": "300"},
        {"endpoint": "PJSIP/0004F2ABCDEF", "extension": "101"},
    ]
    pbx = Story(devices)
    caller = pbx.outgoing("300", "PJSIP/0004F2ABCDEF", context="default", calleridnum="+493055570101")
    phone = pbx.dial(caller, "PJSIP/trunk-room", context="from-pstn")
    pbx.at(2).answer(caller, phone)
    call = pbx.call()
    assert (call["direction"], call["answered_by"]) == ("internal", "PJSIP/trunk-room")
    assert (call["caller"]["number"], call["callee"]["number"]) == ("101", "300")


def test_a_number_that_odoo_knows_as_an_extension_is_inside_whatever_it_looks_like():
    pbx = Story([{"endpoint": "PJSIP/anna", "extension": "7001001"}])
    pbx.outgoing("7001001")
    assert pbx.call()["direction"] == "internal"


@pytest.mark.parametrize("devices", [None, "x", [None], [{}], [{"endpoint": 1, "extension": 2}], [{"endpoint": "a"}]])
def test_a_strange_list_of_devices_is_harmless(devices):
    directory = Directory(devices if isinstance(devices, (list, str)) else ())
    assert directory.is_phone("PJSIP/101", Evidence("from-internal"))


def test_the_second_device_of_an_extension_calls_from_that_extension():
    pbx = Story()
    pbx.outgoing("103", "PJSIP/99101", calleridnum="101", calleridname="Anna")
    assert pbx.call()["caller"] == {"number": "101", "name": "Anna", "endpoint": "PJSIP/99101"}


def test_letters_in_extensions():
    pbx = Story()
    caller = pbx.outgoing("boris", "PJSIP/anna", calleridnum="anna", calleridname="Anna")
    phone = pbx.dial(caller, "PJSIP/boris", context="from-internal", calleridnum="boris", calleridname="Boris")
    pbx.at(1).answer(caller, phone)
    call = pbx.call()
    assert (call["direction"], call["answered_by"]) == ("internal", "PJSIP/boris")
    assert (call["caller"]["number"], call["callee"]["number"]) == ("anna", "boris")
    assert call["callee"]["endpoint"] == "PJSIP/boris"
