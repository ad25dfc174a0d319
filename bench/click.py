"""Click → phone: from the click on a contact's number in Chromium to the moment the INVITE is at the employee's phone.

    click → RPC, Odoo: command made → commit, bus, agent, AMI, Asterisk: INVITE

Beside it the way that needs no bus: Asterisk's own Originate, sent over AMI by this process (action written → INVITE
at the phone). The difference is what Odoo, the browser and the agent add.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable

from playwright.async_api import TimeoutError as NotThere

from bench.ami import AmiClient
from bench.report import Row, spread
from bench.tab import open_tab
from sandbox.paths import temporary
from sandbox.phones.call import Call
from sandbox.phones.office import Office
from sandbox.phones.phone import Phone
from sandbox.world import World
from tests.e2e.screen import Screen

CLIENT = "Eva Braun"
WARM_UP = 3
GOALS = {"p95": ("goal", 150.0)}
NEWEST_COMMAND = """() => {
    const commands = Object.values(odoo.__WOWL_DEBUG__.root.env.services.asterisk.state.commands);
    return Math.max(...commands.map(({ ts }) => ts * 1000));
}"""
ALL_OVER = """() => {
    const commands = Object.values(odoo.__WOWL_DEBUG__.root.env.services.asterisk.state.commands);
    return commands.every(({ state }) => ["done", "failed"].includes(state));
}"""


class Doorbell:
    """When a phone's next call came in, ms since the epoch."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self._rang: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        phone.listeners.append(self._note)

    def _note(self, _call: Call) -> None:
        if not self._rang.done():
            self._rang.set_result(time.time() * 1000)

    async def after(self, act: Callable) -> float:
        """Do something, wait until the phone's state changes, and refuse the call."""
        self._rang = asyncio.get_running_loop().create_future()
        await act()
        rang = await asyncio.wait_for(self._rang, 10)
        for call in self.phone.live_calls:
            await call.hang_up()
        await self.phone.wait_idle(10)
        return rang


async def click(screen: Screen, doorbell: Doorbell) -> dict[str, float]:
    """One click: its moments in ms since the epoch."""
    field = screen.page.locator(".o_field_phone").first
    await field.hover()
    rang = await doorbell.after(field.locator(".o_phone_form_link").first.click)
    clicked, made = await screen.page.evaluate("() => bench.clicked"), await screen.page.evaluate(NEWEST_COMMAND)
    await screen.page.wait_for_function(ALL_OVER, polling=50)
    closes = screen.notifications.locator(".o_notification_close")
    while await closes.count():
        with contextlib.suppress(NotThere):  # it went by itself
            await closes.first.click(timeout=1000)
    return {"clicked": clicked, "made": made, "rang": rang}


async def plain(ami: AmiClient, doorbell: Doorbell) -> float:
    """Asterisk's own Originate: ms from the action to the INVITE."""
    moments = {}

    async def originate() -> None:
        moments["sent"] = time.time() * 1000
        await ami.send("Originate", Channel="PJSIP/101", Application="Wait", Data="1", Async="true")

    rang = await doorbell.after(originate)
    return rang - moments["sent"]


async def measure(world: World, clicks: int) -> list[Row]:
    """Click `clicks` times and return the rows."""
    admin = await asyncio.to_thread(world.client)
    found = await asyncio.to_thread(admin.read, "res.partner", [("name", "=", CLIENT)], ["id"])
    async with (
        Office(world.office_config(mode="ring")) as office,
        open_tab(world, "anna", f"/odoo/contacts/{found[0]['id']}") as screen,
        AmiClient(world.asterisk) as ami,
    ):
        doorbell = Doorbell(office.phone("101"))
        ways = [await click(screen, doorbell) for _ in range(WARM_UP + clicks)]
        plains = [await plain(ami, doorbell) for _ in range(WARM_UP + clicks)]
    return rows_of(ways[WARM_UP:], plains[WARM_UP:])


def rows_of(ways: list[dict[str, float]], plains: list[float]) -> list[Row]:
    """The whole way beside the goal and beside a bare Originate, then its hops."""
    rows = spread("click → INVITE", [way["rang"] - way["clicked"] for way in ways], peers=GOALS)
    least = spread("", plains)[0].value
    rows.append(Row("click → INVITE", "p50", "ms", rows[0].value, "bare AMI Originate → INVITE", least))
    rows += spread("  click → command made", [way["made"] - way["clicked"] for way in ways])[:2]
    rows += spread("  command made → INVITE", [way["rang"] - way["made"] for way in ways])[:2]
    return rows


def main(count: int = 100) -> list[Row]:
    """Start a world, measure, stop it."""
    with World(temporary("pbx-b", fast=True)) as world:
        return asyncio.run(measure(world, count))
