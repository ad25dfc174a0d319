import { advanceTime, beforeEach, Deferred, expect, test } from "@odoo/hoot";
import { mockService } from "@web/../tests/web_test_helpers";
import {
    call,
    defineAsteriskModels,
    example,
    startService,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { isDialing } from "@asterisk_connector/services/call_queries";

defineAsteriskModels();
beforeEach(() => {
    mockService("notification", {
        add: (message, { title = "", type }) => expect.step([type, title, message].join(" | ")),
    });
});

const [desk] = example("client_state").devices;
const command = (state, changes = {}) =>
    example("command_view", { state, code: "", message: "", ...changes });
const FAILED = example("command_view");

/** Telephony that counts what it is asked. */
async function startDialer({ devices = [desk], ...answers } = {}) {
    const asked = [];
    const click_to_call = (...args) => {
        asked.push(args);
        return command("sent");
    };
    const all = { click_to_call, ...answers };
    const { dialer, state } = await startService({ state: { devices }, answers: all });
    return { asked, dialer, state };
}

test("a click asks Odoo to call the number from the record it stands in", async () => {
    const { asked, dialer } = await startDialer();
    expect((await dialer.dial("030 12345678", "res.partner", 42)).state).toBe("sent");
    const [[number, model, id, uuid]] = asked;
    expect([number, model, id]).toEqual(["030 12345678", "res.partner", 42]);
    expect(uuid).toHaveLength(36);
});

test("a number typed by hand belongs to no record", async () => {
    const { asked, dialer } = await startDialer();
    await dialer.dial("101");
    expect(asked[0].slice(0, 3)).toEqual(["101", false, false]);
});

test("a second click while it is asked does nothing, however the number is written", async () => {
    const answer = new Deferred();
    const { dialer, state } = await startDialer({ click_to_call: () => answer });
    const first = dialer.dial("030 / 123-45");
    expect(isDialing(state, "03012345")).toBe(true);
    expect(isDialing(state, "+49 30 12345")).toBe(false);
    expect(await dialer.dial("(030) 12345")).toBe(undefined);
    answer.resolve(command("sent"));
    expect((await first).state).toBe("sent");
    expect(isDialing(state, "03012345")).toBe(false);
});

test("a click while the call is being set up does nothing, one after its end calls again", async () => {
    const { asked, dialer } = await startDialer();
    await dialer.dial("101");
    await dialer.dial("101");
    dialer.receive(command("accepted"));
    await dialer.dial("101");
    expect(asked).toHaveLength(1);
    dialer.receive(command("done"));
    await dialer.dial("101");
    expect(asked).toHaveLength(2);
});

test("two numbers are two calls", async () => {
    const { asked, dialer } = await startDialer();
    await Promise.all([dialer.dial("101"), dialer.dial("102")]);
    expect(asked).toHaveLength(2);
});

test("of several phones the one chosen in this browser rings", async () => {
    const soft = { ...desk, id: 4, name: "Softphone", is_default: false };
    const { asked, dialer } = await startDialer({ devices: [desk, soft] });
    await dialer.dial("101");
    dialer.chooseDevice(soft);
    await dialer.dial("102");
    expect(asked.map((args) => args.at(-1).device_id)).toEqual([undefined, 4]);
    expect(dialer.device.name).toBe("Softphone");
});

test("a phone that has been taken from me is not chosen any more", async () => {
    const { asked, dialer } = await startDialer();
    dialer.chooseDevice({ id: 99 });
    await dialer.dial("101");
    expect(asked[0].at(-1).device_id).toBe(undefined);
});

test("a call is hung up once", async () => {
    const hang_up = (callId) => {
        expect.step(`hang up ${callId}`);
        return command("sent", { verb: "hangup", call_id: callId });
    };
    const { dialer } = await startDialer({ hang_up });
    const talking = call("call_view_talking");
    await Promise.all([dialer.hangUp(talking), dialer.hangUp(talking)]);
    await dialer.hangUp(talking);
    expect.verifySteps(["hang up 7"]);
});

test("a command that nobody speaks of is asked for until it is over", async () => {
    const answers = [command("accepted"), FAILED];
    const check = (uuid) => {
        expect.step(`check ${uuid === FAILED.uuid}`);
        return answers.shift();
    };
    const { dialer, state } = await startDialer({ check });
    await dialer.dial("101");
    await advanceTime(9900);
    expect.verifySteps([]);
    await advanceTime(200);
    expect.verifySteps(["check true"]);
    await advanceTime(10100);
    expect(state.commands[FAILED.uuid].code).toBe("unregistered");
    expect.verifySteps(["check true", `danger | Call to +49 30 12345678 | ${FAILED.message}`]);
    await advanceTime(30000);
    expect.verifySteps([]);
});

test("a finished command is not changed by what comes late, and is forgotten after a minute", async () => {
    const { dialer, state } = await startDialer();
    dialer.receive(command("done"));
    dialer.receive(command("accepted"));
    expect(state.commands[FAILED.uuid].state).toBe("done");
    await advanceTime(61000);
    expect(state.commands).toEqual({});
});
