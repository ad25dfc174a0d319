"""One world for all end-to-end tests: Odoo, Asterisk, the agent, phones and real browsers, all in one event loop."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright, expect

from sandbox.paths import ROOT, cache, temporary
from sandbox.phones.behaviour import Behaviour
from sandbox.phones.office import Office
from sandbox.programs import browser as find_browser
from sandbox.world import World
from tests.e2e.album import Album
from tests.e2e.archive import Archive
from tests.e2e.back_office import BackOffice
from tests.e2e.screen import Screen

# The suggestions below the address bar are two web pages of Chromium's own, made anew for everybody who signs in here:
# a second of a core each time. The others are what Playwright switches off, whose list this one replaces.
FEATURES = """
    WebUIOmniboxPopup WebUIOmniboxAimPopup
    AcceptCHFrame AutoDeElevate AvoidUnnecessaryBeforeUnloadCheckSync DestroyProfileOnBrowserClose
    DialMediaRouteProvider GlobalMediaControls HttpsUpgrades LensOverlay MediaRouter OptimizationHints PaintHolding
    RenderDocument ThirdPartyStoragePartitioning Translate
"""
# Chromium would look up its maker's hosts at every start; a test machine has no business there.
CHROMIUM = [
    f"--disable-features={','.join(FEATURES.split())}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
# A busy machine is slow, not wrong: conditions are waited for, and this is how long.
expect.set_options(timeout=30_000)
session = {"scope": "session", "loop_scope": "session"}


@pytest.fixture(scope="session")
def world():
    """The running system. Nothing of it is left behind."""
    folder = temporary("pbx-e", fast=True)
    with World(folder) as running:
        yield running
        for name in ("agent.log", "odoo/odoo.log", "pbx/log/console"):
            if (folder / name).exists():
                shutil.copy(folder / name, cache("logs", f"e2e-{Path(name).stem}.log"))


@pytest.fixture(scope="session")
def session_of(world):
    """`session_of("anna")`: she is signed in. That costs Odoo half a second of hashing, so it is done once a person."""
    clients = {}

    def of(login: str = "admin"):
        if login not in clients:
            clients[login] = world.client(login)
        return clients[login]

    return of


@pytest.fixture(scope="session")
def back_office(world, session_of):
    """Odoo as its administrator sees it."""
    return BackOffice(session_of(), world.asterisk)


async def calm(office: Office) -> None:
    """Hang up everything and forget what was set up for one test; unregistered phones come back."""
    await asyncio.gather(*(call.hang_up() for agent in office.agents for call in agent.live_calls))
    office.carrier.rules.clear()
    for phone in office.phones.values():
        phone.behaviour = Behaviour("manual")
        if not phone.registered:
            await phone.register()
    await asyncio.gather(*(agent.wait_idle(10) for agent in office.agents))


@pytest_asyncio.fixture(**session)
async def whole_office(world):
    async with Office(world.office_config(mode="manual")) as office:
        yield office


@pytest_asyncio.fixture(loop_scope="session")
async def office(whole_office, back_office):
    """The employees' phones and the carrier; phones do nothing but ring, until a test says otherwise."""
    await back_office.begin()
    yield whole_office
    await calm(whole_office)
    await back_office.calm()


@pytest_asyncio.fixture(loop_scope="session")
async def archive(world, office, back_office, session_of, tmp_path):
    """What the company's supervisor can hear."""
    return Archive(world, office, back_office, await asyncio.to_thread(session_of, "elena"), tmp_path)


@pytest_asyncio.fixture(**session)
async def chromium():
    """The system's Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(find_browser()), args=CHROMIUM)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def sign_in(world, session_of, chromium):
    """`await sign_in("anna")`: a browser of her own with Odoo open; options go to Playwright's new_context.

    `script` is JavaScript that runs in each of its tabs before Odoo's. No tab may have thrown an error in the end.
    """
    screens = []

    async def open_screen(login: str, path: str = "/odoo/calls", script: str = "", **options) -> Screen:
        person = await asyncio.to_thread(session_of, login)
        options.setdefault("base_url", world.odoo.url)
        options.setdefault("viewport", {"width": 1280, "height": 800})
        options.setdefault("timezone_id", "Europe/Berlin")
        context = await chromium.new_context(**options)
        await context.add_cookies([{**cookie, "url": options["base_url"]} for cookie in person.cookies])
        if script:
            await context.add_init_script(script)
        screen = Screen(await context.new_page(), person)
        screens.append(screen)
        await screen.open(path)
        return screen

    yield open_screen
    for screen in screens:
        await screen.page.context.close()
    assert not [error for screen in screens for error in screen.errors]


@pytest.fixture(scope="session")
def album():
    """Pictures of the screen; with SCREENSHOTS=docs those of the README are made anew."""
    folder = cache("logs", "e2e")
    folder.mkdir(parents=True, exist_ok=True)
    docs = ROOT / "docs" / "images"
    docs.mkdir(exist_ok=True)
    return Album(folder, docs if os.environ.get("SCREENSHOTS") == "docs" else None)
