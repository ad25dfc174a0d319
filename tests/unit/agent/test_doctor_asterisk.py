"""What the doctor says of the hops in Asterisk, and of the phones that both sides should know."""

from __future__ import annotations

import hashlib

import pytest

from pbx_agent.doctor.asterisk import VERSION
from pbx_agent.setup import asterisk_conf
from tests.unit.agent import doctor_world
from tests.unit.agent.doctor_world import failing, rewritten, seen
from tests.unit.agent.fake_ami import frame, reply

ami, odoo, path, quick = doctor_world.ami, doctor_world.odoo, doctor_world.path, doctor_world.quick  # fixtures


# -- Asterisk ----------------------------------------------------------------------------------------------------------


async def test_nothing_listens_for_ami(path, ami):
    await ami.crash()
    found = await seen(path)
    assert found["Asterisk's AMI port"][0] == "FAILS"
    assert (
        "Connection refused" in found["Asterisk's AMI port"][1] and "enabled = yes" in found["Asterisk's AMI port"][1]
    )
    assert {found[hop][0] for hop in ("rights", "events", "dialplan", "phones")} == {"unknown"}
    assert found["key"][0] == "ok"


async def test_asterisk_hangs(path, ami):
    ami.is_silent = True
    assert "does not answer as AMI does" in (await failing(path))["Asterisk's AMI port"]


async def test_asterisk_hangs_later(path, ami):
    ami.answers["coresettings"] = lambda fields: b""
    assert "Asterisk gave no answer" in (await failing(path))["Asterisk's login"]


async def test_a_wrong_secret(path):
    rewritten(path, secret="wrong")
    found = await failing(path)
    assert "Authentication failed" in found["Asterisk's login"]
    assert "pbx-agent setup" in found["Asterisk's login"]
    assert list(found) == ["Asterisk's login"]


@pytest.mark.parametrize(
    "lacking, right",
    [("originate", "write=originate"), ("hangup", "write=call"), ("coreshowchannels", "write=reporting")],
)
async def test_a_right_that_is_missing(path, ami, lacking, right):
    del ami.rights[lacking]
    found = await failing(path)
    assert right in found["rights"] and lacking in found["rights"]


async def test_rights_that_are_too_many_are_worth_a_word(path, ami):
    ami.rights.update(command="", moduleload="", reload="")
    level, words = (await seen(path))["rights"]
    assert level == "note" and "write=command,config,system" in words


async def test_rights_that_asterisk_does_not_tell(path, ami):
    ami.answers["listcommands"] = lambda fields: reply(fields, Response="Error", Message="Invalid/unknown command")
    assert (await seen(path))["rights"][0] == "unknown"


async def test_events_do_not_arrive(path, ami, monkeypatch):
    monkeypatch.setattr(ami, "_login", lambda fields: reply(fields, Message="Authentication accepted"))
    assert "read=system" in (await failing(path))["events"]


async def test_events_of_calls_do_not_arrive(path, ami):
    ami.answers["originate"] = reply
    assert "read=call" in (await failing(path))["events"]


async def test_an_event_filter_that_lets_all_pass_is_worth_a_word(path, ami):
    ami.answers["setvar"] = lambda fields: reply(fields) + frame(Event="VarSet", Variable="ODOO_DOCTOR", Value="")
    level, words = (await seen(path))["event filter"]
    assert level == "note" and "does not work" in words


async def test_the_list_of_calls_is_refused(path, ami):
    ami.answers["coreshowchannels"] = lambda fields: reply(fields, Response="Error", Message="Permission denied")
    assert "Permission denied" in (await failing(path))["calls"]


async def test_the_dialplan_does_not_have_our_context(path, ami):
    ami.values["DIALPLAN_EXISTS(odoo-dial,1,1)"] = "0"
    assert "dialplan reload" in (await failing(path))["dialplan"]


async def test_our_dialplan_is_of_another_version(path, ami):
    ami.values[f"DIALPLAN_EXISTS(odoo-version,{VERSION},1)"] = "0"
    level, words = (await seen(path))["dialplan"][:2]
    assert level == "note" and "another version" in words


def test_whoever_changes_the_dialplan_changes_its_version():
    """A PBX that was paired before must hear that it has to be set up again."""
    lines = asterisk_conf.template("extensions.conf").splitlines()
    does = "\n".join(line.strip() for line in lines if line.strip() and not line.startswith(";"))
    assert f"[odoo-version]\nexten => {VERSION},1,Return()" in does
    assert (VERSION, hashlib.sha256(does.encode()).hexdigest()[:12]) == (2, "0c0349642256")


async def test_a_module_is_missing_that_our_context_needs(path, ami):
    ami.values.clear()
    found = await seen(path)
    assert "func_dialplan.so" in found["dialplan"][1]
    assert found["outbound context"][0] == "unknown"


async def test_the_outbound_context_is_another_one(path, ami):
    ami.values.update({"ODOO_OUTBOUND_CONTEXT": "phones", "DIALPLAN_EXISTS(phones)": "1"})
    assert "phones" in (await seen(path))["outbound context"][1]


@pytest.mark.parametrize("context", ["nowhere", "a,b)", "${SHELL(id)}"])
async def test_the_outbound_context_does_not_exist(path, ami, context):
    ami.values.update({"ODOO_OUTBOUND_CONTEXT": context, "DIALPLAN_EXISTS(nowhere)": "0"})
    assert "ODOO_OUTBOUND_CONTEXT" in (await failing(path))["outbound context"]
    assert not any("SHELL" in fields["variable"] for fields in ami.named("getvar"))


async def test_an_asterisk_from_long_ago_is_worth_a_word(path, ami):
    ami.answers["coresettings"] = lambda fields: reply(fields, AsteriskVersion="13.38.3")
    assert (await seen(path))["Asterisk's login"][0] == "note"


# -- phones ------------------------------------------------------------------------------------------------------------


async def test_a_phone_that_asterisk_does_not_know(path, ami):
    ami.values["DEVICE_STATE(PJSIP/102)"] = "INVALID"
    assert "PJSIP/102" in (await failing(path))["phones"]


async def test_a_phone_that_is_not_registered_is_worth_a_word(path, ami):
    ami.values["DEVICE_STATE(PJSIP/102)"] = "UNAVAILABLE"
    found = await seen(path)
    level, words = found["registrations"]
    assert level == "note" and "PJSIP/102" in words and "PJSIP/101" not in words
    assert found["phones"][0] == "ok"


async def test_a_port_that_is_not_amis(path, odoo):
    rewritten(path, port=odoo.port)
    assert "does not answer as AMI does" in (await failing(path))["Asterisk's AMI port"]


async def test_many_phones_are_not_all_listed(path, ami, odoo):
    odoo.devices = [{"endpoint": f"PJSIP/{number}"} for number in range(100, 150)]
    ami.answers["getvar"] = lambda fields: reply(fields, Value="INVALID" if "DEVICE" in fields["variable"] else "1")
    assert "and 38 more" in (await failing(path))["phones"]


async def test_no_phones_at_all(path, odoo):
    odoo.devices = []
    assert (await seen(path))["phones"][0] == "note"


async def test_names_that_are_no_phones_are_not_asked_for(path, ami, odoo):
    odoo.devices = [{"endpoint": "PJSIP/101),SHELL(id"}, {"endpoint": None}, "PJSIP/101", {}]
    assert "does not know" in (await failing(path))["phones"]
    assert not any("SHELL" in fields["variable"] for fields in ami.named("getvar"))
