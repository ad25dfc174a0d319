import { advanceTime, animationFrame, expect, test, tick } from "@odoo/hoot";
import { waitUntilSubscribe } from "@bus/../tests/bus_test_helpers";
import { getService, patchWithCleanup } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    example,
    ring,
    setTabHidden,
    startService,
    view,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { ConnectionLostError } from "@web/core/network/rpc";

defineAsteriskModels();

/** The client state, with a step each time it is asked for. */
function counted(changes = {}) {
    const client_state = () => {
        expect.step("client state");
        return example("client_state", { calls: [], missed: 0, ...changes });
    };
    return { answers: { client_state } };
}

test("the bus was away: all that is live is asked for again", async () => {
    await startService(counted());
    expect.verifySteps(["client state"]);
    getService("bus_service").trigger("BUS:RECONNECT");
    await animationFrame();
    expect.verifySteps(["client state"]);
});

test("the network was away: its coming back asks too, the first connection does not", async () => {
    const subscribed = waitUntilSubscribe();
    await startService(counted());
    await subscribed;
    await animationFrame();
    expect.verifySteps(["client state"]);
    getService("bus_service").trigger("BUS:DISCONNECT");
    getService("bus_service").trigger("BUS:CONNECT");
    await animationFrame();
    expect.verifySteps(["client state"]);
});

test("without a network nothing is lost: the next reconnect asks again", async () => {
    const asterisk = await startService();
    await ring(view("call_view_talking"));
    patchWithCleanup(asterisk.api, {
        clientState: () => Promise.reject(new ConnectionLostError("/")),
    });
    patchWithCleanup(console, { error: () => expect.step("error") });
    await asterisk.refresh();
    expect(Object.keys(asterisk.state.calls)).toEqual(["7"]);
    expect.verifySteps([]);
});

test("a tab that wakes up asks, unless it has just done so", async () => {
    await startService(counted());
    expect.verifySteps(["client state"]);
    setTabHidden(false);
    await tick();
    expect.verifySteps([]);
    await advanceTime(6000);
    setTabHidden(true);
    await tick();
    expect.verifySteps([]);
    setTabHidden(false);
    await animationFrame();
    expect.verifySteps(["client state"]);
});

test("after a call the missed ones are counted anew, once, and not by a hidden tab", async () => {
    const asterisk = await startService(counted({ missed: 3 }));
    await ring(view("call_view_missed", { id: 1 }), view("call_view_missed", { id: 2 }));
    expect(asterisk.state.missed).toBe(5);
    await advanceTime(1400);
    expect.verifySteps(["client state"]);
    await advanceTime(1700);
    await animationFrame();
    expect.verifySteps(["client state"]);
    expect(asterisk.state.missed).toBe(3);
    setTabHidden(true);
    await ring(view("call_view_missed", { id: 4 }));
    await advanceTime(3100);
    expect.verifySteps([]);
});

test("calls that Odoo tells at a reconnect ring, those it knows no more fall silent", async () => {
    const asterisk = await startService({ state: { calls: [view("call_view_ringing")] } });
    expect([...asterisk.alerts.ringing.keys()]).toEqual([7]);
    const later = asterisk.now + 60;
    const calls = [view("call_view_unknown", { ts: later })];
    const clientState = async () => example("client_state", { now: later, calls });
    patchWithCleanup(asterisk.api, { clientState });
    await asterisk.refresh();
    expect([...asterisk.alerts.ringing.keys()]).toEqual([8]);
    expect(Object.keys(asterisk.state.calls)).toEqual(["8"]);
});
