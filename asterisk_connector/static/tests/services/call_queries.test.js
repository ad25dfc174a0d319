import { describe, expect, test } from "@odoo/hoot";
import { call, example } from "@asterisk_connector/../tests/asterisk_test_helpers";
import {
    failureOf,
    isAsked,
    isCallShown,
    isCutOff,
    liveCalls,
    myServers,
    visibleCalls,
    waitingCommands,
} from "@asterisk_connector/services/call_queries";

describe.current.tags("headless");

const missed = (id, number) => call("call_view_missed", { id, number });
const ids = (calls) => calls.map(({ id }) => id);
const [berlin, riga] = example("client_state").servers;
const [phone] = example("client_state").devices;

/** A telephony state with these calls and commands. */
function stateOf({ calls = [], commands = [], hidden = [], ...rest } = {}) {
    return {
        calls: Object.fromEntries(calls.map((one) => [one.id, one])),
        commands: Object.fromEntries(commands.map((one) => [one.uuid, one])),
        hidden: Object.fromEntries(hidden.map((key) => [key, 1])),
        called: {},
        pending: {},
        servers: [],
        devices: [],
        ...rest,
    };
}
const command = (changes) => example("command_view", { uuid: "u", call_id: false, ...changes });

test("calls stand in the order in which they came, hidden ones not at all", () => {
    const calls = [call("call_view_ringing", { id: 9 }), call("call_view_talking", { id: 8 })];
    expect(ids(visibleCalls(stateOf({ calls })))).toEqual([8, 9]);
    expect(ids(visibleCalls(stateOf({ calls, hidden: [8] })))).toEqual([9]);
    expect(ids(liveCalls(stateOf({ calls, hidden: [8] })))).toEqual([8, 9]);
});

test("of the missed calls the latest two stand below, each caller once", () => {
    const calls = [
        missed(1, "+491"),
        missed(2, "+492"),
        missed(3, "+491"),
        missed(4, "+494"),
        call("call_view_ringing", { id: 9 }),
    ];
    expect(ids(visibleCalls(stateOf({ calls })))).toEqual([9, 3, 4]);
});

test("who hides the last try of a caller has done with his earlier ones too", () => {
    const calls = [missed(1, "+491"), missed(2, "+492"), missed(3, "+491")];
    expect(ids(visibleCalls(stateOf({ calls, hidden: [3] })))).toEqual([2]);
});

test("two callers who withhold their number may be two people", () => {
    expect(ids(visibleCalls(stateOf({ calls: [missed(1, ""), missed(2, "")] })))).toEqual([1, 2]);
});

test("my PBXs are those that my phones hang on, all when I have no phone", () => {
    expect(ids(myServers({ servers: [berlin, riga], devices: [phone] }))).toEqual([1]);
    expect(ids(myServers({ servers: [berlin, riga], devices: [] }))).toEqual([1, 2]);
});

test("I am cut off when none of my PBXs is connected", () => {
    const down = { ...berlin, connected: false };
    expect(isCutOff({ servers: [berlin, riga], devices: [phone] })).toBe(false);
    expect(isCutOff({ servers: [down, riga], devices: [phone] })).toBe(true);
    expect(isCutOff({ servers: [berlin, riga], devices: [] })).toBe(false);
    expect(isCutOff({ servers: [], devices: [] })).toBe(false);
});

test("a click waits until its call is there, or until it is over or hidden", () => {
    const waiting = (state, changes = {}) =>
        waitingCommands(stateOf({ commands: [command({ state })], ...changes })).length;
    expect(waiting("sent")).toBe(1);
    expect(waiting("accepted")).toBe(1);
    expect(waiting("done")).toBe(0);
    expect(waiting("failed")).toBe(0);
    expect(waiting("sent", { called: { u: true } })).toBe(0);
    expect(waiting("sent", { hidden: ["u"] })).toBe(0);
    const hangup = command({ state: "sent", verb: "hangup" });
    expect(waitingCommands(stateOf({ commands: [hangup] }))).toEqual([]);
});

test("a call is being hung up from the click until the command has ended", () => {
    const talking = call("call_view_talking");
    const hangup = (state) =>
        stateOf({ commands: [command({ state, verb: "hangup", call_id: 7 })] });
    expect(isAsked(stateOf({ pending: { "hangup:7": true } }), "hangup", talking)).toBe(true);
    expect(isAsked(hangup("accepted"), "hangup", talking)).toBe(true);
    expect(isAsked(hangup("failed"), "hangup", talking)).toBe(false);
    expect(isAsked(hangup("accepted"), "record", talking)).toBe(false);
    const other = call("call_view_talking", { id: 8 });
    expect(isAsked(hangup("accepted"), "hangup", other)).toBe(false);
});

test("what failed is told until something else was asked for", () => {
    const made = call("call_view_talking", { command: "u" });
    const [first, last] = [
        command({ uuid: "u", message: "Busy." }),
        command({ uuid: "v", verb: "hangup", call_id: 7, message: "It is gone." }),
    ];
    expect(failureOf(stateOf({ commands: [first] }), made)).toBe("Busy.");
    expect(failureOf(stateOf({ commands: [first, last] }), made)).toBe("It is gone.");
    expect(failureOf(stateOf({ commands: [first, { ...last, state: "sent" }] }), made)).toBe("");
    expect(failureOf(stateOf({ commands: [first] }), call("call_view_talking"))).toBe("");
    expect(failureOf(stateOf({ commands: [{ ...first, state: "done" }] }), made)).toBe("");
});

test("a call is on the screen under its id or by the click that made it", () => {
    const state = stateOf({ calls: [call("call_view_talking", { command: "u" })] });
    expect(isCallShown(state, "u", false)).toBe(true);
    expect(isCallShown(state, "v", 7)).toBe(true);
    expect(isCallShown(state, "v", false)).toBe(false);
    expect(isCallShown({ ...state, hidden: { 7: 1 } }, "u", 7)).toBe(false);
});
