import { animationFrame, Deferred, expect, test } from "@odoo/hoot";
import { contains, mountView } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    example,
    mountCalls,
    ring,
    startService,
    view,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { AsteriskCall } from "@asterisk_connector/../tests/asterisk_test_models";

defineAsteriskModels();

const STATE = ".o-asterisk-CallRecording-state";
const TOGGLE = ".o-asterisk-CallRecording-toggle";
const FAILURE = ".o-asterisk-CallFailure";

const record = (changes) =>
    example("command_view", { uuid: "r", verb: "record", state: "sent", call_id: 7, ...changes });

let version = 1764000007456;
const talking = (changes) => view("call_view_talking", { version: version++, ...changes });

test("who talks sees that he is recorded; nobody else sees anything of it", async () => {
    await mountCalls();
    for (const [name, recording, count] of [
        ["call_view_ringing", "", 0],
        ["call_view_talking", "", 0],
        ["call_view_talking", "on", 1],
        ["call_view_talking", "something new", 0],
        ["call_view_ended", "", 0],
    ]) {
        await ring(view(name, { version: version++, recording }));
        expect(STATE).toHaveCount(count);
    }
});

test("pausing spins until the PBX has done it, then it can go on", async () => {
    const answer = new Deferred();
    const record_pause = (callId, on) => {
        expect.step(`${callId} ${on}`);
        return answer;
    };
    const { dialer } = await mountCalls({ answers: { record_pause } });
    await ring(talking());
    expect(STATE).toHaveText("Being recorded");
    expect(TOGGLE).toHaveText("Pause recording");
    await contains(TOGGLE).click();
    expect(TOGGLE).not.toBeEnabled();
    expect(`${TOGGLE} .fa-spin`).toHaveCount(1);
    answer.resolve(record());
    await animationFrame();
    expect(TOGGLE).not.toBeEnabled();
    dialer.receive(record({ ts: dialer.store.now, state: "done" }));
    await ring(talking({ recording: "paused" }));
    expect(STATE).toHaveText("Recording paused");
    expect(TOGGLE).toHaveText("Go on recording");
    await contains(TOGGLE).click();
    expect.verifySteps(["7 false", "7 true"]);
});

test("what did not work stands under the buttons, until it works", async () => {
    const { dialer } = await mountCalls({ answers: { record_pause: () => record() } });
    await ring(talking());
    await contains(TOGGLE).click();
    await animationFrame();
    const message = "Nothing is being recorded in this call.";
    dialer.receive(record({ ts: dialer.store.now, state: "failed", message }));
    await animationFrame();
    expect(FAILURE).toHaveText(message);
    expect(STATE).toHaveText("Being recorded");
    expect(TOGGLE).toBeEnabled();
    dialer.receive(record({ uuid: "s", ts: dialer.store.now, state: "done" }));
    await animationFrame();
    expect(FAILURE).toHaveCount(0);
});

test("the call's document has the button while its box is hidden", async () => {
    AsteriskCall._records = [{ id: 7, linkedid: "1764000000.10" }];
    const { dialer } = await startService({ answers: { record_pause: () => record() } });
    await mountView({
        type: "form",
        resModel: "asterisk.call",
        resId: 7,
        arch: `<form><widget name="asterisk_call_recording"/></form>`,
    });
    const form = ".o_form_view";
    await ring(talking());
    expect(`${form} ${TOGGLE}`).toHaveCount(0);
    dialer.store.hide(7);
    await animationFrame();
    await contains(`${form} ${TOGGLE}`).click();
    await animationFrame();
    dialer.receive(record({ ts: dialer.store.now, state: "failed", message: "No." }));
    await animationFrame();
    expect(`${form} ${FAILURE}`).toHaveText("No.");
    await ring(view("call_view_ended", { version: version++ }));
    expect(`${form} ${TOGGLE}`).toHaveCount(0);
});
