import { advanceTime, beforeEach, expect, test, tick } from "@odoo/hoot";
import { makeServerError, mockService, patchWithCleanup } from "@web/../tests/web_test_helpers";
import {
    NOW,
    defineAsteriskModels,
    example,
    ring,
    setTabHidden,
    startService,
    view,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { ConnectionLostError } from "@web/core/network/rpc";
import { isDialing } from "@asterisk_connector/services/call_queries";

defineAsteriskModels();
beforeEach(() => {
    mockService("notification", {
        add: (message, { title = "", type }) => expect.step([type, title, message].join(" | ")),
    });
});

const FAILED = example("command_view");
const TOLD = `danger | Call to +49 30 12345678 | ${FAILED.message}`;
const failed = (changes) => ({ ...FAILED, ts: NOW + 1, ...changes });
const sent = () => ({ ...FAILED, state: "sent", code: "", message: "" });

test("why a call did not come about is told in Odoo's words, once", async () => {
    const { dialer } = await startService();
    dialer.receive(failed());
    dialer.receive(failed());
    expect.verifySteps([TOLD]);
});

test("a click that failed at once is told too", async () => {
    const { dialer } = await startService({ answers: { click_to_call: () => FAILED } });
    await dialer.dial("030 12345678");
    expect.verifySteps([TOLD]);
});

test("a click whose time ran out says so", async () => {
    const message = "Your phone did not ring in time. Click again.";
    const expired = failed({ code: "expired", message });
    const answers = { click_to_call: sent, check: () => expired };
    const { dialer } = await startService({ answers });
    await dialer.dial("030 12345678");
    await advanceTime(10100);
    await tick();
    expect.verifySteps([`danger | Call to +49 30 12345678 | ${message}`]);
});

test("a call that someone cancelled is no alarm", async () => {
    const { dialer } = await startService();
    dialer.receive(failed({ code: "cancelled", message: "Cancelled." }));
    expect.verifySteps(["info | Call to +49 30 12345678 | Cancelled."]);
});

test("a hang-up that failed has no number to speak of", async () => {
    const { dialer } = await startService();
    const gone = {
        verb: "hangup",
        number_display: "",
        code: "gone",
        message: "It is over already.",
    };
    dialer.receive(failed(gone));
    expect.verifySteps(["danger | Telephony | It is over already."]);
});

test("a failure of the time before this page was opened was told before", async () => {
    const { dialer } = await startService();
    dialer.receive(failed({ ts: NOW - 1 }));
    expect.verifySteps([]);
});

test("where its call is on the screen, the failure stands there and nowhere else", async () => {
    const { dialer } = await startService();
    await ring(view("call_view_talking", { command: FAILED.uuid }));
    dialer.receive(failed());
    expect.verifySteps([]);
});

test("another tab has told it already", async () => {
    const { dialer } = await startService();
    dialer.told.add(FAILED.uuid);
    dialer.receive(failed());
    expect.verifySteps([]);
});

test("a hidden tab leaves it to the one that is seen", async () => {
    const { dialer } = await startService();
    setTabHidden(true);
    dialer.receive(failed());
    expect.verifySteps([]);
    expect(dialer.told.has(FAILED.uuid)).toBe(false);
});

test("what Odoo refuses is told in its words, and can be clicked again", async () => {
    const click_to_call = () => {
        expect.step("asked");
        throw makeServerError({ message: "12 is no number that can be called." });
    };
    const { dialer } = await startService({ answers: { click_to_call } });
    await dialer.dial("12");
    await dialer.dial("12");
    const told = "danger | Telephony | 12 is no number that can be called.";
    expect.verifySteps(["asked", told, "asked", told]);
});

test("without a network it says so, and nothing stays under way", async () => {
    const { api, dialer, state } = await startService();
    const clickToCall = () => Promise.reject(new ConnectionLostError("/"));
    patchWithCleanup(api, { clickToCall });
    await dialer.dial("101");
    expect.verifySteps(["danger |  | Odoo cannot be reached. Check your network and click again."]);
    expect(isDialing(state, "101")).toBe(false);
});

test("without a network the command's fate is asked again and again, without a word", async () => {
    const { api, dialer, state } = await startService({ answers: { click_to_call: sent } });
    patchWithCleanup(api, {
        check: () => {
            expect.step("check");
            return Promise.reject(new ConnectionLostError("/"));
        },
    });
    await dialer.dial("101");
    await advanceTime(10100);
    await advanceTime(10100);
    expect.verifySteps(["check", "check"]);
    expect(state.commands[FAILED.uuid].state).toBe("sent");
});

test("a fault of the program is not swallowed", async () => {
    const { api, dialer, state } = await startService();
    patchWithCleanup(api, { clickToCall: () => Promise.reject(new TypeError("no")) });
    await expect(dialer.dial("101")).rejects.toThrow("no");
    expect(isDialing(state, "101")).toBe(false);
});
