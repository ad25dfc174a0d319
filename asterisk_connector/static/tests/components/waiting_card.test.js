import { expect, test } from "@odoo/hoot";
import { contains } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    example,
    mountCalls,
    ring,
    view,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { animationFrame } from "@odoo/hoot-mock";

defineAsteriskModels();

const CARD = ".o-asterisk-CallBox [role=status]";
const sent = (changes) =>
    example("command_view", { state: "sent", code: "", message: "", ...changes });

/** Someone has clicked a number; nothing else is on the screen. */
async function click(changes) {
    const asterisk = await mountCalls();
    asterisk.dialer.receive(sent(changes));
    await animationFrame();
    return asterisk;
}

test("after a click it says whom I call and that my own phone rings first", async () => {
    await click();
    expect(CARD).toHaveText("Calling +49 30 12345678\nYour phone rings first: pick it up.");
});

test("a number that cannot be written nicely is written as it is", async () => {
    await click({ number: "101", number_display: "" });
    expect(CARD).toHaveText(/Calling 101/);
});

test("the call takes its place", async () => {
    const command = sent().uuid;
    await click();
    await ring(view("call_view_talking", { state: "ringing", direction: "outgoing", command }));
    expect(CARD).toHaveCount(0);
    expect(".o-asterisk-CallBox").toHaveCount(1);
    expect(".o-asterisk-CallHead-title").toHaveText("Pick up your phone");
});

test("a click that fails leaves, and a notification says why", async () => {
    const { dialer } = await click();
    dialer.receive({ ...example("command_view"), ts: dialer.store.now });
    await animationFrame();
    expect(CARD).toHaveCount(0);
    expect(".o_notification").toHaveText(/Your phone 101 is not registered/);
});

test("it can be hidden; the call comes all the same", async () => {
    const command = sent().uuid;
    await click();
    await contains(".o-asterisk-hide").click();
    expect(CARD).toHaveCount(0);
    await ring(view("call_view_talking", { command }));
    expect(".o-asterisk-CallHead-title").toHaveText("Talking");
});
