import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { allowTranslations } from "@web/../tests/web_test_helpers";
import { call, example } from "@asterisk_connector/../tests/asterisk_test_helpers";

describe.current.tags("headless");
beforeEach(allowTranslations);

const { customer } = example("call_view_ringing");
const ended = (reason, changes) =>
    call("call_view_ended", { outcome: { reason, who: "" }, ...changes });

test("the first line is the company, the second the person and what he does", () => {
    const { who, whoMore } = call("call_view_ringing");
    expect([who, whoMore]).toEqual(["Acme GmbH", "Eva Braun, Purchasing"]);
});

test("a person without a company stands in the first line", () => {
    const alone = { ...customer, company: "" };
    const { who, whoMore } = call("call_view_ringing", { customer: alone });
    expect([who, whoMore]).toEqual(["Eva Braun", "Purchasing"]);
});

test("a company that calls is not said twice", () => {
    const company = { ...customer, name: "Acme GmbH", function: "" };
    const { who, whoMore } = call("call_view_ringing", { customer: company });
    expect([who, whoMore]).toEqual(["Acme GmbH", ""]);
});

test("without a customer it is the number, without a number the words for it", () => {
    expect(call("call_view_unknown").who).toBe("+371 67 000 000");
    expect(call("call_view_unknown", { number_display: "" }).who).toBe("+37167000000");
    expect(String(call("call_view_withheld").who)).toBe("Number withheld");
});

test("nobody was chosen until the end: it may have been each of them", () => {
    const matches = example("call_view_matches").matches;
    expect(call("call_view_matches").whoMore).toBe("");
    expect(ended("missed", { customer: null, matches }).whoMore).toBe("Eva Braun, Karl Weber");
});

test("five customers are enough to choose from", () => {
    const matches = Array.from({ length: 9 }, (_, id) => ({ ...customer, id }));
    const crowded = call("call_view_matches", { matches });
    expect(crowded.matches.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4]);
    expect(crowded.needsChoice).toBe(true);
});

test("a choice is asked for while the call goes on and nobody has been chosen", () => {
    expect(call("call_view_matches").needsChoice).toBe(true);
    expect(call("call_view_ringing").needsChoice).toBe(false);
    expect(call("call_view_matches", { state: "ended" }).needsChoice).toBe(false);
});

test("a call is rung by others, dialled by me, running or over", () => {
    const stages = ({ isRinging, isOwnDial, isRunning, isEnded }) =>
        Object.entries({ isRinging, isOwnDial, isRunning, isEnded })
            .filter(([, isSo]) => isSo)
            .map(([stage]) => stage);
    expect(stages(call("call_view_ringing"))).toEqual(["isRinging"]);
    expect(stages(call("call_view_ringing", { direction: "outgoing" }))).toEqual([
        "isOwnDial",
        "isRunning",
    ]);
    expect(stages(call("call_view_talking"))).toEqual(["isRunning"]);
    expect(stages(call("call_view_talking", { state: "held" }))).toEqual(["isRunning"]);
    expect(stages(call("call_view_missed"))).toEqual(["isEnded"]);
});

test("the lamp follows my phone", () => {
    expect(call("call_view_ringing").lamp).toBe("ringing");
    expect(call("call_view_talking", { state: "dialing" }).lamp).toBe("ringing");
    expect(call("call_view_talking").lamp).toBe("talking");
    expect(call("call_view_talking", { state: "held" }).lamp).toBe("away");
    expect(call("call_view_ended").lamp).toBe("off");
});

test("one calls back who was not reached, never who was", () => {
    expect(ended("missed").canCallBack).toBe(true);
    expect(ended("busy").canCallBack).toBe(true);
    expect(ended("ended").canCallBack).toBe(false);
    expect(ended("elsewhere").canCallBack).toBe(false);
    expect(ended("missed", { number: "" }).canCallBack).toBe(false);
    expect(call("call_view_ringing").canCallBack).toBe(false);
});

test("the end stays as long as it takes to read it, a missed call until it is dismissed", () => {
    expect(ended("elsewhere").lingerMs).toBe(3000);
    expect(ended("ended", { talk_seconds: 0 }).lingerMs).toBe(4000);
    expect(ended("ended").lingerMs).toBe(60000);
    expect(ended("failed").lingerMs).toBe(8000);
    expect(ended("missed").lingerMs).toBe(Infinity);
});

test("place and clock are the customer's own, else those of his number", () => {
    const mover = { ...customer, city: "Riga", country: "", timezone: "Europe/Riga" };
    const moved = call("call_view_ringing", { customer: mover });
    expect([moved.city, moved.country, moved.timezone]).toEqual(["Riga", "Germany", "Europe/Riga"]);
    const unknown = call("call_view_unknown");
    expect([unknown.city, unknown.timezone]).toEqual(["Riga", "Europe/Riga"]);
});
