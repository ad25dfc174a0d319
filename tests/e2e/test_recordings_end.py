"""How recordings end, and what ends with them; and two who send the same one at the same moment."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import random
import threading
import time
import urllib.error
import urllib.request
import wave

import pytest
import pytest_asyncio

from sandbox.odoo import filestore
from sandbox.odoo_client import OdooError
from sandbox.world import DB
from tests.e2e.archive import PATIENCE, end, hear_each_other
from tests.faults.people import EVA, talk

pytestmark = pytest.mark.asyncio(loop_scope="session")

FACTS = ["state", "keep_forever", "on_pbx", "erased_by_id", "erase_reason", "key", "file", "linkedid", "seconds"]
ROUNDS = 5  # until two have really met


class Agent:
    """Who has the PBX's key: says again what the agent said."""

    def __init__(self, world):
        self.url, self.key = world.odoo.url, world.key

    def post(self, flow, body):
        """`(status, answer)` of one request; the body is an object or bytes."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": kind}
        request = urllib.request.Request(f"{self.url}/asterisk/v1/{flow}", data, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")

    def tell(self, item):
        """What Odoo says to a recording that it is told of."""
        status, answer = self.post("recordings", {"items": [item]})
        assert status == 200, answer
        return answer["results"][0]

    def send(self, item, offset, data):
        """Send a piece."""
        return self.post(f"recording_data?key={item['key']}&offset={offset}", data)


def told(data, key, **more):
    """What an agent tells of a file."""
    return {
        "key": key, "linkedid": f"nobody-{key[:8]}", "uniqueid": "", "file": f"{key}.wav", "state": "ready",
        "problem": "", "started_at": time.time() - 60, "seconds": 60, "channels": 2, "mimetype": "audio/wav",
        "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), **more,
    }  # fmt: skip


def wav(seed, seconds=100):
    """A file of noise, 32,000 bytes a second, that is there only once."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(random.Random(seed).randbytes(seconds * 32_000))
    return file.getvalue()


class Witness:
    """Looks after what is left of a recording, in Odoo and on every disk."""

    def __init__(self, world, back_office, listener, archive):
        self.world, self.back_office, self.listener, self.archive = world, back_office, listener, archive
        self.store = filestore(world.odoo.data, DB)

    def sql(self, statement):
        """Rows of the database."""
        return self.world.cluster.sql(statement, DB)

    async def facts(self, recording):
        """The recording's row as the administrator reads it, whether or not he may hear it."""
        return (await self.back_office.read("asterisk.recording", [("id", "=", recording["id"])], FACTS))[0]

    def attachment(self, recording):
        """Which file of the filestore it is; none: there is no attachment."""
        condition = f"res_model = 'asterisk.recording' AND res_id = {recording['id']}"
        name = self.sql(f"SELECT store_fname FROM ir_attachment WHERE {condition}")
        return self.store / name if name else None

    def on_disks(self, recording, blob):
        """Every file that is left of it: in the filestore, as a part, on the PBX, with the agent."""
        stem = recording["file"].rpartition("/")[2].removesuffix(".wav")
        places = (self.world.asterisk.recordings, self.world.agent_config.parent, self.store / "asterisk_recording")
        left = [
            path for place in places for path in place.rglob("*") if stem in path.name or recording["key"] in path.name
        ]
        return [*left, *([blob] if blob.exists() else [])]

    async def gone(self, recording, blob):
        """Until nothing is left of it anywhere."""
        deadline = time.monotonic() + PATIENCE
        while True:
            left = await asyncio.to_thread(self.on_disks, recording, blob)
            facts = await self.facts(recording)
            if not left and not facts["on_pbx"]:
                break
            assert time.monotonic() < deadline, f"still there: {left}, {facts}"
            await asyncio.sleep(0.2)
        assert facts["state"] == "erased" and self.attachment(recording) is None
        return facts

    async def status(self, url):
        """What the listener's browser gets at this address."""
        try:
            await asyncio.to_thread(self.listener.fetch, url)
            return 200
        except urllib.error.HTTPError as error:
            return error.code

    async def time_passes(self, recording, days):
        """It is of so many days ago."""
        self.sql(
            f"UPDATE asterisk_recording SET started_at = now() - interval '{days} days' WHERE id = {recording['id']}"
        )

    async def scheduled_action(self):
        """Odoo does what it does every hour."""
        cron = [("cron_name", "=", "Telephony: erase recordings whose time is over")]
        (found,) = await self.back_office.read("ir.cron", cron, ["id"])
        await self.back_office.call("ir.cron", "method_direct_trigger", [found["id"]])


@pytest_asyncio.fixture(loop_scope="session")
async def witness(world, back_office, archive):
    return Witness(world, back_office, archive.listener, archive)


async def recorded(office, back_office, archive):
    """A short conversation and its recording."""
    outside, inside = await talk(office, EVA, "101")
    await hear_each_other(archive, outside, inside, "101", seconds=0.5)
    call = await end(back_office, outside, inside, result="answered")
    return await archive.recording(call["id"])


async def test_nothing_is_left_of_what_is_erased_on_request(world, office, back_office, archive, witness):
    recording = await recorded(office, back_office, archive)
    facts, blob = await witness.facts(recording), witness.attachment(recording)
    assert len(await asyncio.to_thread(witness.on_disks, facts, blob)) >= 4  # three on the PBX, and Odoo's
    url = (await asyncio.to_thread(archive.listener.call, "asterisk.recording", "play", recording["id"]))["url"]
    assert await witness.status(url) == 200
    raw = await asyncio.to_thread(blob.read_bytes)
    asked = {"targets": [recording["id"]], "reason": "The customer asked for it."}
    eraser = await back_office.call("asterisk.recording.eraser", "create", asked)
    await back_office.call("asterisk.recording.eraser", "action_erase", eraser)
    assert await witness.status(url) == 404
    erased = await witness.gone(facts, blob)
    assert (erased["erased_by_id"][0], erased["erase_reason"]) == (back_office.client.uid, asked["reason"])
    log = await asyncio.to_thread(world.odoo.log.read_text, errors="replace")
    assert f"Recordings [{recording['id']}] erased by user {back_office.client.uid}: {asked['reason']}" in log
    assert await witness.status(url) == 404
    with pytest.raises(OdooError):
        await asyncio.to_thread(archive.listener.call, "asterisk.recording", "play", recording["id"])
    # The same file again, as from a PBX that was restored from its backup:
    agent = Agent(world)
    same = told(raw, facts["key"], linkedid=facts["linkedid"], file=facts["file"], mimetype="audio/ogg")
    assert (await asyncio.to_thread(agent.tell, same))["status"] == "unwanted"
    assert (await asyncio.to_thread(agent.send, same, 0, raw))[0] == 410
    assert witness.attachment(recording) is None and not blob.exists()


async def test_what_is_old_is_erased_and_what_is_kept_for_ever_is_not(world, office, back_office, archive, witness):
    old, kept, fresh = [await recorded(office, back_office, archive) for _ in range(3)]
    facts, blob = await witness.facts(old), witness.attachment(old)
    await asyncio.to_thread(archive.listener.call, "asterisk.recording", "action_keep", [kept["id"]])
    await witness.time_passes(old, 40)
    await witness.time_passes(kept, 400)
    await witness.scheduled_action()
    assert (await witness.facts(old))["state"] == "ready"  # nobody has said how long
    company = (await back_office.read("asterisk.server", [("id", "=", world.server_id)], ["company_id"]))[0][
        "company_id"
    ]
    async with back_office.changed("res.company", company[0], asterisk_recording_days=30):
        async with back_office.changed("asterisk.server", world.server_id, recording_own_days=True, recording_days=90):
            await witness.scheduled_action()
            assert (await witness.facts(old))["state"] == "ready"  # this PBX's are kept longer
            await witness.time_passes(old, 91)
            await witness.scheduled_action()
            assert "90 days" in (await witness.gone(facts, blob))["erase_reason"]
        second, second_blob = await witness.facts(fresh), witness.attachment(fresh)
        await witness.scheduled_action()
        assert (await witness.facts(fresh))["state"] == "ready"
        await witness.time_passes(fresh, 31)
        await witness.scheduled_action()
        assert "30 days" in (await witness.gone(second, second_blob))["erase_reason"]
        assert ((await witness.facts(kept))["state"], witness.attachment(kept).exists()) == ("ready", True)
        client, company_side = await archive.sides(kept)
        assert archive.speaks(client, archive.client) is True
        assert archive.speaks(company_side, archive.tones["101"]) is True
        await asyncio.to_thread(archive.listener.call, "asterisk.recording", "action_keep", [kept["id"]])
        third, third_blob = await witness.facts(kept), witness.attachment(kept)
        await witness.scheduled_action()
        await witness.gone(third, third_blob)


def at_the_same_moment(*works):
    """What each of these returns, when all begin together."""
    barrier, results = threading.Barrier(len(works)), [None] * len(works)

    def work(place):
        barrier.wait()
        results[place] = works[place]()

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


async def test_two_who_send_the_same_recording_at_the_same_moment(world, witness):
    agent, met = Agent(world), set()
    for turn in range(ROUNDS):
        data = wav(turn)
        item = told(data, f"{turn:032x}")
        assert (await asyncio.to_thread(agent.tell, item))["status"] == "send"
        works = [lambda item=item, data=data: agent.send(item, 0, data)] * 2
        answers = await asyncio.to_thread(at_the_same_moment, *works)
        statuses = sorted(status for status, _answer in answers)
        assert statuses in ([200, 200], [200, 503]), answers  # the second waits its turn, or finds it done
        met.add(statuses[1])
        again = await asyncio.to_thread(agent.send, item, 0, data)
        assert again == (200, {"offset": len(data), "status": "have"})
        assert await whole(witness, item) == data
        if 503 in met:
            return
    raise AssertionError("the two have never met")


async def test_two_who_send_pieces_of_the_same_recording(world, witness):
    """Each goes on where Odoo says, whoever of the two has brought it there."""
    agent = Agent(world)
    data = wav("pieces")
    item = told(data, "f" * 32)

    def send_all():
        codes = []
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            answer = agent.tell(item)
            if answer["status"] == "have":
                return codes
            if answer["status"] == "wait":
                codes.append("wait")
                continue
            offset = answer["offset"]
            codes.append(agent.send(item, offset, data[offset : offset + 100_000])[0])
        raise AssertionError(codes)

    agent.tell(item)
    codes = [code for result in await asyncio.to_thread(at_the_same_moment, send_all, send_all) for code in result]
    assert set(codes) <= {200, 409, 503, "wait"}, codes
    assert codes.count(200) >= len(data) // 100_000
    assert await whole(witness, item) == data


async def whole(witness, item):
    """The bytes that Odoo has made of it; one row, no part left."""
    domain = [("key", "=", item["key"])]
    (row,) = await witness.back_office.read("asterisk.recording", domain, ["id", "state", "bytes"])
    assert row["state"] == "ready"
    assert not list((witness.store / "asterisk_recording").glob(f"*{item['key']}*"))
    return await asyncio.to_thread(witness.attachment(row).read_bytes)
