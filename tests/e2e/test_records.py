"""What is left of a call in Odoo: the list, the record, and the customer's and the lead's way to it."""

import asyncio

import pytest
import pytest_asyncio
from playwright.async_api import expect

from sandbox.phones.numbering import SALES
from tests.faults.people import EVA, ring, talk

pytestmark = pytest.mark.asyncio(loop_scope="session")

JONAS = "+491712345678"  # calls nobody but Boris
FELIX = "+494212345670"  # of a lead without a contact


async def over(*calls):
    """Until these calls have ended at the telephones."""
    await asyncio.gather(*(call.wait_state("ended") for call in calls))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def morning(whole_office, back_office):
    """Three calls: Anna answered Eva for Sales, Boris missed Jonas, Anna talked to Felix. Their ids by number."""
    await back_office.begin()
    customer = whole_office.carrier.bring(EVA, SALES)
    ringing = await whole_office.phone("101").wait_ringing()
    await asyncio.gather(*(whole_office.phone(user).wait_ringing() for user in ("102", "103")))
    await ringing.answer()
    await customer.wait_hears({whole_office.phone("101").tone}, {whole_office.phone("101").tone})
    await customer.hang_up()
    await over(customer, ringing)
    answered = await back_office.newest_call(number=EVA, result="answered")
    customer, ringing = await ring(whole_office, JONAS, "102")
    await customer.cancel()
    await over(ringing)
    missed = await back_office.newest_call(number=JONAS, result="cancelled")
    customer, inside = await talk(whole_office, FELIX, "101")
    await customer.hang_up()
    await over(inside)
    lead = await back_office.newest_call(number=FELIX, result="answered")
    return {call["number"]: call["id"] for call in (answered, missed, lead)}


def row(screen, text):
    """The first line of the list with this text."""
    return screen.page.locator(".o_data_row").filter(has_text=text).first


async def test_the_list_shows_my_calls_with_who_when_and_how_they_ended(morning, sign_in):
    anna = await sign_in("anna")
    eva = row(anna, "Eva Braun")
    await expect(eva.locator("td[name=direction] i")).to_have_attribute("title", "Incoming")
    await expect(eva.locator("td[name=number_display]")).to_have_text("+49 30 23456711")
    await expect(eva.locator("td[name=city]")).to_have_text("Berlin")
    await expect(eva.locator("td[name=user_id]")).to_contain_text("Anna Schneider")
    await expect(eva.locator("td[name=started_at]")).to_contain_text("now")
    await expect(eva.locator("td[name=result]")).to_have_text("Answered")
    await expect(row(anna, "Jonas Becker")).to_have_count(0)  # Boris's; Anna looks at her own calls


async def test_a_missed_call_stands_out_in_the_list(morning, sign_in):
    boris = await sign_in("boris")
    arrow = row(boris, "Jonas Becker").locator("td[name=direction] i")
    await expect(arrow).to_contain_class("text-danger")
    await boris.page.locator(".o_searchview_dropdown_toggler").click()
    await boris.page.get_by_role("menuitemcheckbox", name="Missed", exact=True).click()
    await expect(row(boris, "Answered")).to_have_count(0)
    await expect(row(boris, "Jonas Becker")).to_be_visible()


async def test_the_record_tells_the_call_as_a_story(morning, sign_in):
    elena = await sign_in("elena", f"/odoo/calls/{morning[EVA]}")
    form = elena.page.locator(".o_form_view")
    await expect(form.locator("h1")).to_contain_text("Eva Braun")
    await expect(form.locator("h1")).to_contain_text("Anna Schneider")
    story = form.locator(".o_field_widget[name=summary]")
    for colleague in ("Boris Keller rang", "Clara Vogel rang", "Anna Schneider 0:0"):
        await expect(story).to_contain_text(colleague)
    legs = form.locator(".o_field_widget[name=leg_ids] .o_data_row")
    await expect(legs).to_have_count(4)
    await expect(legs.filter(has_text="Answered elsewhere")).to_have_count(2)
    await expect(legs.filter(has_text="Anna Schneider")).to_contain_text("PJSIP/101")
    await expect(form.locator(".o_field_widget[name=line]")).to_have_text("Sales line")


async def follow_the_calls_button(screen):
    """Click "Calls" on a customer's form: the list must hold as many calls as the button said."""
    button = screen.page.locator("button[name=action_open_calls]")
    count = (await button.locator(".o_stat_value").inner_text()).strip()
    assert int(count) >= 1
    await button.click()
    await expect(screen.page.locator(".o_pager_limit")).to_have_text(count)


async def test_the_way_from_the_call_to_the_customer_and_back(morning, sign_in):
    anna = await sign_in("anna", f"/odoo/calls/{morning[EVA]}")
    await anna.page.get_by_role("button", name="Open Customer").click()
    await expect(anna.page.locator(".o_field_widget[name=phone] input")).to_have_value("+49 30 23456711")
    await follow_the_calls_button(anna)
    await expect(row(anna, "Eva Braun")).to_be_visible()


async def test_a_lead_has_its_calls_too(morning, back_office, sign_in):
    lead = await back_office.id_of("crm.lead", "Asked for a catalogue")
    anna = await sign_in("anna", f"/odoo/crm/{lead}")
    await follow_the_calls_button(anna)
    await expect(row(anna, "+49 421 2345670")).to_be_visible()


async def test_colleagues_see_their_own_calls_only(morning, sign_in):
    dmitri = await sign_in("dmitri")
    await dmitri.page.locator(".o_facet_remove").click()
    await expect(dmitri.page.locator(".o_facet_remove")).to_have_count(0)
    await expect(dmitri.page.locator(".o_list_view")).to_be_visible()
    await expect(row(dmitri, "Jonas Becker")).to_have_count(0)
