import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { allowTranslations } from "@web/../tests/web_test_helpers";
import { call } from "@asterisk_connector/../tests/asterisk_test_helpers";

describe.current.tags("headless");
beforeEach(allowTranslations);

const titleOf = (name, changes) => String(call(name, changes).title);
const titleOfEnd = (reason, who = "") => titleOf("call_view_ended", { outcome: { reason, who } });

test("a call that goes on is named by what happens at my phone", () => {
    expect(titleOf("call_view_ringing")).toBe("Incoming");
    expect(titleOf("call_view_ringing", { direction: "internal" })).toBe("Internal");
    expect(titleOf("call_view_ringing", { direction: "outgoing" })).toBe("Pick up your phone");
    expect(titleOf("call_view_talking", { state: "dialing" })).toBe("Calling");
    expect(titleOf("call_view_talking")).toBe("Talking");
    expect(titleOf("call_view_talking", { state: "held" })).toBe("On hold");
});

test("a call that is over is named by how it ended", () => {
    expect(titleOfEnd("missed")).toBe("Missed call");
    expect(titleOfEnd("busy")).toBe("Busy");
    expect(titleOfEnd("no-answer")).toBe("No answer");
    expect(titleOfEnd("rejected")).toBe("Declined");
    expect(titleOfEnd("failed")).toBe("The call failed");
    expect(titleOfEnd("cancelled")).toBe("Cancelled");
    expect(titleOfEnd("ended")).toBe("Call ended");
});

test("whoever took the call is named, when Odoo knows him", () => {
    expect(titleOfEnd("elsewhere", "Anna")).toBe("Anna answered");
    expect(titleOfEnd("elsewhere")).toBe("Answered elsewhere");
});

test("an end that this browser has never heard of is an end", () => {
    expect(titleOfEnd("abducted")).toBe("Call ended");
    expect(titleOf("call_view_ended", { outcome: null })).toBe("Call ended");
});
