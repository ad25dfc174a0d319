"""The browser's tests: hoot suites and tours, in a real browser against a real Odoo."""

from odoo.tests import tagged

from odoo.addons.web.tests.test_js import HOOTCommon, unit_test_error_checker

SUITE = "@asterisk_connector"


class HootCase(HOOTCommon):
    """Runs suites of static/tests in one window of the preset's size."""

    preset = "desktop"
    suites = (SUITE,)

    # inherited checks of Odoo's own runner, not ours to repeat
    test_generate_hoot_hash = None
    test_get_hoot_filter = None

    def run_suites(self):
        ids = "".join(f"&id={self._generate_hash(suite)}" for suite in self.suites)
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset={self.preset}&timeout=15000{ids}",
            "",
            "",
            login="admin",
            timeout=600,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=unit_test_error_checker,
        )


@tagged("post_install", "-at_install", "asterisk_js")
class TestHoot(HootCase):
    """Every suite, in a wide window."""

    def test_hoot(self):
        self.run_suites()


@tagged("post_install", "-at_install", "asterisk_js")
class TestHootMobile(HootCase):
    """What a phone's screen shows differently, in a window of its size that is touched."""

    browser_size = "375x667"
    touch_enabled = True
    preset = "mobile"
    suites = tuple(
        f"{SUITE}/{name}"
        for name in (
            "components/asterisk_systray",
            "components/call_popup",
            "components/call_popup_phone_screen",
            "components/phone_menu",
            "components/phone_menu_devices",
            "fields/phone_field",
        )
    )

    def test_hoot(self):
        self.run_suites()
