import { beforeEach, expect, test, tick } from "@odoo/hoot";
import { call } from "@asterisk_connector/../tests/asterisk_test_helpers";
import {
    FakeNotification,
    follow,
    listen,
    openTab,
} from "@asterisk_connector/../tests/services/call_alerts_helpers";

beforeEach(listen);

test("nobody looks at Odoo: a sound, and a notification that says who it is", async () => {
    await follow(openTab(), call("call_view_ringing"));
    expect.verifySteps(["tone", "notification: Acme GmbH"]);
    expect(FakeNotification.last.options).toEqual({
        body: "Eva Braun, Purchasing · +49 30 12345678 · Berlin · Sales line",
        icon: "/web/image/res.partner/42/avatar_128",
        tag: "asterisk_connector.call.7",
    });
});

test("a tab that is not to ring only announces the call to a screen reader", async () => {
    const alerts = openTab({ isRinging: false });
    await follow(alerts, call("call_view_ringing"));
    expect.verifySteps([]);
    expect(String(alerts.state.announcement)).toBe(
        "Incoming call: Acme GmbH, Eva Braun, Purchasing"
    );
});

test("a call rings once, however often it is told, until it stops", async () => {
    await follow(
        openTab(),
        call("call_view_ringing"),
        call("call_view_ringing"),
        call("call_view_talking")
    );
    expect.verifySteps(["tone", "notification: Acme GmbH", "notification closed", "silence"]);
});

test("it goes on while a second call rings", async () => {
    const alerts = openTab();
    await follow(alerts, call("call_view_ringing"), call("call_view_unknown"));
    expect.verifySteps([
        "tone",
        "notification: Acme GmbH",
        "tone",
        "notification: +371 67 000 000",
    ]);
    await follow(alerts, call("call_view_elsewhere"));
    expect.verifySteps(["notification closed"]);
    await follow(alerts, call("call_view_unknown", { state: "ended" }));
    expect.verifySteps(["notification closed", "silence"]);
});

test("my own phone that rings because I clicked is no alarm", async () => {
    await follow(openTab(), call("call_view_ringing", { direction: "outgoing" }));
    expect.verifySteps(["silence"]);
});

test("a call that I have hidden does not ring", async () => {
    await follow(openTab({ hidden: { 7: 1 } }), call("call_view_ringing"));
    expect.verifySteps([]);
});

test("a call that stops while the tabs are asked makes no sound any more", async () => {
    const alerts = openTab();
    alerts.follow(call("call_view_ringing"));
    alerts.follow(call("call_view_elsewhere"));
    await tick();
    expect.verifySteps(["silence"]);
});

test("calls that Odoo knows no more stop ringing, new ones begin", async () => {
    const alerts = openTab();
    await follow(alerts, call("call_view_ringing"));
    expect.verifySteps(["tone", "notification: Acme GmbH"]);
    alerts.sync([call("call_view_unknown")]);
    await tick();
    const begun = ["tone", "notification: +371 67 000 000"];
    expect.verifySteps(["notification closed", "silence", ...begun]);
});
