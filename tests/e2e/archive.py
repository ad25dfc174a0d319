"""The recordings that are in Odoo, and ears for them: a tone for everybody who speaks."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import time
import wave
from array import array

from sandbox.phones.g711 import RATE
from sandbox.phones.tone import heard

PATIENCE = 40  # seconds from the end of a call until its recording can be heard
FIELDS = ["state", "problem", "seconds", "channels", "mimetype", "bytes", "file", "linkedid"]
WINDOW = RATE // 5  # samples
STUTTER = RATE // 2  # samples


class Archive:
    """The recordings in Odoo, and ears."""

    def __init__(self, world, office, back_office, listener, folder):
        self.world, self.back_office, self.listener, self.folder = world, back_office, listener, folder
        self.client = office.carrier.tone
        self.tones = {user: phone.tone for user, phone in office.phones.items()}
        self.everybody = {self.client, *self.tones.values()}

    async def recording(self, call_id, state="ready"):
        """The one recording of a call, once it is in this state."""
        (found,) = await self.recordings(call_id, 1, state)
        return found

    async def recordings(self, call_id, count, state="ready"):
        """The recordings of a call, once all of them are in this state."""
        deadline = time.monotonic() + PATIENCE
        while True:
            found = await self.back_office.read("asterisk.recording", [("call_id", "=", call_id)], FIELDS)
            if len(found) >= count and all(one["state"] == state for one in found):
                assert len(found) == count, found
                return found
            assert time.monotonic() < deadline, f"expected {count} that are {state}, found {found}"
            await asyncio.sleep(0.2)

    async def sides(self, recording):
        """What is on each channel: the client's and the company's samples."""
        told = await asyncio.to_thread(self.listener.call, "asterisk.recording", "play", recording["id"])
        raw = await asyncio.to_thread(self.listener.fetch, told["url"])
        assert len(raw) == recording["bytes"] and raw[:4] == b"OggS"
        return await asyncio.to_thread(decoded, raw, self.folder)

    def heard(self, samples):
        """Who is heard one after the other: sets of tones, each new one once.

        A silence shorter than STUTTER says that the phones' machine had more to do, and nothing about the recording.
        """
        begins = range(0, len(samples) - WINDOW, WINDOW)
        windows = (frozenset(heard(samples[begin : begin + WINDOW], self.everybody)) for begin in begins)
        runs = ((tones, len(list(run))) for tones, run in itertools.groupby(windows))
        lasting = (tones for tones, length in runs if tones or length * WINDOW >= STUTTER)
        return [tones for tones, _same in itertools.groupby(lasting)]

    def lasting(self, samples, seconds=0.6):
        """Who is heard together for a while, one set of tones after the other; silence is left out."""
        windows, found = round(seconds * RATE / WINDOW), []
        sets = [heard(samples[begin : begin + WINDOW], self.everybody) for begin in range(0, len(samples), WINDOW)]
        for begin in range(len(sets) - windows + 1):
            first, *others = sets[begin : begin + windows]
            if first and all(other == first for other in others) and (not found or found[-1] != first):
                found.append(first)
        return found

    def speaks(self, samples, *expected):
        """Whether these tones are heard alone, in this order, and no other ever."""
        moments = self.heard(samples)
        assert set().union(*moments) <= set(expected), moments
        alone = [next(iter(tones)) for tones in moments if len(tones) == 1]
        in_order = [tone for place, tone in enumerate(alone) if not place or alone[place - 1] != tone]
        return in_order == list(expected) or (in_order, moments)


def decoded(raw, folder):
    """The channels of an Opus file."""
    (folder / "it.opus").write_bytes(raw)
    argv = ["opusdec", "--quiet", "--rate", "8000", folder / "it.opus", folder / "it.wav"]
    subprocess.run([str(part) for part in argv], check=True, timeout=60)
    with wave.open(str(folder / "it.wav")) as file:
        samples = array("h", file.readframes(file.getnframes()))
        return [samples[side :: file.getnchannels()] for side in range(file.getnchannels())]


async def hear_each_other(archive, outside, inside, user, seconds=2.0):
    """Both ends hear the other one, and go on talking for a while."""
    await outside.wait_hears({archive.tones[user]}, archive.everybody)
    await inside.wait_hears({archive.client}, archive.everybody)
    await asyncio.sleep(seconds)  # what is being said: its length is what is tested


async def end(back_office, outside, *inside, **fields):
    await outside.hang_up()
    await asyncio.gather(*(call.wait_state("ended") for call in inside))
    return await back_office.newest_call(**fields)


async def record(back_office, person, on):
    """Somebody who talks pauses the recording of the call that goes on, or lets it go on; returns when it is done."""
    live = (await back_office.read("asterisk.call", [("state", "!=", "ended")], ["id"], limit=1))[0]["id"]
    command = await asyncio.to_thread(person.call, "asterisk.call", "record_pause", live, on)
    deadline = time.monotonic() + PATIENCE
    while command["state"] != "done":
        assert command["state"] != "failed" and time.monotonic() < deadline, command
        await asyncio.sleep(0.1)
        command = await asyncio.to_thread(person.call, "asterisk.command", "check", command["uuid"])
