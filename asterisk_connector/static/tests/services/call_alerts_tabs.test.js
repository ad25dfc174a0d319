import { beforeEach, expect, microTick, test } from "@odoo/hoot";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import {
    call,
    nobodyAnswers,
    setTabHidden,
    withoutLocks,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { browser } from "@web/core/browser/browser";
import { CallAlerts } from "@asterisk_connector/services/call_alerts";
import {
    FakeNotification,
    follow,
    listen,
    openTab,
} from "@asterisk_connector/../tests/services/call_alerts_helpers";
import { TabPresence } from "@asterisk_connector/services/tab_presence";

beforeEach(listen);

test("a click on the notification brings the call to the front", async () => {
    patchWithCleanup(window, { focus: () => expect.step("window to the front") });
    await follow(openTab(), call("call_view_ringing"));
    FakeNotification.last.dispatchEvent(new Event("click"));
    const seen = ["window to the front", "notification closed", "open 7"];
    expect.verifySteps(["tone", "notification: Acme GmbH", ...seen]);
});

test("without permission, or where pages may not notify, the sound has to do", async () => {
    patchWithCleanup(FakeNotification, { permission: "default" });
    await follow(openTab(), call("call_view_ringing"));
    expect.verifySteps(["tone"]);
    class ForbiddenNotification {
        static permission = "granted";
        constructor() {
            throw new TypeError("Illegal constructor");
        }
    }
    patchWithCleanup(browser, { Notification: ForbiddenNotification });
    await follow(openTab(), call("call_view_ringing"), call("call_view_talking"));
    expect.verifySteps(["tone", "silence"]);
    patchWithCleanup(browser, { Notification: undefined });
    await follow(openTab(), call("call_view_ringing"));
    expect.verifySteps(["tone"]);
});

test("the user looks at Odoo: the sound stops", async () => {
    openTab().tabs.isHidden = false;
    setTabHidden(false);
    await microTick();
    expect.verifySteps(["silence"]);
});

test("two tabs, both hidden: one of them rings", async () => {
    withoutLocks();
    setTabHidden(true);
    for (const isMain of [true, false]) {
        const tabs = new TabPresence({ isOnMainTab: async () => isMain });
        const state = { announcement: "", hidden: {} };
        new CallAlerts({ tabs, state, onOpen: () => {} }).follow(call("call_view_ringing"));
    }
    await nobodyAnswers();
    expect.verifySteps(["tone", "notification: Acme GmbH"]);
});
