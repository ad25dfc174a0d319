"""Nothing that was not meant enters an AMI action: every value is checked, whoever sent it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbx_agent.ami import actions
from pbx_agent.ami.actions import InvalidArgument

CONTRACT = Path(__file__).resolve().parents[2] / "contract" / "agent"
COMMAND = json.loads((CONTRACT / "command_originate.json").read_text("utf-8"))
UUID, ARGS = COMMAND["uuid"], COMMAND["args"]


def originate(**args):
    return actions.originate(UUID, {**ARGS, **args})


def test_originate_carries_the_commands_id_and_shows_the_client():
    assert actions.originate(UUID, ARGS) == {
        "Action": "Originate",
        "ActionID": UUID,
        "ChannelId": UUID,
        "Channel": "PJSIP/101",
        "Context": "odoo-dial",
        "Exten": "+493012345678",
        "Priority": "1",
        "Async": "true",
        "Timeout": "25000",
        "CallerID": '"Acme GmbH" <+493012345678>',
        "Variable": [
            "PJSIP_HEADER(add,Alert-Info)=<http://odoo>;info=alert-autoanswer",
            "PJSIP_HEADER(add,Call-Info)=<sip:odoo>;answer-after=0",
        ],
    }


HOSTILE = [
    "PJSIP/101\r\nAction: Originate", "PJSIP/101\n", "PJSIP/101&PJSIP/102", "PJSIP/101,30", "PJSIP/101\0",
    "Local/101@x", "PJSIP/${SHELL(reboot)}", "PJSIP/", "/101", "", "PJSIP/101/sip:evil@host", "PJSIP/1 01",
    "PJSIP/\u0661", None, 101, ["PJSIP/101"], "PJSIP/" + "1" * 65,
]  # fmt: skip


@pytest.mark.parametrize("endpoint", HOSTILE)
def test_only_a_plain_endpoint_is_rung(endpoint):
    with pytest.raises(InvalidArgument, match="endpoint"):
        originate(endpoint=endpoint)
    with pytest.raises(InvalidArgument, match="endpoint"):
        actions.device_state(endpoint)


@pytest.mark.parametrize(
    "dial",
    ["+4930\r\n", "1,2", "1&2", "1|2", "1)", "sip:1@x", "", "+", "1" * 31, "++49", "49+", "４９", "1;2", None, 49],
)
def test_only_digits_are_dialled(dial):
    with pytest.raises(InvalidArgument, match="dial"):
        originate(dial=dial)


@pytest.mark.parametrize("dial", ["101", "+493012345678", "*98", "#31#4930", "0" * 30])
def test_numbers_and_feature_codes_are_dialled(dial):
    assert originate(dial=dial)["Exten"] == dial


@pytest.mark.parametrize("context", ["from-internal,1", "a b", "", "x" * 80, "c\r\n", "${x}", None])
def test_only_a_plain_context_is_used(context):
    with pytest.raises(InvalidArgument, match="context"):
        originate(context=context)


@pytest.mark.parametrize("seconds", [0, -1, 121, "25", True, None, float("nan"), float("inf"), [25], 10**400])
def test_the_ringing_time_is_bounded(seconds):
    with pytest.raises(InvalidArgument, match="timeout_seconds"):
        originate(timeout_seconds=seconds)


def test_a_fraction_of_a_second_is_kept():
    assert originate(timeout_seconds=1.5)["Timeout"] == "1500"


@pytest.mark.parametrize("uuid", ["", "x", UUID.upper(), UUID + "\r\n", UUID + "0", UUID[:-1], None, 5])
def test_only_a_uuid_becomes_a_channels_id(uuid):
    with pytest.raises(InvalidArgument, match="uuid"):
        actions.originate(uuid, ARGS)


@pytest.mark.parametrize(
    "name, shown",
    [
        ('Acme "the best" <99>', '"Acme the best 99" <+49>'),
        ("Мария Иванова", '"Мария Иванова" <+49>'),
        ("a\r\nAction: Hangup\0", '"aAction: Hangup" <+49>'),
        ("back\\slash", '"backslash" <+49>'),
        ("n" * 100, '"' + "n" * 40 + '" <+49>'),
        ("\ud800", "<+49>"),
        (None, "<+49>"),
        (["x"], "<+49>"),
    ],
)
def test_a_name_is_cleaned_rather_than_refused(name, shown):
    assert originate(caller_name=name, caller_number="+49")["CallerID"] == shown


def test_without_name_and_number_nothing_is_shown():
    assert "CallerID" not in originate(caller_name="", caller_number=None)


@pytest.mark.parametrize("number", ["49\r\n", "4 9", "<49>", "49@x", 49, ["49"]])
def test_only_a_number_is_shown_as_one(number):
    with pytest.raises(InvalidArgument, match="caller_number"):
        originate(caller_number=number)


@pytest.mark.parametrize(
    "headers",
    [
        {"Alert-Info": "x\r\nFrom: y"}, {"Alert-Info": "a,b"}, {"Alert-Info": "${SHELL(x)}"}, {"Alert-Info": ""},
        {"Alert-Info": "x" * 201}, {"Alert-Info": None}, {"From": "x"}, {"Alert-Info\r\nX": "y"},
        {"Alert-Info)=x": "y"}, {"": "x"}, ["Alert-Info"], "Alert-Info", 5, {f"Alert-Info{n}": "x" for n in range(9)},
    ],
)  # fmt: skip
def test_only_headers_that_make_a_phone_answer_are_added(headers):
    with pytest.raises(InvalidArgument, match="header"):
        originate(headers=headers)


def test_an_old_sip_phone_gets_its_headers_another_way():
    action = originate(endpoint="SIP/101", headers={"Alert-Info": "x", "Call-Info": "y"})
    assert action["Variable"] == ["SIPADDHEADER01=Alert-Info: x", "SIPADDHEADER02=Call-Info: y"]


def test_a_phone_without_sip_gets_no_headers():
    assert "Variable" not in originate(endpoint="DAHDI/1")
    assert "Variable" not in originate(headers={})
    assert "Variable" not in originate(headers=None)


def test_hangup_names_one_channel():
    action = actions.hangup("Local/101@from-internal-00000001;1")
    assert action == {"Action": "Hangup", "Channel": "Local/101@from-internal-00000001;1", "Cause": "16"}


@pytest.mark.parametrize(
    "channel", ["/^PJSIP/", "PJSIP/101-1\r\n", "PJSIP/1 2", "", None, 7, "x", "PJSIP/" + "1" * 141]
)
def test_hangup_takes_no_pattern_and_no_line_break(channel):
    with pytest.raises(InvalidArgument, match="channel"):
        actions.hangup(channel)


@pytest.mark.parametrize(
    "field",
    [{"Channel": "a\rb"}, {"Channel": "a\nb"}, {"Channel": "a\0b"}, {"a\r\nb": "c"}, {"V": ["a", "b\n"]}, {"V": 5}],
)
def test_the_last_door_lets_no_line_break_through(field):
    with pytest.raises(InvalidArgument):
        actions.check({"Action": "Ping", **field})


def test_the_last_door_lets_every_action_of_ours_through():
    for action in (originate(), actions.ping(), actions.channels(), actions.bridges(), actions.settings()):
        actions.check(action)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=60),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from([*ARGS, "unknown"]), ANYTHING))
def test_whatever_odoo_sends_is_refused_or_one_action(changed):
    try:
        action = actions.originate(UUID, {**ARGS, **changed})
    except InvalidArgument as error:
        assert len(str(error)) < 300
        return
    actions.check(action)
    assert action["Channel"].count("/") == 1 and not set(action["Channel"] + action["Exten"]) & set("&,|()")


@settings(max_examples=60)
@given(ANYTHING, ANYTHING)
def test_whatever_a_channel_or_endpoint_is_called_nothing_breaks(channel, endpoint):
    for build, value in ((actions.hangup, channel), (actions.device_state, endpoint), (actions.uuid_text, channel)):
        try:
            built = build(value)
        except InvalidArgument:
            continue
        assert built
