"""What a customer's PBX gets from us, on a real Asterisk: an AMI user that may do just enough, and click-to-call."""

import asyncio
import uuid

import pytest
import pytest_asyncio

from sandbox.phones.behaviour import Behaviour
from sandbox.phones.call import CONFIRMED, ENDED
from sandbox.phones.numbering import VOICEMAIL, direct_number
from tests.e2e.test_phones_on_asterisk import quiet
from tests.scenarios.world import world as small_world

pytestmark = pytest.mark.asyncio(loop_scope="session")

CLIENT = "+49301234567"
ASKED = ["PJSIP_HEADER(add,Call-Info)=<sip:odoo>;answer-after=0"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def small():
    async with small_world() as running:
        running.carrier.default = Behaviour("answer", after=0)
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def office(small):
    """Asterisk, phones, carrier; nobody is in a call."""
    small.all_manual()
    yield small
    await quiet(small)


@pytest_asyncio.fixture(loop_scope="session")
async def ami(office):
    """A login of the user `odoo` from asterisk_server_scripts/etc/manager.conf."""
    recorder = await office.open(office.recorder())
    yield recorder
    recorder.close()


async def click(ami, number, device="PJSIP/101", context="odoo-dial"):
    """Click-to-call as the agent does it; returns the uuid, which is the first leg's uniqueid."""
    call = str(uuid.uuid4())
    answer = await ami.act(
        Action="Originate", ActionID=call, ChannelId=call, Channel=device, Context=context, Exten=number, Priority="1",
        Async="true", Timeout="5000", CallerID=f'"Acme GmbH" <{number}>', Variable=ASKED,
    )  # fmt: skip
    assert answer["Response"] == "Success", answer
    return call


@pytest.mark.parametrize(
    "action",
    [
        {"Action": "Command", "Command": "core show version"},
        {"Action": "GetConfig", "Filename": "manager.conf"},
        {"Action": "UpdateConfig", "SrcFilename": "manager.conf", "DstFilename": "manager.conf"},
        {"Action": "DBPut", "Family": "a", "Key": "b", "Val": "c"},
        {"Action": "Reload"},
        {"Action": "ModuleLoad", "LoadType": "load", "Module": "app_system.so"},
        {"Action": "DialplanExtensionAdd", "Context": "x", "Extension": "1", "Priority": "1", "Application": "System"},
        {"Action": "Filter", "Operation": "Add", "Filter": "Event: VarSet"},
        {"Action": "UserEvent", "UserEvent": "OdooHangup"},
        {"Action": "Originate", "Channel": "PJSIP/101", "Application": "System", "Data": "true", "Async": "true"},
    ],
    ids=lambda action: action["Action"],
)
async def test_the_agent_may_not_do_what_it_does_not_need(ami, action):
    answer = await ami.act(**action)
    assert answer["Response"] == "Error"
    assert "denied" in answer["Message"] or "Forbidden" in answer["Message"]


@pytest.mark.parametrize("action", ["CoreSettings", "CoreShowChannels", "BridgeList", "DeviceStateList", "Ping"])
async def test_the_agent_may_ask_what_lives(ami, action):
    assert (await ami.act(Action=action))["Response"] == "Success"


async def test_a_wrong_secret_opens_nothing(office):
    recorder = office.recorder()
    await recorder.open(int(office.pbx.values["AMI_PORT"]), "guessed")
    assert recorder.responses[0]["Message"] == "Authentication failed"
    recorder.close()


async def test_a_login_hears_that_the_pbx_is_up(ami):
    await ami.event("FullyBooted")


async def test_only_events_that_mean_something_arrive(office, ami):
    customer = office.carrier.bring("+4930901820", direct_number("102"), name="Event: VarSet")
    employee = await office.phones["102"].wait_ringing()
    await employee.answer()
    await customer.wait_state(CONFIRMED)
    await employee.hold()
    await employee.resume()
    await customer.hang_up()
    for channel in ("PJSIP/carrier", "PJSIP/102"):
        await ami.event("Hangup", Channel=channel)
    await ami.event("DeviceStateChange", Device="PJSIP/102", State="NOT_INUSE")
    needed = {"Newchannel", "Newstate", "DialBegin", "DialState", "DialEnd", "BridgeEnter", "Hold", "Unhold", "Hangup"}
    arrived = {event["Event"] for event in ami.events}
    assert needed <= arrived
    assert not arrived & {"VarSet", "Newexten", "RTCPSent", "Cdr", "NewConnectedLine", "BridgeCreate", "TestEvent"}
    assert len(ami.events) <= 40


async def test_a_mailbox_is_told_without_the_rest_of_the_dialplan(office, ami):
    office.phones["101"].behaviour = Behaviour("busy")
    customer = office.carrier.bring("+4930901820", VOICEMAIL)
    await customer.wait_state(CONFIRMED)
    assert (await ami.event("Newexten"))["Application"] == "VoiceMail"
    assert {event["Application"] for event in ami.events if event["Event"] == "Newexten"} == {"VoiceMail"}


async def test_click_to_call_shows_the_client_to_the_employee_and_the_employee_to_the_client(office, ami):
    call = await click(ami, CLIENT)
    phone = office.phones["101"]
    await ami.event("BridgeEnter", Channel="PJSIP/carrier", Linkedid=call)
    assert (phone.last_invite.sender.uri.user, phone.last_invite.sender.name) == (CLIENT, "Acme GmbH")
    seen = office.carrier.last_invite
    assert (seen.sender.uri.user, seen.sender.name) == (direct_number("101"), "")
    assert seen.uri.startswith(f"sip:{CLIENT}@")
    await phone.live_calls[0].hang_up()
    told = await ami.event("UserEvent", UserEvent="OdooHangup")
    assert (told["Uniqueid"], told["Linkedid"], told["DialStatus"], told["Cause"]) == (call, call, "ANSWER", "16")


async def test_from_a_second_device_the_client_sees_its_owner(office, ami):
    await click(ami, CLIENT, "PJSIP/1052")
    await ami.event("BridgeEnter", Channel="PJSIP/carrier")
    assert office.carrier.last_invite.sender.uri.user == direct_number("105")


@pytest.mark.parametrize(
    "ending, status, cause",
    [("0486", "BUSY", "17"), ("0404", "CHANUNAVAIL", "1"), ("0503", "CONGESTION", "34"), ("0603", "CHANUNAVAIL", "21")],
)
async def test_the_reason_of_a_failure_is_told(office, ami, ending, status, cause):
    call = await click(ami, "+493012345" + ending)
    told = await ami.event("UserEvent", UserEvent="OdooHangup")
    assert (told["Uniqueid"], told["DialStatus"], told["Cause"]) == (call, status, cause)


@pytest.mark.parametrize(
    "number, cause",
    [("5", "1"), ("#31", "1"), ("12a", "28"), ("+49301;x", "28"), ("+49&PJSIP/102", "28"), ("1|2", "28")],
)
async def test_what_is_no_number_of_this_pbx_is_not_dialled(office, ami, number, cause):
    before = office.carrier.last_invite
    call = await click(ami, number)
    assert (await ami.event("Hangup", Uniqueid=call))["Cause"] == cause
    assert office.carrier.last_invite is before
    assert not office.phones["102"].live_calls


async def test_an_employee_who_refuses_ends_it_before_the_client_hears_of_it(office, ami):
    office.phones["101"].behaviour = Behaviour("busy")
    before = office.carrier.last_invite
    call = await click(ami, CLIENT)
    assert (await ami.event("OriginateResponse", ActionID=call))["Response"] == "Failure"
    assert (await ami.event("Hangup", Uniqueid=call))["Cause"] == "17"
    assert office.carrier.last_invite is before


async def test_a_client_who_hangs_up_first(office, ami):
    await click(ami, CLIENT)
    client = office.carrier
    await client.changes.until(lambda: any(call.state == CONFIRMED for call in client.live_calls), 5, client.__str__)
    await asyncio.gather(*(call.hang_up() for call in client.live_calls))
    employee = office.phones["101"].calls[-1]
    await employee.wait_state(ENDED)
    assert employee.ending.by == "remote"
