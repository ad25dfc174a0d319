"""Ring → popup: from the moment the carrier sends the INVITE to the moment Chromium has painted who calls.

All clocks are this machine's. The snapshot's version is the agent's clock when it was taken, the view's `ts` is Odoo's
clock when it was made, and the browser tells when the view came and when the popup was on the screen (`watch.js`). So
the way is cut into hops without a word in any log:

    INVITE → Asterisk, agent: snapshot → HTTP, Odoo: view → commit, bus: JavaScript → painted

Fifty more clients of Odoo's WebSocket are connected meanwhile. Beside the way stands the least that Odoo itself needs
to bring one changed record to a browser: a setting of the user is written by RPC and Odoo tells the browser over the
bus (request sent → JavaScript called, nothing painted).
"""

from __future__ import annotations

import asyncio
import time

from bench.idle import IdleClients, settings_of, touch_settings
from bench.report import Row, percentile, spread
from bench.tab import open_tab
from sandbox.paths import temporary
from sandbox.phones.numbering import direct_number
from sandbox.phones.office import Office
from sandbox.world import World
from tests.e2e.screen import Screen

CALLER = "+493023456711"
IDLE_CLIENTS = 50
WARM_UP = 3
GOALS = {"p50": ("goal", 80.0), "p95": ("goal", 150.0)}
HOPS = (
    ("INVITE → snapshot", "sent", "version"),
    ("snapshot → view made", "version", "ts"),
    ("view made → JavaScript", "ts", "came"),
    ("JavaScript → painted", "came", "painted"),
)


async def ring(office: Office, screen: Screen) -> dict[str, float]:
    """One call: its moments in ms since the epoch."""
    await screen.page.evaluate("() => bench.forget()")
    sent = time.time() * 1000
    call = office.carrier.bring(CALLER, direct_number("101"))
    # Asked seldom, for the question takes the browser's time; the answer is a note, not the moment of asking.
    await screen.page.wait_for_function("() => bench.popup()", polling=100)
    moments = await screen.page.evaluate("() => bench.popup()")
    await call.cancel()
    await screen.calls.locator(".o-asterisk-hide").first.click()
    await screen.sees_no_call()
    await asyncio.gather(*(agent.wait_idle(10) for agent in office.agents))
    return {"sent": sent, **moments}


async def echo(screen: Screen, settings: int, number: int) -> float:
    """One write of a setting until its bus message reached JavaScript, ms."""
    await screen.page.evaluate("() => bench.forget()")
    begin = time.time() * 1000
    await asyncio.to_thread(touch_settings, screen.odoo, settings, number)
    await screen.page.wait_for_function("() => bench.echoes.length", polling=100)
    return (await screen.page.evaluate("() => bench.echoes[0]")) - begin


async def measure(world: World, calls: int) -> list[Row]:
    """Make `calls` calls and return the rows."""
    async with (
        Office(world.office_config(mode="manual")) as office,
        open_tab(world, "anna") as screen,
        IdleClients(world, IDLE_CLIENTS) as idle,
    ):
        settings = await asyncio.to_thread(settings_of, screen.odoo)
        for number in range(WARM_UP):
            await ring(office, screen)
            await echo(screen, settings, number)
        rings, echoes = [], []
        for number in range(calls):
            rings.append(await ring(office, screen))
            echoes.append(await echo(screen, settings, number))
        await idle.check()
    return rows_of(rings, echoes)


def rows_of(rings: list[dict[str, float]], echoes: list[float]) -> list[Row]:
    """The whole way beside the goal and beside Odoo's own way of telling a browser, then each hop and its share."""
    way = [one["painted"] - one["sent"] for one in rings]
    rows = spread("ring → popup", way, peers=GOALS)
    plain = percentile(echoes, 0.5)
    rows.append(Row("ring → popup", "p50", "ms", rows[0].value, "Odoo's write → bus → JavaScript", round(plain, 2)))
    for name, begin, end in HOPS:
        hop = [one[end] - one[begin] for one in rings]
        p50, p95, _worst = spread(f"  {name}", hop)
        share = round(100 * sum(hop) / sum(way), 1)
        rows += [p50, p95, Row(f"  {name}", "share", "%", share)]
    return rows


def main(calls: int = 100) -> list[Row]:
    """Start a world, measure, stop it."""
    with World(temporary("pbx-b", fast=True)) as world:
        return asyncio.run(measure(world, calls))
