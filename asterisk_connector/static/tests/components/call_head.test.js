import { advanceTime, animationFrame, expect, queryOne, queryRect, test } from "@odoo/hoot";
import { contains, getService } from "@web/../tests/web_test_helpers";
import {
    call,
    defineAsteriskModels,
    mountAsterisk,
    view,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { CallHead } from "@asterisk_connector/components/call_head/call_head";

defineAsteriskModels();

const HEAD = ".o-asterisk-CallHead";
const mountHead = (name, changes) =>
    mountAsterisk(CallHead, { props: () => ({ call: call(name, changes) }) });
const ago = (seconds) => getService("asterisk").now - seconds;

test("what happens, on which line, for how long", async () => {
    await mountHead("call_view_ringing");
    expect(`${HEAD}-title`).toHaveText("Incoming");
    expect(HEAD).toHaveText(/· Sales line/);
    expect(`${HEAD}-time`).toHaveText("0:07");
    expect(`${HEAD} .o-asterisk-Lamp-ringing`).toHaveCount(1);
});

test("the time goes on", async () => {
    await mountHead("call_view_talking");
    await advanceTime(3000);
    await animationFrame();
    expect(`${HEAD}-time`).toHaveText("0:10");
    expect(`${HEAD} .o-asterisk-Lamp-talking`).toHaveCount(1);
});

test("an hour's talk shows its hours, a clock that goes wrong no negative time", async () => {
    await mountAsterisk(CallHead, {
        props: () => ({ call: call("call_view_talking", { since: ago(3723) }) }),
    });
    expect(`${HEAD}-time`).toHaveText("1:02:03");
});

test("a call that began in this computer's future has just begun", async () => {
    await mountAsterisk(CallHead, {
        props: () => ({ call: call("call_view_talking", { since: ago(-30) }) }),
    });
    expect(`${HEAD}-time`).toHaveText("0:00");
});

test("of an ended call it is the time talked, of a missed one when it was", async () => {
    await mountHead("call_view_ended");
    expect(`${HEAD}-time`).toHaveText("1:00");
});

test("a missed call says when it was", async () => {
    await mountAsterisk(CallHead, {
        props: () => ({ call: call("call_view_missed", { since: ago(300) }) }),
    });
    expect(`${HEAD}-title`).toHaveText("Missed call");
    expect(`${HEAD}-time`).toHaveText("5 minutes ago");
});

test("a call that nobody answered has no duration", async () => {
    await mountHead("call_view_elsewhere");
    expect(`${HEAD}-title`).toHaveText("Anna answered");
    expect(`${HEAD}-time`).toHaveText("");
});

test("without a line there is no dot", async () => {
    await mountHead("call_view_ringing", { line: "" });
    expect(HEAD).not.toHaveText(/·/);
});

test("a line with a long name is cut, whole in its tooltip, and pushes nothing away", async () => {
    const line = "Sales line of the northern branch ".repeat(4).trim();
    await mountHead("call_view_ringing", { line });
    queryOne(HEAD).style.width = "380px";
    expect(`${HEAD} [title="${line}"]`).toHaveCount(1);
    const { right } = queryRect(HEAD);
    for (const part of [`${HEAD}-title`, `${HEAD}-time`, `${HEAD} .o-asterisk-hide`]) {
        expect(queryRect(part).width).toBeGreaterThan(10);
        expect(queryRect(part).right).toBeLessThan(right + 1);
    }
});

test("the clock is no news for a screen reader", async () => {
    await mountHead("call_view_ringing");
    expect(`${HEAD}-time`).toHaveAttribute("aria-live", "off");
});

test("✕ hides the call for me, and says that it goes on", async () => {
    const { state } = await mountHead("call_view_ringing");
    expect(".o-asterisk-hide").toHaveAttribute("aria-label", "Hide for me; the call goes on");
    await contains(".o-asterisk-hide").click();
    expect(Object.keys(state.hidden)).toEqual([String(view("call_view_ringing").id)]);
});

test("of an ended call ✕ is to close it", async () => {
    await mountHead("call_view_missed");
    expect(".o-asterisk-hide").toHaveAttribute("aria-label", "Close");
});
