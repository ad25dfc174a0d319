"""A signed-in browser tab that notes what happens in it, see `watch.js`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import async_playwright

from sandbox.programs import browser as find_browser
from sandbox.world import World
from tests.e2e.conftest import CHROMIUM
from tests.e2e.screen import Screen

WATCH = Path(__file__).with_name("watch.js").read_text("utf-8")
WATCH = WATCH[WATCH.index("() =>") :].rstrip().rstrip(";")


@contextlib.asynccontextmanager
async def open_tab(world: World, login: str, path: str = "/odoo") -> AsyncIterator[Screen]:
    """The only tab of one Chromium, with Odoo open at `path`."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(find_browser()), args=CHROMIUM)
        client = await asyncio.to_thread(world.client, login)
        context = await browser.new_context(base_url=world.odoo.url)
        await context.add_cookies(client.cookies)
        screen = Screen(await context.new_page(), client)
        await screen.open(path)
        await screen.page.evaluate(WATCH)
        try:
            yield screen
        finally:
            await browser.close()
