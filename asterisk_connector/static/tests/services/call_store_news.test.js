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

test("a newer view replaces what is known, an older one and the same one again do nothing", () => {
    const store = loadedStore();
    expect(store.receive(fresh("call_view_ringing")).state).toBe("ringing");
    expect(store.receive(fresh("call_view_talking")).state).toBe("talking");
    expect(store.receive(fresh("call_view_ringing", { ts: NOW + 1 }))).toBe(null);
    expect(store.receive(fresh("call_view_talking"))).toBe(null);
    expect(store.state.calls[7].state).toBe("talking");
});

test("a call that has left the screen does not come back by a late view", () => {
    const store = loadedStore();
    store.receive(fresh("call_view_ringing"));
    store.receive(fresh("call_view_elsewhere", { ts: NOW + 0.6 }));
    store.remove(7);
    expect(store.receive(fresh("call_view_ringing", { ts: NOW + 0.9 }))).toBe(null);
    expect(ids(store)).toEqual([]);
});

test("replayed views of a time that the client state tells of are dropped", () => {
    const store = loadedStore({ missed: 1 });
    expect(store.receive(view("call_view_ringing", { ts: NOW - 5 }))).toBe(null);
    expect(store.receive(view("call_view_missed", { ts: NOW - 1 }))).toBe(null);
    expect(store.state.missed).toBe(1);
});

test("a call that was over before this tab was opened is not brought back by its older views", () => {
    const store = loadedStore({ missed: 1 });
    expect(store.receive(view("call_view_missed", { ts: NOW - 0.5 }))).toBe(null);
    expect(store.receive(view("call_view_ringing", { ts: NOW - 1 }))).toBe(null);
    expect(ids(store)).toEqual([]);
    expect(store.state.missed).toBe(1);
});

test("one whose ringing was heard again before its end goes with it, and is not counted twice", () => {
    const store = loadedStore({ missed: 1 });
    store.receive(view("call_view_ringing", { ts: NOW - 1 }));
    expect(ids(store)).toEqual([7]);
    expect(store.receive(view("call_view_missed", { ts: NOW - 0.5 }))).toBe(null);
    expect(ids(store)).toEqual([]);
    expect(store.state.missed).toBe(1);
});

test("a view whose transaction ended just after the client state was made is news", () => {
    const store = loadedStore();
    expect(store.receive(view("call_view_ringing", { ts: NOW - 1 })).id).toBe(7);
});

test("a view that was on its way for too long is no news", async () => {
    const store = loadedStore();
    await advanceTime(40000);
    expect(store.receive(fresh("call_view_ringing"))).toBe(null);
    expect(store.receive(fresh("call_view_ringing", { ts: NOW + 15 })).id).toBe(7);
});

test("of a call that this tab never saw, its end is told only when it was missed", () => {
    const store = loadedStore();
    expect(store.receive(fresh("call_view_elsewhere"))).toBe(null);
    expect(store.receive(fresh("call_view_missed", { id: 8 })).isMissed).toBe(true);
});

test("an answer that was overtaken by the bus does not turn the clock back", () => {
    const store = loadedStore();
    store.receive(fresh("call_view_talking"));
    store.load(answer({ calls: [view("call_view_ringing", { ts: NOW + 1 })] }));
    expect(store.state.calls[7].state).toBe("talking");
});
