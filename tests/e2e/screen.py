"""What a person sees and does in one browser tab."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from sandbox.odoo_client import OdooClient

BUS = "odoo.__WOWL_DEBUG__.root.env.services.bus_service"
LOADED = 60_000  # ms; the first page of a fresh server compiles its assets


class Screen:
    """One tab of one signed-in user."""

    def __init__(self, page: Page, client: OdooClient) -> None:
        self.page, self.odoo = page, client
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    async def open(self, path: str) -> None:
        """Go to an address of Odoo and wait until telephony is there and the bus is connected."""
        await self.page.goto(path)
        await self.ready()

    async def reload(self) -> None:
        """Press F5."""
        await self.page.reload()
        await self.ready()

    async def ready(self) -> None:
        """Until telephony is there and the bus is connected: a person has not clicked anything before that either."""
        await expect(self.systray).to_be_visible(timeout=LOADED)
        await self.page.wait_for_function(f"() => {BUS}.workerState === 'CONNECTED'", timeout=LOADED)

    async def go_offline(self) -> None:
        """The network of this computer goes away; returns when the bus has noticed: nothing comes any more."""
        await self.page.evaluate(f"() => {BUS}.addEventListener('BUS:DISCONNECT', () => (window.isCut = true))")
        await self.page.context.set_offline(True)
        await self.page.wait_for_function("() => window.isCut")

    async def other_tab(self, path: str = "/odoo/calls") -> Screen:
        """Another tab of the same browser."""
        tab = Screen(await self.page.context.new_page(), self.odoo)
        await tab.open(path)
        return tab

    # --- what one sees ---

    @property
    def systray(self) -> Locator:
        """The telephone in the bar at the top."""
        return self.page.locator(".o-asterisk-Systray")

    @property
    def missed(self) -> Locator:
        """The number of missed calls at the telephone."""
        return self.page.locator(".o-asterisk-Systray-counter")

    @property
    def menu(self) -> Locator:
        """What the telephone opens."""
        return self.page.locator(".o-asterisk-PhoneMenu")

    @property
    def calls(self) -> Locator:
        """All popups and call cards."""
        return self.page.locator(".o-asterisk-CallBox[data-call-id]")

    def call_with(self, text: str) -> Locator:
        """The popup or card that says this."""
        return self.calls.filter(has_text=text)

    @property
    def title(self) -> Locator:
        """The head line of the only call."""
        return self.calls.locator(".o-asterisk-CallHead-title")

    @property
    def who(self) -> Locator:
        """The most important line of the only call."""
        return self.calls.locator(".o-asterisk-CustomerBlock-who")

    @property
    def choices(self) -> Locator:
        """Customers to choose from."""
        return self.calls.locator(".o-asterisk-MatchList-item")

    @property
    def hang_up(self) -> Locator:
        """The red button."""
        return self.calls.locator(".o-asterisk-hangUp")

    @property
    def hide(self) -> Locator:
        """The cross of the only call."""
        return self.calls.locator(".o-asterisk-hide")

    @property
    def notifications(self) -> Locator:
        """Odoo's own messages at the edge of the screen."""
        return self.page.locator(".o_notification")

    def told(self, words: str) -> Locator:
        """These words, where Odoo says what did not work: under the call's buttons, or as a message."""
        return self.page.locator(".o-asterisk-CallFailure, .o_notification").filter(has_text=words)

    def action(self, name: str) -> Locator:
        """A button of a call, by its id."""
        return self.calls.locator(f"[data-action={name}]")

    async def sees_no_call(self, timeout: float = 20_000) -> None:
        """Nothing of telephony is in the way."""
        await expect(self.calls).to_have_count(0, timeout=timeout)

    # --- what one does ---

    async def open_menu(self) -> Locator:
        """Click the telephone."""
        await self.systray.click()
        await expect(self.menu).to_be_visible()
        return self.menu

    async def dial(self, number: str) -> None:
        """Type a number in the telephone's menu and call it."""
        menu = await self.open_menu()
        await menu.locator("input[type=tel]").fill(number)
        await menu.get_by_role("button", name="Call", exact=True).click()

    async def press(self, button: Locator) -> None:
        """Press a button of a call, as a person does: when it stands still, what is loaded above it has arrived."""
        await expect(self.calls.locator("[aria-busy=true]")).to_have_count(0)
        await button.click()

    async def more(self, name: str) -> None:
        """Unfold "More" of the only call and choose an action there, by its id."""
        await self.press(self.calls.locator(".o-asterisk-more"))
        await self.press(self.action(name))
