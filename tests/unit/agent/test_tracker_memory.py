"""What the tracker forgets takes no memory any more, at once."""

from __future__ import annotations

import gc
import json
import weakref

import pytest

from pbx_agent.calls.registry import KEEP_ENDED_SECONDS
from pbx_agent.replay import frames_of
from tests.scenarios.record import FOLDER
from tests.unit.agent.ami_script import Story

SCENARIOS = ["incoming_answered", "ring_group_local", "queue_local_answered", "transfer_attended_by_ami", "pickup"]


@pytest.fixture
def _no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def played(name):
    """A story whose only call happened and is over; its channels and the call, weakly held."""
    story = Story()
    for frame in frames_of(json.dumps(json.loads((FOLDER / f"{name}.json").read_text("utf-8"))["events"])):
        story.tell(str(frame.pop("event")), frame)
    story.tracker.take_changed()
    held = [weakref.ref(part) for call in story.tracker.calls() for part in (call, *call.channels.values())]
    assert len(held) > 2 and all(part() is not None for part in held)
    return story, held


@pytest.mark.usefixtures("_no_collector")
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_forgotten_call_is_gone_without_the_garbage_collector(name):
    story, held = played(name)
    story.at(KEEP_ENDED_SECONDS + 1).new("PJSIP/105")
    assert not [part() for part in held if part() is not None]


def test_a_call_that_changes_while_it_is_forgotten_is_told():
    story = Story()
    caller = story.incoming()
    phone = story.dial(caller, "PJSIP/101")
    story.hang(phone, caller)
    story.tracker.take_changed()
    story.at(KEEP_ENDED_SECONDS + 1).tell("Newexten", caller.fields(), application="VoiceMail", appdata="101")
    assert [call.voicemail for call in story.tracker.take_changed()] == [True]
