"""Recordings: two hours of conversation converted, sent, played and sought in, and 200 of them sent while it rings.

The agent, Odoo, Asterisk and Chromium are the real ones. Two hours of both sides are 345 MB as Asterisk writes them and
230 MB as one stereo file: what one of the programs held of it in memory would be seen.

- *first byte*, *seek*: a signed-in browser's GET on an open connection, from the request to the first bytes of sound,
  at the beginning and anywhere in the file. Beside it the same of an attachment of Odoo's own (`/web/content`).
- *conversion*: the agent's, mending and joining both sides included, beside the bare encoder on the joined file.
- *memory*: the most that each program held beyond what it held before, while the file went through it.
- *ring → popup*: as in `popup.py`, before and while 200 recordings of a minute are converted and sent.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import http.client
import random
import shutil
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

from bench.popup import ring
from bench.process_facts import rss_mb
from bench.report import Row, percentile, spread
from bench.tab import open_tab
from bench.tapes import Tapes
from sandbox.odoo_client import OdooClient
from sandbox.paths import temporary
from sandbox.phones.office import Office
from sandbox.process import wait_for
from sandbox.say import SandboxError, say
from sandbox.world import DB, World

LONG_SECONDS = 2 * 3600
SHORT_SECONDS = 60
MANY = 200
CHUNK = 64 << 10
WARM_UP = 3
LISTENER = "elena"
FIRST_GOAL, SEEK_GOAL = {"p95": ("goal", 50.0)}, {"p95": ("goal", 50.0)}
#: MB; the whole file is 230 MB, a piece of it on the wire 4 MB.
MEMORY_GOAL = 40
SPEED_GOAL = 100
CHANGE_GOAL = 10.0
WAIT_SECONDS = 900


class Line:
    """A browser's connection to Odoo that stays open."""

    def __init__(self, client: OdooClient) -> None:
        host = client.url.split("//")[1]
        self._connection = http.client.HTTPConnection(host, timeout=60)
        self._cookie = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in client.cookies)

    def first_bytes(self, path: str, begin: int, size: int) -> float:
        """Ask for the sound from `begin` on and read `size` bytes of the rest; ms until the first of them came."""
        asked = time.perf_counter()
        self._connection.request(
            "GET", path, headers={"Cookie": self._cookie, "Range": f"bytes={begin}-{begin + size - 1}"}
        )
        answer = self._connection.getresponse()
        first = answer.read(1)
        waited = (time.perf_counter() - asked) * 1000
        rest = answer.read()
        if answer.status != 206 or len(first + rest) != size:
            raise SandboxError(f"{path}: status {answer.status}, {len(first + rest)} of {size} bytes")
        return waited

    def whole(self, path: str) -> int:
        """Read everything, as fast as it comes, and keep nothing; how many bytes it was."""
        self._connection.request("GET", path, headers={"Cookie": self._cookie})
        answer, size = self._connection.getresponse(), 0
        while block := answer.read(CHUNK):
            size += len(block)
        return size


@contextlib.contextmanager
def most_memory(*pids: int) -> Iterator[Callable[[], list[float]]]:
    """Watch processes; gives a function that tells the most that each has grown by since then, MB."""
    before = [rss_mb(pid) for pid in pids]
    most, over = list(before), threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            for number, pid in enumerate(pids):
                most[number] = max(most[number], rss_mb(pid))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield lambda: [now - then for now, then in zip(most, before)]
    finally:
        over.set()
        watcher.join()


class Archive:
    """The recordings of one world."""

    def __init__(self, world: World) -> None:
        self.world, self.tapes = world, Tapes(world.asterisk.recordings)
        self.listener = world.client(LISTENER)
        self._number = 0

    def bring(self, seconds: int) -> str:
        """A recording of a call that has just ended; returns its linkedid."""
        self._number += 1
        linkedid = f"{int(time.time())}.{self._number}"
        self.tapes.write(f"{time.strftime('%Y/%m/%d')}/in-{linkedid}.wav", seconds)
        return linkedid

    def ready(self, linkedids: list[str]) -> int:
        """How many of these can be played."""
        names = ", ".join(f"'{one}'" for one in linkedids)
        query = f"SELECT count(*) FROM asterisk_recording WHERE state = 'ready' AND linkedid IN ({names})"
        return int(self.world.cluster.sql(query, DB))

    def wait(self, linkedids: list[str]) -> None:
        """Until all of these can be played."""
        if not wait_for(lambda: self.ready(linkedids) == len(linkedids), WAIT_SECONDS, 0.2):
            raise SandboxError(f"{self.ready(linkedids)} of {len(linkedids)} recordings arrived in {WAIT_SECONDS} s")

    def address(self, linkedid: str) -> tuple[str, int]:
        """Where the listener's player finds it, and how many bytes it has."""
        domain = [("linkedid", "=", linkedid)]
        (found,) = self.listener.read("asterisk.recording", domain, ["bytes"])
        return self.listener.call("asterisk.recording", "play", found["id"])["url"], found["bytes"]


def long_one(archive: Archive, count: int) -> list[Row]:
    """Two hours through agent and Odoo, uncompressed: there is no larger file of one call."""
    world = archive.world
    pids = world.agent.popen.pid, world.odoo.process.popen.pid
    archive.wait([archive.bring(SHORT_SECONDS)])  # what a program loads at the first one is no growth
    with most_memory(*pids) as grown:
        linkedid = archive.bring(LONG_SECONDS)
        archive.wait([linkedid])
        agent_mb, odoo_mb = grown()
    path, size = archive.address(linkedid)
    line = Line(archive.listener)
    with most_memory(pids[1]) as grown:
        if line.whole(path) != size:
            raise SandboxError(f"{path} does not have {size} bytes")
        (playing_mb,) = grown()
    rows = [
        Row("recordings: agent grew by (2 h)", "max", "MB", round(agent_mb), "limit", MEMORY_GOAL),
        Row("recordings: Odoo grew by (2 h taken)", "max", "MB", round(odoo_mb), "limit", MEMORY_GOAL),
        Row("recordings: Odoo grew by (2 h played)", "max", "MB", round(playing_mb), "limit", MEMORY_GOAL),
    ]
    return rows + waits(archive, line, path, size, count)


def waits(archive: Archive, line: Line, path: str, size: int, count: int) -> list[Row]:
    """Until the first sound comes, beside an attachment of Odoo's own."""
    raw = base64.b64encode(bytes(CHUNK * 4)).decode()
    values = {"name": "plain.bin", "mimetype": "application/octet-stream", "datas": raw}
    made = archive.listener.call("ir.attachment", "create", values)
    plain = f"/web/content/{made}"
    chance = random.Random(5)
    firsts, seeks, peers = [], [], []
    for number in range(WARM_UP + count):
        times = (
            line.first_bytes(path, 0, CHUNK),
            line.first_bytes(path, chance.randrange(44, size - CHUNK), CHUNK),
            line.first_bytes(plain, 0, CHUNK),
        )
        if number >= WARM_UP:
            for values, value in zip((firsts, seeks, peers), times):
                values.append(value)
    least = round(percentile(peers, 0.5), 2)
    return [
        *spread("recordings: first byte", firsts, peers=FIRST_GOAL),
        Row("recordings: first byte", "p50", "ms", round(percentile(firsts, 0.5), 2), "Odoo: /web/content", least),
        *spread("recordings: seek", seeks, peers=SEEK_GOAL),
    ]


def converted(folder: Path) -> list[Row]:
    """Two hours made small, by the agent's own converter in this process and by the encoder alone."""
    from pbx_agent.recordings import encoders
    from pbx_agent.recordings.convert import Converter
    from pbx_agent.recordings.courtesy import Courtesy
    from pbx_agent.recordings.folder import RecordingFolder

    source, work = folder / "monitor", folder / "work"
    work.mkdir(parents=True)
    Tapes(source).write("2026/01/31/in-1.1.wav", LONG_SECONDS)
    converter = Converter(RecordingFolder(source, "plain"), work, asyncio.to_thread, WAIT_SECONDS, Courtesy())
    plain = asyncio.run(converter.make("2026/01/31/in-1.1.wav", "plain", "wav"))
    rows = []
    for form in encoders.ENCODERS:
        begun = time.perf_counter()
        made = asyncio.run(converter.make("2026/01/31/in-1.1.wav", form, form))
        ours = time.perf_counter() - begun
        if not made.output.endswith(encoders.ENDINGS[form]):
            say("bench", f"no program that makes {form} is installed: not measured")
            continue
        encoder, target = encoders.installed(encoders.ENCODERS[form])[0], work / f"bare{encoders.ENDINGS[form]}"
        begun = time.perf_counter()
        arguments = encoder.arguments(str(work / plain.output), str(target), made.channels)
        subprocess.run([encoder.program, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        bare = time.perf_counter() - begun
        speed, name = round(LONG_SECONDS / ours), f"recordings: WAV → {form}"
        rows += [
            Row(name, "speed", "× real time", speed, "goal", SPEED_GOAL),
            Row(name, "speed", "× real time", speed, f"{encoder.program} alone", round(LONG_SECONDS / bare)),
        ]
    return rows


async def rings(archive: Archive, count: int) -> list[Row]:
    """The popup's way while nothing else is done and while many recordings are sent."""
    world = archive.world
    async with (
        Office(world.office_config(mode="manual")) as office,
        open_tab(world, "anna") as screen,
    ):
        for _ in range(WARM_UP):
            await ring(office, screen)

        async def popup() -> float:
            moments = await ring(office, screen)
            return moments["painted"] - moments["sent"]

        calm = [await popup() for _ in range(count)]
        busy = []
        async with sending(archive) as is_sent:
            begun = time.perf_counter()
            while not await is_sent():
                busy.append(await popup())
            seconds = time.perf_counter() - begun
        calm += [await popup() for _ in range(count)]
    if len(busy) < 2:
        raise SandboxError("the recordings were sent before it could ring twice")
    return popup_rows(calm, busy, MANY / seconds)


@contextlib.asynccontextmanager
async def sending(archive: Archive) -> AsyncIterator[Callable]:
    """Many recordings, all written before the agent sees the first; gives a question whether all have arrived."""
    await asyncio.to_thread(archive.world.stop_agent)
    linkedids = [await asyncio.to_thread(archive.bring, SHORT_SECONDS) for _ in range(MANY)]
    await asyncio.to_thread(archive.world.start_agent)
    await asyncio.to_thread(archive.world.wait_connected)

    async def is_sent() -> bool:
        return await asyncio.to_thread(archive.ready, linkedids) == MANY

    yield is_sent


def popup_rows(calm: list[float], busy: list[float], rate: float) -> list[Row]:
    """What sending changes in the way of a ringing call."""
    name, rows = "ring → popup while recordings are sent", []
    for metric, share in (("p50", 0.5), ("p95", 0.95)):
        before, while_sent = percentile(calm, share), percentile(busy, share)
        rows.append(Row(name, metric, "ms", round(while_sent, 2), "nothing is sent", round(before, 2)))
    change = round(100 * (percentile(busy, 0.5) / percentile(calm, 0.5) - 1), 1)
    rows.append(Row(name, "change of p50", "%", change, "limit", CHANGE_GOAL))
    rows.append(Row("recordings: converted and sent", "rate", "1/s", round(rate, 2)))
    return rows


def main(count: int = 100) -> list[Row]:
    """Start a world, measure, stop it."""
    with World(temporary("pbx-b", fast=True)) as world:
        archive = Archive(world)
        rows = asyncio.run(rings(archive, max(2, count // 2)))
        before = world.agent_config.read_text()
        world.stop_agent()
        world.agent_config.write_text(before.replace("[recordings]\n", "[recordings]\nformat = wav\n"))
        world.start_agent()
        world.wait_connected()
        rows = [*long_one(archive, count), *rows]
    folder = temporary("pbx-b")
    try:
        return [*converted(folder), *rows]
    finally:
        shutil.rmtree(folder)
