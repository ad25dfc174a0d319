"""People who want to hear a recording, each with the rights of one role, and the ears of a browser."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from playwright.async_api import expect

from tests.e2e.back_office import BackOffice
from tests.e2e.screen import Screen

GROUP = "asterisk_connector.group_"
PATIENCE = 30  # seconds until a sound is there on a busy machine

# Odoo's player makes its own <audio>: it goes on playing, and on its way each channel is looked at as it sounds.
EARS = """(() => {
    const Real = window.Audio;
    const ears = [];
    window.Audio = function (...args) {
        const element = new Real(...args);
        const context = new AudioContext();
        const source = context.createMediaElementSource(element);
        const splitter = context.createChannelSplitter(2);
        source.connect(splitter);
        source.connect(context.destination);
        const sides = [0, 1].map((side) => {
            const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
            splitter.connect(analyser, side);
            return analyser;
        });
        ears.push({ element, context, sides });
        return element;
    };
    window.ear = (frequencies) => {
        const found = ears.findLast(({ element }) => element.src.includes("/asterisk/recording/"));
        if (!found) {
            return null;
        }
        const { element, context, sides } = found;
        const heard = sides.map((analyser) => {
            const levels = new Float32Array(analyser.frequencyBinCount);
            analyser.getFloatFrequencyData(levels);
            const bin = (hertz) => Math.round((hertz / context.sampleRate) * analyser.fftSize);
            return frequencies.filter((hertz) => levels[bin(hertz)] > -45);
        });
        const { currentTime: at, duration, paused, src } = element;
        return { at, duration, paused, src, left: heard[0], right: heard[1] };
    };
})();"""


async def hire(back_office: BackOffice, login: str, *groups: str, **values: object) -> int:
    """Make a user with these groups, who signs in with his login as password; returns the id."""
    group_ids = []
    for xmlid in groups:
        module, name = xmlid.split(".")
        domain = [("module", "=", module), ("name", "=", name)]
        group_ids.append((await back_office.read("ir.model.data", domain, ["res_id"]))[0]["res_id"])
    person = {"login": login, "name": login.title(), "password": login, "group_ids": [[6, 0, group_ids]], **values}
    return await back_office.call("res.users", "create", person)


@dataclass
class Listener:
    """Somebody who sits before a call's document and its player."""

    screen: Screen
    tones: list[int]

    @property
    def players(self):
        """The buttons that play."""
        return self.screen.page.locator(".o-asterisk-RecordingPlayer-play")

    async def sound(self) -> dict | None:
        """What sounds at this moment: where (`at`), how long it is, who is `left` and who `right`."""
        return await self.screen.page.evaluate("(tones) => window.ear(tones)", self.tones)

    async def hears(self, left: set[int], right: set[int], after: float = 0) -> dict:
        """Until exactly these tones sound, at a later second than `after`."""
        deadline = time.monotonic() + PATIENCE
        while True:
            sound = await self.sound()
            if sound and sound["at"] > after and (set(sound["left"]), set(sound["right"])) == (left, right):
                return sound
            assert time.monotonic() < deadline, f"expected {left} and {right} after {after} s, heard {sound}"
            await asyncio.sleep(0.05)

    async def play(self) -> None:
        """Click the button that plays."""
        await expect(self.players).to_have_count(1)
        await self.players.click()

    async def pause(self) -> dict:
        """Click again; returns where it stopped."""
        await self.players.click()
        await self.screen.page.wait_for_function("() => window.ear([]).paused")
        return await self.sound()

    async def seek(self, share: float) -> None:
        """Click the shape at this part of its width."""
        shape = self.screen.page.locator(".o-asterisk-RecordingWaveform").first
        box = await shape.bounding_box()
        await shape.click(position={"x": box["width"] * share, "y": box["height"] / 2})

    async def status(self, url: str) -> int:
        """What the browser gets when the address is typed in: the status, redirections not followed."""
        answer = await self.screen.page.request.get(url, max_redirects=0)
        assert not (await answer.body()).startswith(b"OggS") or answer.status == 200
        return answer.status
