import { advanceTime, animationFrame, Deferred, expect, test } from "@odoo/hoot";
import { contains } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    example,
    mountCalls,
    ring,
    view,
} from "@asterisk_connector/../tests/asterisk_test_helpers";

defineAsteriskModels();

const BOX = ".o-asterisk-CallBox";
const HANG_UP = ".o-asterisk-hangUp";
const FAILURE = ".o-asterisk-CallFailure";
const hangup = (changes) =>
    example("command_view", { uuid: "h", verb: "hangup", state: "sent", call_id: 7, ...changes });

test("the card has who it is, what happens, for how long, and how to end it", async () => {
    await mountCalls();
    await ring(view("call_view_talking"));
    expect(".o-asterisk-CallHead-title").toHaveText("Talking");
    expect(".o-asterisk-CustomerBlock-who").toHaveText("Acme GmbH");
    expect(".o-asterisk-CallHead-time").toHaveText("0:07");
    await advanceTime(5000);
    await animationFrame();
    expect(".o-asterisk-CallHead-time").toHaveText("0:12");
    expect(HANG_UP).toHaveText("Hang up");
    expect(`${HANG_UP}.btn-danger`).toHaveClass("ms-auto");
});

test("the popup becomes the card, and the clock begins anew", async () => {
    await mountCalls();
    await ring(view("call_view_ringing"));
    expect(HANG_UP).toHaveCount(0);
    await ring(view("call_view_talking", { since: view("call_view_talking").ts }));
    expect(BOX).toHaveCount(1);
    expect(".o-asterisk-CallHead-time").toHaveText("0:00");
    expect(HANG_UP).toHaveCount(1);
});

test("dialling, talking, on hold: each says so", async () => {
    await mountCalls();
    const told = [];
    for (const [version, state] of ["dialing", "talking", "held", "talking"].entries()) {
        await ring(view("call_view_talking", { state, version }));
        told.push(document.querySelector(".o-asterisk-CallHead-title").textContent);
    }
    expect(told).toEqual(["Calling", "Talking", "On hold", "Talking"]);
});

test("hanging up spins from the click until the call has ended", async () => {
    const answer = new Deferred();
    const { dialer } = await mountCalls({ answers: { hang_up: () => answer } });
    await ring(view("call_view_talking"));
    await contains(HANG_UP).click();
    expect(HANG_UP).not.toBeEnabled();
    expect(`${HANG_UP} .fa-spin`).toHaveCount(1);
    answer.resolve(hangup());
    await animationFrame();
    dialer.receive(hangup({ state: "accepted" }));
    await animationFrame();
    expect(HANG_UP).not.toBeEnabled();
    await ring(view("call_view_ended"));
    expect(HANG_UP).toHaveCount(0);
    expect(".o-asterisk-CallHead-title").toHaveText("Call ended");
});

test("hanging up that failed stands in words under the buttons, which can be clicked again", async () => {
    const { dialer } = await mountCalls({ answers: { hang_up: () => hangup() } });
    await ring(view("call_view_talking"));
    await contains(HANG_UP).click();
    await animationFrame();
    expect(HANG_UP).not.toBeEnabled();
    const ts = dialer.store.now;
    dialer.receive(hangup({ ts, state: "failed", message: "The PBX has refused it." }));
    await animationFrame();
    expect(FAILURE).toHaveText("The PBX has refused it.");
    expect(FAILURE).toHaveAttribute("role", "alert");
    expect(".o_notification").toHaveCount(0);
    expect(HANG_UP).toBeEnabled();
});

test("why the client was not reached stands under the call that I made", async () => {
    const { dialer } = await mountCalls();
    const { uuid } = example("command_view");
    await ring(view("call_view_talking", { state: "dialing", command: uuid }));
    const message = "+49 30 12345678 is busy.";
    dialer.receive(example("command_view", { code: "client_busy", message }));
    const outcome = { reason: "busy", who: "" };
    await ring(view("call_view_ended", { direction: "outgoing", command: uuid, outcome }));
    expect(".o-asterisk-CallHead-title").toHaveText("Busy");
    expect(FAILURE).toHaveText(message);
    expect("[data-action=callAgain]").toHaveText("Call again");
});

test("a call that cannot be ended from here has no button for it", async () => {
    await mountCalls();
    await ring(view("call_view_talking", { can_hang_up: false }));
    expect(HANG_UP).toHaveCount(0);
    expect("[data-action=openCustomer]").toHaveCount(1);
});

test("a call in which nobody talked goes four seconds after its end", async () => {
    await mountCalls();
    await ring(view("call_view_talking"));
    await ring(view("call_view_ended", { talk_seconds: 0 }));
    await advanceTime(3900);
    expect(BOX).toHaveCount(1);
    await advanceTime(200);
    await animationFrame();
    expect(BOX).toHaveCount(0);
});
