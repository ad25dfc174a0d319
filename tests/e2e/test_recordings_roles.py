"""One recorded conversation, and everybody who may hear it, or may not, in a browser of his own."""

from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio
from playwright.async_api import expect

from sandbox.odoo_client import OdooError
from tests.e2e.archive import Archive, end, hear_each_other
from tests.e2e.listeners import EARS, GROUP, Listener, hire
from tests.e2e.screen import Screen
from tests.faults.people import EVA, talk

pytestmark = pytest.mark.asyncio(loop_scope="session")
session = {"scope": "session", "loop_scope": "session"}

SPEECH = 3.5  # seconds that each of the two employees talks to the client
USER = GROUP + "user"


@pytest_asyncio.fixture(**session)
async def people(back_office):
    """One of each role that the demo company lacks."""
    riga = await back_office.call("res.company", "create", {"name": "Riga SIA"})
    away = {"company_id": riga, "company_ids": [[6, 0, [riga]]]}
    ids = {
        "teamlead": await hire(back_office, "teamlead", USER, GROUP + "recording_team"),
        "otherlead": await hire(back_office, "otherlead", USER, GROUP + "recording_team"),
        "auditor": await hire(back_office, "auditor", USER, GROUP + "recording_all", GROUP + "recording_download"),
        "watcher": await hire(back_office, "watcher", GROUP + "supervisor"),
        "operator": await hire(back_office, "operator", GROUP + "manager"),
        "stranger": await hire(back_office, "stranger", GROUP + "supervisor", GROUP + "recording_all", **away),
        "customer": await hire(back_office, "customer", "base.group_portal"),
    }
    anna = await back_office.id_of("res.users", "Anna Schneider")
    for lead, members in (("teamlead", [anna]), ("otherlead", [])):
        team = {"name": f"Team of {lead}", "user_id": ids[lead], "member_ids": [[6, 0, members]]}
        await back_office.call("crm.team", "create", team)
    return ids


@pytest_asyncio.fixture(**session)
async def conversation(world, whole_office, back_office, session_of, people, tmp_path_factory):
    """Anna talks to Eva and hands her over to Boris: `(call, recording, archive)`."""
    elena = await asyncio.to_thread(session_of, "elena")
    archive = Archive(world, whole_office, back_office, elena, tmp_path_factory.mktemp("conversation"))
    await back_office.begin()
    outside, inside = await talk(whole_office, EVA, "101")
    await hear_each_other(archive, outside, inside, "101", SPEECH)
    await inside.blind_transfer("102")
    second = await whole_office.phone("102").wait_ringing(15)
    await second.answer()
    await hear_each_other(archive, outside, second, "102", SPEECH)
    call = await end(back_office, outside, second, result="answered")
    return call, await archive.recording(call["id"]), archive


@pytest_asyncio.fixture(loop_scope="session")
async def listener(sign_in, conversation):
    """`await listener("anna")`: she has opened the call."""

    async def of(login: str, path: str | None = None) -> Listener:
        call, _recording, archive = conversation
        screen = await sign_in(login, path or f"/odoo/calls/{call['id']}", script=EARS)
        return Listener(screen, sorted(archive.everybody))

    return of


@pytest_asyncio.fixture(loop_scope="session")
async def address(session_of, conversation):
    """An address at which Anna hears it."""
    anna = await asyncio.to_thread(session_of, "anna")
    return (await asyncio.to_thread(anna.call, "asterisk.recording", "play", conversation[1]["id"]))["url"]


async def log_of(back_office, recording, user_id, kind):
    """What the log says that this user did, oldest first."""
    domain = [("recording_id", "=", recording["id"]), ("user_id", "=", user_id), ("kind", "=", kind)]
    return await back_office.read("asterisk.recording.listen", domain, ["from_second", "to_second"], order="id")


async def logged(back_office, recording, user_id, kind, count):
    """The same, once so many are there: a browser reports by the way."""
    for _patience in range(150):
        if len(rows := await log_of(back_office, recording, user_id, kind)) >= count:
            return rows
        await asyncio.sleep(0.1)
    raise AssertionError(f"expected {count} times {kind}, found {rows}")


@pytest.mark.parametrize("login", ["anna", "boris", "teamlead", "auditor"])
async def test_who_may_hears_who_said_what(listener, conversation, back_office, login):
    _call, recording, archive = conversation
    someone = await listener(login)
    user_id = someone.screen.odoo.uid
    before = {kind: len(await log_of(back_office, recording, user_id, kind)) for kind in ("opened", "heard")}
    await someone.play()
    first = await someone.hears({archive.client}, {archive.tones["101"]}, after=1)
    assert abs(first["duration"] - recording["seconds"]) < 0.3
    stopped = await someone.pause()
    later = recording["seconds"] - 2
    await someone.seek(later / recording["seconds"])
    await someone.play()
    await someone.hears({archive.client}, {archive.tones["102"]}, after=later - 0.3)
    await someone.screen.page.wait_for_function("() => window.ear([]).paused", timeout=30_000)
    assert (await someone.sound())["at"] > recording["seconds"] - 0.5
    heard = (await logged(back_office, recording, user_id, "heard", before["heard"] + 2))[before["heard"] :]
    assert len(await log_of(back_office, recording, user_id, "opened")) == before["opened"] + 1
    begin, rest = heard
    assert begin["from_second"] < 0.7 and abs(begin["to_second"] - stopped["at"]) < 0.7, heard
    assert abs(rest["from_second"] - later) < 0.7 and abs(rest["to_second"] - recording["seconds"]) < 0.7, heard


async def test_it_is_in_the_list_of_recordings(listener, conversation):
    _call, recording, archive = conversation
    auditor = await listener("auditor", "/odoo/recordings")
    await auditor.players.first.click()  # the newest one
    sound = await auditor.hears({archive.client}, {archive.tones["101"]}, after=0.5)
    assert f"/asterisk/recording/{recording['id']}/" in sound["src"]


async def test_an_address_plays_for_its_user_only(listener, session_of, conversation, address):
    boris = await listener("boris")
    assert await boris.status(address) == 404
    told = await asyncio.to_thread(boris.screen.odoo.call, "asterisk.recording", "play", conversation[1]["id"])
    assert await boris.status(told["url"]) == 200
    assert await boris.status(f"{told['url']}?download=1") == 404


@pytest.mark.parametrize("login", ["watcher", "operator"])
async def test_who_only_supervises_sees_that_there_is_one(listener, conversation, address, login):
    someone = await listener(login)
    await expect(someone.screen.page.get_by_text("You may not listen to it")).to_be_visible()
    await expect(someone.players).to_have_count(0)
    await refused(someone, conversation[1], address)


@pytest.mark.parametrize("login", ["clara", "otherlead"])
async def test_who_has_no_part_in_it_sees_nothing(listener, conversation, address, login):
    someone = await listener(login, "/odoo/recordings")
    await sees_nothing(someone, *conversation[:2])
    await refused(someone, conversation[1], address)


async def test_another_company_sees_nothing(world, chromium, session_of, conversation, address):
    """It has no PBX, so no telephone is in the bar at the top either."""
    client = await asyncio.to_thread(session_of, "stranger")
    async with await chromium.new_context(base_url=world.odoo.url) as context:
        await context.add_cookies([{**cookie, "url": world.odoo.url} for cookie in client.cookies])
        stranger = Listener(Screen(await context.new_page(), client), [])
        await stranger.screen.page.goto("/odoo/recordings")
        await sees_nothing(stranger, *conversation[:2])
        await refused(stranger, conversation[1], address)


async def sees_nothing(someone, call, recording):
    """It is in no list of this user's, and the call does not open."""
    page, one = someone.screen.page, [("id", "=", recording["id"])]
    assert await asyncio.to_thread(someone.screen.odoo.read, "asterisk.recording", one, ["id"]) == []
    await expect(page.locator(".o_action_manager .o_control_panel").first).to_be_visible(timeout=60_000)
    await page.goto(f"/odoo/calls/{call['id']}")
    await expect(page.locator(".modal").filter(has_text="Access Error").first).to_be_visible(timeout=60_000)
    # Behind the words a list may be left open, with recordings of this user's own: the call's form is not there.
    await expect(page.locator(".o_form_view")).to_have_count(0)


async def refused(someone, recording, address):
    """Neither the methods nor an address give it to this user."""
    for method, *more in (("play",), ("download",), ("shape",), ("heard", [[0, 1]]), ("note", 1, "x")):
        with pytest.raises(OdooError):
            await asyncio.to_thread(someone.screen.odoo.call, "asterisk.recording", method, recording["id"], *more)
    assert await someone.status(address) == 404


async def test_a_portal_user_and_nobody_get_nothing(world, chromium, session_of, conversation, address):
    customer = await asyncio.to_thread(session_of, "customer")
    for cookies, expected in ((customer.cookies, 404), ([], 303)):
        async with await chromium.new_context(base_url=world.odoo.url) as context:
            await context.add_cookies([{**cookie, "url": world.odoo.url} for cookie in cookies])
            page = await context.new_page()
            for path in (f"/odoo/calls/{conversation[0]['id']}", "/odoo/recordings"):
                await page.goto(path)
                await expect(page.locator(".o-asterisk-RecordingPlayer, .o-asterisk-Systray")).to_have_count(0)
            answer = await context.request.get(address, max_redirects=0)
            assert answer.status == expected and not (await answer.body()).startswith(b"OggS")
            assert expected != 303 or "/web/login" in answer.headers["location"]
    with pytest.raises(OdooError):
        await asyncio.to_thread(customer.call, "asterisk.recording", "play", conversation[1]["id"])


async def test_a_download_is_the_file_and_in_the_log(listener, conversation, back_office):
    _call, recording, archive = conversation
    auditor = await listener("auditor")
    await auditor.screen.page.locator(".o-asterisk-RecordingPlayer-menu").click()
    download = asyncio.get_running_loop().create_future()
    # Odoo opens the address in a tab of its own, which the browser closes when it turns out to be a file.
    auditor.screen.page.context.on("page", lambda tab: tab.on("download", lambda file: download.set_result(file)))
    await auditor.screen.page.get_by_text("Download", exact=True).click()
    path = archive.folder / "downloaded"
    await (await asyncio.wait_for(download, 30)).save_as(path)
    assert path.stat().st_size == recording["bytes"] and path.read_bytes()[:4] == b"OggS"
    (row,) = await logged(back_office, recording, auditor.screen.odoo.uid, "downloaded", 1)
    assert abs(row["to_second"] - recording["seconds"]) < 0.1
    anna = await listener("anna")
    await expect(anna.players).to_have_count(1)
    await expect(anna.screen.page.locator(".o-asterisk-RecordingPlayer-menu")).to_have_count(0)


async def test_the_log_is_shown_to_the_administrator_and_changed_by_nobody(listener, conversation, back_office, people):
    _call, recording, archive = conversation
    anna = await listener("anna")
    count = len(await log_of(back_office, recording, anna.screen.odoo.uid, "heard"))
    await anna.play()
    await anna.hears({archive.client}, {archive.tones["101"]}, after=1)
    await anna.screen.page.close()  # what was heard is reported by a page that goes away, too
    (row, *_more) = (await logged(back_office, recording, anna.screen.odoo.uid, "heard", count + 1))[count:]
    assert row["from_second"] < 0.7 < row["to_second"]
    operator = await listener("operator", "/odoo/action-asterisk_connector.asterisk_recording_listen_action")
    line = operator.screen.page.locator(".o_data_row").filter(has_text="Anna Schneider").filter(has_text="Heard")
    await expect(line.first).to_be_visible()
    for login, may_read in (("operator", True), ("watcher", False), ("auditor", False), ("anna", False)):
        person = (await listener(login)).screen.odoo if login != "operator" else operator.screen.odoo
        attempts = [("write", [row["id"]], {"to_second": 0}), ("unlink", [row["id"]]), ("create", {"kind": "heard"})]
        for method, *args in attempts if may_read else [*attempts, ("read", [row["id"]])]:
            with pytest.raises(OdooError):
                await asyncio.to_thread(person.call, "asterisk.recording.listen", method, *args)
    for method, *args in attempts:
        with pytest.raises(OdooError):
            await back_office.call("asterisk.recording.listen", method, *args)
