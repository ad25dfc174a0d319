"""Records of PBXs that the sandbox is not: FreePBX, old Asterisk, other technologies; and what must not become a call.

A table tells the rows: seconds from the beginning, channels, application, what came of it.
"""

from __future__ import annotations

import pytest
from addon_tools.fold import Event, Row, fold

BEGIN = 1_764_000_000.0
ID = "1764000000.1"
PHONES = {f"PJSIP/{number}": number for number in ("101", "102", "103")}


def row(channel, peer="", at=(0, None, 10), app="Dial", data="", status="", **more):
    """A row; `at` is (start, answer, end) in seconds from the beginning."""
    start, answer, end = at
    status = status or ("ANSWERED" if answer is not None else "NO ANSWER")
    facts = {
        "linkedid": ID,
        "uniqueid": more.get("linkedid", ID),
        "src": "+493012345678",
        "dst": "+493055570100",
        **more,
    }
    return Row.of(
        {
            "start": BEGIN + start, "answer": None if answer is None else BEGIN + answer, "end": BEGIN + end,
            "channel": channel, "dstchannel": peer, "lastapp": app, "lastdata": data, "disposition": status, **facts,
        }
    )  # fmt: skip


def one(*rows, devices=PHONES, events=()):
    """The only call that the rows tell."""
    calls = fold(rows, events, devices)
    assert len(calls) == 1, [call["linkedids"] for call in calls]
    return calls[0]


def test_a_freepbx_ring_group_rings_through_local_channels():
    locals_ = [f"Local/{n}@from-internal-0000000{n[-1]}" for n in ("101", "102")]
    call = one(
        row(
            "SIP/trunk-1",
            f"{locals_[0]};1",
            (0, 0, 20),
            data=f"{locals_[0]}&{locals_[1]},20,t",
            did="74951234567",
            dst="600",
        ),
        row("SIP/trunk-1", f"{locals_[1]};1", (0, None, 8), data=f"{locals_[0]}&{locals_[1]},20,t", dst="600"),
        row(f"{locals_[0]};2", "PJSIP/101-2", (0, 8, 20), data="PJSIP/101,20,t", uniqueid="1764000000.3"),
        row(f"{locals_[1]};2", "PJSIP/102-3", (0, None, 8), data="PJSIP/102,20,t", uniqueid="1764000000.5"),
    )
    assert (call["direction"], call["result"], call["answered_by"], call["did"]) == (
        "incoming", "answered", "PJSIP/101", "74951234567",
    )  # fmt: skip
    assert (call["rang"], call["talk_seconds"], call["ring_seconds"]) == (["PJSIP/101", "PJSIP/102"], 12, 8)
    assert [leg["result"] for leg in call["legs"]] == ["answered", "answered", "elsewhere"]


def test_follow_me_that_asks_to_confirm_is_no_answer_while_nobody_confirms():
    half = "Local/FMPR-101@from-internal-00000001"
    call = one(
        row("SIP/trunk-1", f"{half};1", (0, None, 30), data=f"{half},30,t"),
        row(f"{half};2", "PJSIP/101-2", (0, 6, 12), data="PJSIP/101,20,M(confirm)", uniqueid="1764000000.3"),
    )
    assert (call["result"], call["talk_seconds"]) == ("no-answer", 0)


def test_a_click_that_rings_through_a_local_channel_is_the_employees_call():
    half = "Local/101@from-internal-00000001"
    call = one(
        row(f"{half};1", "SIP/trunk-4", (3, 9, 40), data="SIP/trunk/+493099999999,60", dst="+493099999999"),
        row(f"{half};2", "PJSIP/101-2", (0, 3, 40), data="PJSIP/101,20", uniqueid="1764000000.2"),
    )
    assert (call["direction"], call["caller"]["endpoint"], call["callee"]["number"]) == (
        "outgoing", "PJSIP/101", "+493099999999",
    )  # fmt: skip
    assert (call["talk_seconds"], call["trunk"], call["answered_by"]) == (31, "SIP/trunk", None)


@pytest.mark.parametrize(
    "channel, trunk",
    [
        ("SIP/sipgate-00000001", "SIP/sipgate"), ("IAX2/office-east-1234", "IAX2/office-east"),
        ("DAHDI/i1/493012345678-5", "DAHDI/i1"), ("DAHDI/4-1", "DAHDI/4"), ("Dongle/gsm1-0100000001", "Dongle/gsm1"),
        ("PJSIP/beeline_sip-trunk-0000002a", "PJSIP/beeline_sip-trunk"), ("mISDN/1-u3", "mISDN/1"),
    ],
)  # fmt: skip
def test_every_kind_of_line_brings_calls_in(channel, trunk):
    call = one(row(channel, "PJSIP/101-2", (0, 5, 65), data="PJSIP/101,20"), devices={})
    assert (call["direction"], call["trunk"], call["talk_seconds"]) == ("incoming", trunk, 60)


@pytest.mark.parametrize("channel", ["PJSIP/anna-00000001", "SIP/reception-00000001", "SCCP/SEP001122334455-1"])
def test_a_phone_with_a_name_is_a_phone_when_odoo_knows_it(channel):
    endpoint = channel.rpartition("-")[0]
    call = one(
        row(channel, "PJSIP/carrier-2", (0, 4, 30), data="PJSIP/+493099999999@carrier,60", dst="+493099999999"),
        devices={endpoint: "120"},
    )
    assert (call["direction"], call["caller"]) == ("outgoing", {"number": "120", "name": "", "endpoint": endpoint})


def test_a_queue_that_gave_up_did_not_reach_anybody():
    call = one(
        row("PJSIP/carrier-1", "PJSIP/101-2", (0, 0, 15), "Queue", "support,t,,,60", "NO ANSWER"),
        row("PJSIP/carrier-1", "PJSIP/101-3", (20, 20, 35), "Queue", "support,t,,,60", "NO ANSWER"),
        row("PJSIP/carrier-1", "", (60, 60, 62), "Hangup", ""),
    )
    assert (call["result"], call["queue"], call["rang"], call["ring_seconds"]) == (
        "no-answer",
        "support",
        ["PJSIP/101"],
        62,
    )


def test_a_queue_of_local_members_knows_who_answered():
    half = "Local/101@from-queue-00000007"
    call = one(
        row("PJSIP/carrier-1", f"{half};1", (0, 0, 30), "Queue", "400,t,,,300"),
        row(f"{half};2", "PJSIP/101-3", (2, 6, 30), data="PJSIP/101,20", uniqueid="1764000002.3"),
    )
    assert (call["queue"], call["answered_by"], call["talk_seconds"]) == ("400", "PJSIP/101", 24)


def test_a_mailbox_is_no_answer():
    call = one(
        row("PJSIP/carrier-1", "PJSIP/101-2", (0, None, 20), data="PJSIP/101,20"),
        row("PJSIP/carrier-1", "", (20, 20, 50), "VoiceMail", "101@default,u"),
    )
    assert (call["result"], call["talk_seconds"], call["rang"]) == ("voicemail", 0, ["PJSIP/101"])


def test_a_menu_is_no_answer():
    call = one(row("PJSIP/carrier-1", "", (0, 0, 12), "BackGround", "welcome", dst="s"))
    assert (call["result"], call["direction"]) == ("ivr", "incoming")


@pytest.mark.parametrize("app", ["ChanSpy", "chanspy", "ExtenSpy"])
def test_listening_in_is_no_call(app):
    assert fold([row("PJSIP/104-9", "", (0, 0, 60), app, "PJSIP/101-2,q")], (), PHONES) == []


@pytest.mark.parametrize("app", ["Echo", "Playback", "VoiceMailMain", "MusicOnHold"])
def test_a_test_of_the_own_phone_is_no_call(app):
    assert fold([row("PJSIP/101-9", "", (0, 0, 60), app, src="101", dst="*98")], (), PHONES) == []


def test_listening_in_adds_nothing_to_the_call():
    talk = row("PJSIP/carrier-1", "PJSIP/101-2", (0, 5, 65), data="PJSIP/101,20")
    spy = row("PJSIP/104-9", "PJSIP/101-2", (10, 10, 60), "ChanSpy", "PJSIP/101-2,q", linkedid="1764000010.9")
    assert one(talk, spy) == one(talk)


def test_an_outgoing_call_that_is_passed_to_a_colleague():
    call = one(
        row("PJSIP/101-1", "PJSIP/carrier-2", (0, 5, 30), data="PJSIP/+493099999999@carrier,60", dst="+493099999999"),
        row("PJSIP/carrier-2", "PJSIP/102-3", (30, 33, 60), data="PJSIP/102,20", uniqueid="1764000000.2"),
    )
    assert (call["direction"], call["result"], call["talk_seconds"]) == ("outgoing", "answered", 52)
    assert [(t["kind"], t["by"], t["to"], t["result"]) for t in call["transfers"]] == [
        ("blind", "PJSIP/101", "PJSIP/102", "success")
    ]


def test_talk_is_counted_once_however_many_rows_tell_of_it():
    call = one(
        row("PJSIP/carrier-1", "PJSIP/101-2", (0, 5, 65), data="PJSIP/101,20"),
        row("PJSIP/carrier-1", "PJSIP/102-3", (30, 30, 70), data="PJSIP/101,20"),
        row("PJSIP/102-3", "PJSIP/103-4", (40, 40, 60), "AppDial", uniqueid="1764000030.3"),
    )
    assert call["talk_seconds"] == 65


def test_a_store_without_linkedids_tells_each_channels_call():
    rows = [
        row("SIP/trunk-1", "SIP/101-2", (0, 5, 65), linkedid="", uniqueid="1764000000.1"),
        row("SIP/trunk-3", "SIP/102-4", (100, None, 120), linkedid="", uniqueid="1764000100.3"),
    ]
    assert [(call["linkedids"], call["result"]) for call in fold(rows)] == [
        (["1764000000.1"], "answered"), (["1764000100.3"], "cancelled"),
    ]  # fmt: skip


def test_channel_names_that_come_again_after_a_restart_tie_nothing_together():
    again = row("PJSIP/carrier-1", "PJSIP/101-2", (9000, 9005, 9065), linkedid="1764009000.1")
    assert len(fold([row("PJSIP/carrier-1", "PJSIP/101-2", (0, 5, 65)), again], (), PHONES)) == 2


def test_a_click_is_known_by_its_command():
    uuid = "0b4f6f1e-6a3d-4f0e-9d55-0d4a5d0c1a01"
    call = one(
        row("PJSIP/101-1", "PJSIP/carrier-2", (0, 0, 9), data="PJSIP/1@carrier", dst="+493099999999", linkedid=uuid)
    )
    assert (call["command"], call["direction"]) == (uuid, "outgoing")


def test_the_recordings_of_a_call_are_gathered_once():
    rows = [
        row("PJSIP/carrier-1", "PJSIP/101-2", (0, 5, 65), recordingfile="2026/a.wav"),
        row("PJSIP/carrier-1", "PJSIP/102-3", (65, 66, 90), data="PJSIP/102", recordingfile="2026/a.wav"),
    ]
    assert one(*rows)["recordings"] == ["2026/a.wav"]


def event(kind, at, channel, extra="", **more):
    """A channel event; its uniqueid is the channel's name."""
    facts = {"uniqueid": channel, "linkedid": ID, "channame": channel, "extra": extra, **more}
    return Event.of({"eventtype": kind, "eventtime": BEGIN + at, **facts})


def test_events_without_rows_tell_the_call_of_a_killed_asterisk():
    bridge = '{"bridge_id": "one", "bridge_technology": "simple_bridge"}'
    events = [
        event("CHAN_START", 0.1, "PJSIP/carrier-1", uniqueid=ID, cid_num="+493012345678", exten="+493055570100"),
        event("CHAN_START", 0.2, "PJSIP/101-2"),
        event("ANSWER", 5.5, "PJSIP/101-2"),
        event("BRIDGE_ENTER", 5.5, "PJSIP/101-2", bridge),
        event("BRIDGE_ENTER", 5.6, "PJSIP/carrier-1", bridge, uniqueid=ID),
        event("DTMF", 25.6, "PJSIP/carrier-1", uniqueid=ID),
    ]
    call = one(events=events)
    assert (call["result"], call["answered_by"], call["hung_up_by"]) == ("answered", "PJSIP/101", None)
    assert call["talk_seconds"] == pytest.approx(20.0)
    assert call["ring_seconds"] == pytest.approx(5.5, abs=0.11)


def test_nobody_gave_up_when_asterisk_was_killed_while_it_rang():
    events = [
        event("CHAN_START", 0, "PJSIP/carrier-1", uniqueid=ID, cid_num="+493012345678", exten="+493055570100"),
        event("APP_START", 0.1, "PJSIP/carrier-1", uniqueid=ID, appname="Dial", appdata="PJSIP/101,30"),
        event("CHAN_START", 0.2, "PJSIP/101-2"),
    ]
    call = one(events=events)
    assert (call["result"], call["hung_up_by"], call["rang"]) == ("no-answer", None, ["PJSIP/101"])


def test_what_only_events_tell_is_over_when_its_channels_are():
    began = [event("CHAN_START", 0, "PJSIP/carrier-1", uniqueid=ID), event("CHAN_START", 0.2, "PJSIP/101-2")]
    gone = [event("HANGUP", 5, "PJSIP/101-2"), event("HANGUP", 5.1, "PJSIP/carrier-1", uniqueid=ID)]
    told = [event("LINKEDID_END", 5.2, "PJSIP/carrier-1", uniqueid=ID)]
    row_of_it = row("PJSIP/carrier-1", "PJSIP/101-2", (0, 5, 65), data="PJSIP/101,20")
    over = [one(events=began + more)["ended"] for more in ([], gone[:1], gone, told)]
    assert over == [False, False, True, True]
    assert one(row_of_it, events=began)["ended"] is True


@pytest.mark.parametrize("extra", ["{", "[]", '{"hangupcause": "x"}', "null", '{"bridge_id": 5}', "x" * 5000])
def test_an_events_rubbish_stops_nothing(extra):
    talk = row("PJSIP/carrier-1", "PJSIP/101-2", (0, 5, 65), data="PJSIP/101,20")
    events = [
        event(kind, 1, "PJSIP/101-2", extra) for kind in ("HANGUP", "BRIDGE_ENTER", "ATTENDEDTRANSFER", "", "NEW")
    ]
    assert one(talk, events=events)["linkedids"] == [ID]


@pytest.mark.parametrize(
    "values",
    [
        {"channel": "", "dstchannel": ""}, {"channel": "rubbish"}, {"channel": "/", "dstchannel": "PJSIP/"},
        {"channel": "Local/x;1", "dstchannel": "Local/x;2"}, {"lastdata": ",,,&&&@/"}, {"clid": '"<><"'},
        {"disposition": "?"}, {"end": BEGIN - 5}, {"answer": BEGIN + 999}, {"duration": 1e9, "end": None},
        {"src": "\x00\ud800"}, {"dst": "x" * 10000},
    ],
    ids=str,
)  # fmt: skip
def test_rubbish_in_a_row_stops_nothing(values):
    base = {"start": BEGIN, "end": BEGIN + 9, "channel": "PJSIP/carrier-1", "dstchannel": "PJSIP/101-2", "linkedid": ID}
    fold([Row.of({**base, **values}), row("PJSIP/carrier-1", "PJSIP/101-2", (0, 5, 65))], (), PHONES)
