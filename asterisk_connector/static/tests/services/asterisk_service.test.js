import { Deferred, expect, test, waitFor } from "@odoo/hoot";
import { makeServerError, mockService, patchWithCleanup } from "@web/../tests/web_test_helpers";
import {
    NOW,
    defineAsteriskModels,
    example,
    nobodyAnswers,
    ring,
    sendCall,
    sendCommand,
    sendServer,
    setTabHidden,
    startAsterisk,
    startService,
    view,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { RingTone } from "@asterisk_connector/services/ring_tone";

defineAsteriskModels();

const BOX = ".o-asterisk-CallBox";

test("a call rings on the bus: it is on the screen", async () => {
    await startAsterisk();
    await sendCall(view("call_view_ringing"));
    expect(`${BOX} .o-asterisk-CustomerBlock-who`).toHaveText("Acme GmbH");
    await sendCall(view("call_view_talking"));
    expect(`${BOX} .o-asterisk-hangUp`).toHaveCount(1);
});

test("a reload while it rings brings the popup back", async () => {
    await startAsterisk({ state: { calls: [view("call_view_ringing")] } });
    expect(`${BOX} .o-asterisk-CallHead-title`).toHaveText("Incoming");
});

test("what the bus says before Odoo has told the time waits for it", async () => {
    const answer = new Deferred();
    await startAsterisk({ answers: { client_state: () => answer } });
    await sendCall(view("call_view_ringing", { ts: NOW + 0.5 }));
    expect(BOX).toHaveCount(0);
    answer.resolve(example("client_state", { calls: [] }));
    await waitFor(BOX);
    expect(".o-asterisk-CustomerBlock-who").toHaveText("Acme GmbH");
});

test("failures of clicks and PBXs that go come by the bus too", async () => {
    await startAsterisk();
    await sendCommand(example("command_view"));
    expect(".o_notification").toHaveText(/Your phone 101 is not registered/);
    const [berlin] = example("client_state").servers;
    await sendServer({ ...berlin, connected: false, message: "The PBX Berlin is not connected." });
    expect(".o-asterisk-Systray").toHaveAttribute("title", "The PBX Berlin is not connected.");
});

test("who may not use telephony sees nothing of it, and no error", async () => {
    patchWithCleanup(console, { error: () => expect.step("error") });
    const client_state = () => {
        throw makeServerError({ type: "AccessError" });
    };
    await startAsterisk({ answers: { client_state } });
    expect(".o-asterisk-Systray").toHaveCount(0);
    expect(BOX).toHaveCount(0);
    expect.verifySteps([]);
});

test("a fault of Odoo is written where a developer looks, without a dialog", async () => {
    patchWithCleanup(console, { error: (message) => expect.step(message) });
    const client_state = () => {
        throw makeServerError({ type: "ValidationError" });
    };
    await startAsterisk({ answers: { client_state } });
    expect.verifySteps(["asterisk_connector: telephony could not be loaded."]);
    expect(".modal").toHaveCount(0);
});

test("a call rings aloud while nobody looks at Odoo, and only then", async () => {
    patchWithCleanup(RingTone.prototype, { start: () => expect.step("tone"), stop() {} });
    mockService("multi_tab", { isOnMainTab: async () => true });
    await startService();
    await ring(view("call_view_unknown"));
    await nobodyAnswers();
    expect.verifySteps([]);
    setTabHidden(true);
    await ring(view("call_view_ringing"));
    await nobodyAnswers();
    expect.verifySteps(["tone"]);
});

test("a call that is brought to the front is not hidden any more", async () => {
    const asterisk = await startService();
    await ring(view("call_view_ringing"));
    asterisk.hide(asterisk.state.calls[7]);
    expect(Object.keys(asterisk.state.hidden)).toEqual(["7"]);
    asterisk.env.bus.addEventListener("ASTERISK:FOCUS", ({ detail }) =>
        expect.step(`focus ${detail}`)
    );
    asterisk.focusCall(7);
    expect(asterisk.state.hidden).toEqual({});
    expect.verifySteps(["focus 7"]);
});
