import { advanceTime, expect, test } from "@odoo/hoot";
import { NOW, example, view } from "@asterisk_connector/../tests/asterisk_test_helpers";
import { CallStore } from "@asterisk_connector/services/call_store";

/** A store that has just been told all that is live: nothing, unless said otherwise. */
function loadedStore(state = {}) {
    const store = new CallStore();
    store.load(example("client_state", { calls: [], missed: 0, ...state }));
    return store;
}

const ids = (store) => Object.keys(store.state.calls).map(Number);
const fresh = (name, changes) => view(name, { ts: NOW + 0.5, ...changes });
const answer = (changes) => example("client_state", { calls: [], missed: 0, ...changes });

test("nothing is there until Odoo has told it, then all of it", () => {
    const store = new CallStore();
    expect(store.state.enabled).toBe(false);
    store.load(example("client_state"));
    expect(store.state.enabled).toBe(true);
    expect(ids(store)).toEqual([7]);
    expect(store.state.missed).toBe(2);
    expect(store.state.devices).toHaveLength(1);
    expect(store.state.servers).toHaveLength(2);
});

test("who has neither a phone nor a PBX has no telephony", () => {
    expect(loadedStore({ devices: [], servers: [] }).state.enabled).toBe(false);
    expect(loadedStore({ devices: [] }).state.enabled).toBe(true);
});

test("the clock is Odoo's, not this computer's", async () => {
    const store = loadedStore();
    expect(store.now).toBeWithin(NOW, NOW + 1);
    await advanceTime(5000);
    expect(store.now).toBeWithin(NOW + 5, NOW + 6);
});

test("a call that Odoo does not know as live any more has ended unseen", () => {
    const store = loadedStore();
    store.receive(fresh("call_view_ringing"));
    store.load(answer({ now: NOW + 60 }));
    expect(ids(store)).toEqual([]);
});

test("a call that began while Odoo made its answer stays", () => {
    const store = loadedStore();
    store.receive(fresh("call_view_ringing", { ts: NOW + 59.5 }));
    store.load(answer({ now: NOW + 60 }));
    expect(ids(store)).toEqual([7]);
});

test("an ended call stays its time, whatever Odoo knows as live", () => {
    const store = loadedStore();
    store.receive(fresh("call_view_missed"));
    store.load(answer({ now: NOW + 60 }));
    expect(ids(store)).toEqual([7]);
});

test("missed calls count once each", () => {
    const store = loadedStore();
    store.receive(fresh("call_view_ringing"));
    store.receive(fresh("call_view_missed", { ts: NOW + 1 }));
    store.receive(fresh("call_view_missed", { ts: NOW + 2 }));
    expect(store.state.missed).toBe(1);
});

test("an ended call leaves with its details when its time is over", async () => {
    const store = loadedStore();
    store.receive(fresh("call_view_talking"));
    store.state.details[7] = { status: "ready", items: [] };
    store.receive(fresh("call_view_ended", { talk_seconds: 0 }));
    await advanceTime(3900);
    expect(ids(store)).toEqual([7]);
    await advanceTime(200);
    expect(ids(store)).toEqual([]);
    expect(store.state.details).toEqual({});
});

test("a click that became a call is known as one", () => {
    const store = loadedStore();
    store.receive(fresh("call_view_talking", { state: "dialing", command: "uuid-1" }));
    expect(store.state.called).toEqual({ "uuid-1": true });
});

test("what one hides is hidden, and can be shown again", () => {
    const store = loadedStore();
    store.hide(7);
    expect(Object.keys(store.state.hidden)).toEqual(["7"]);
    store.show(7);
    expect(store.state.hidden).toEqual({});
});

test("a PBX that comes and goes replaces itself", () => {
    const store = loadedStore();
    const [berlin] = example("client_state").servers;
    store.receiveServer({ ...berlin, connected: false });
    expect(store.state.servers.map(({ id, connected }) => [id, connected])).toEqual([
        [1, false],
        [2, false],
    ]);
});
