"""Calls that concern nobody in Odoo, or several, or somebody who does not want to be known."""

import contextlib

import pytest

from sandbox.odoo_client import OdooError
from tests.faults.ledger import eventually
from tests.faults.people import EVA, NOBODY, ring

pytestmark = pytest.mark.asyncio(loop_scope="session")

THREE = ("Ada North", "Ben South", "Cleo West")


async def test_a_user_without_an_extension_is_left_in_peace(office, ledger):
    anna = (await ledger.ask("admin", "res.users", "search", [("login", "=", "anna")]))[0]
    values = {"name": "Greta Guest", "login": "greta", "password": "greta"}
    await ledger.ask("admin", "res.users", "copy", [anna], values)
    state = await ledger.ask("greta", "asterisk.call", "client_state")
    assert (state["devices"], state["calls"], state["missed"]) == ([], [], 0)
    with pytest.raises(OdooError, match="You have no phone in Odoo yet"):
        await ledger.click("greta", EVA)
    outside, _inside = await ring(office, EVA, "101")
    await eventually(ledger.live, {"anna": [(EVA, "ringing")]})
    assert await ledger.views("greta") == []
    await outside.cancel()


@contextlib.asynccontextmanager
async def nobodys(ledger, endpoint):
    """A device without an owner, for as long as the block lasts."""
    devices = await ledger.ask("admin", "asterisk.extension", "search_read", [("endpoint", "=", endpoint)], ["user_id"])
    ids, owner = [devices[0]["id"]], devices[0]["user_id"][0]
    await ledger.ask("admin", "asterisk.extension", "write", ids, {"user_id": False})
    yield
    await ledger.ask("admin", "asterisk.extension", "write", ids, {"user_id": owner})


async def test_an_extension_without_a_user_rings_and_is_written_down(office, ledger):
    async with nobodys(ledger, "PJSIP/103"):
        outside, inside = await ring(office, EVA, "103")
        await eventually(ledger.calls, [(EVA, "incoming", "ringing", False)])
        assert await ledger.live() == {}
        await inside.answer()
        await outside.wait_state("confirmed")
        await eventually(ledger.calls, [(EVA, "incoming", "talking", False)])
        await outside.hang_up()
        calls = await ledger.wait_calls((EVA, "incoming", "answered", False))
        assert (calls[0]["user_id"], calls[0]["user_ids"], calls[0]["rang"]) == (False, [], ["PJSIP/103"])


async def test_a_number_of_three_customers_is_a_choice(office, ledger):
    partners = [{"name": name, "phone": "+49 69 123456"} for name in THREE]
    ids = await ledger.ask("admin", "res.partner", "create", partners)
    outside, _inside = await ring(office, NOBODY, "101")
    views = await eventually(lambda: ledger.views("anna"), bool)
    assert sorted(match["name"] for match in views[0]["matches"]) == list(THREE)
    assert views[0]["customer"] is None
    await outside.cancel()
    calls = await ledger.wait_calls((NOBODY, "incoming", "cancelled", True))
    assert calls[0]["partner_id"] is False
    await ledger.ask("admin", "res.partner", "unlink", ids)


async def test_a_withheld_number_stays_withheld(office, ledger):
    outside, _inside = await ring(office, EVA, "101", withheld=True)
    views = await eventually(lambda: ledger.views("anna"), bool)
    assert (views[0]["number"], views[0]["customer"], views[0]["matches"]) == ("", None, [])
    await outside.cancel()
    await ledger.wait_calls(("", "incoming", "cancelled", True))
