import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { allowTranslations } from "@web/../tests/web_test_helpers";
import { call } from "@asterisk_connector/../tests/asterisk_test_helpers";
import { actionsFor } from "@asterisk_connector/models/call_actions";

describe.current.tags("headless");
beforeEach(allowTranslations);

const ALL = { contact: true, lead: true };
const NONE = { contact: false, lead: false };
const ids = (actions) => actions.map(({ id }) => id).join(" ");
const rowOf = (subject, rights = ALL) => ids(actionsFor(subject, rights).row);
const moreOf = (subject, rights = ALL) => ids(actionsFor(subject, rights).more);

test("a customer rings: he is opened, a note is written", () => {
    const ringing = call("call_view_ringing");
    expect(rowOf(ringing)).toBe("openCustomer note");
    expect(moreOf(ringing)).toBe("createLead belongsToOther decline");
});

test("who may create neither contacts nor leads is not offered it", () => {
    expect(moreOf(call("call_view_ringing"), NONE)).toBe("belongsToOther decline");
    expect(rowOf(call("call_view_unknown"), NONE)).toBe("belongsTo");
    expect(rowOf(call("call_view_unknown"), { contact: true, lead: false })).toBe(
        "createContact belongsTo"
    );
});

test("an unknown number becomes a contact or a lead, or belongs to someone", () => {
    const unknown = call("call_view_unknown");
    expect(rowOf(unknown)).toBe("createContact createLead belongsTo");
    expect(moreOf(unknown)).toBe("note decline");
});

test("where one has to choose, nothing else stands in the way", () => {
    const choice = call("call_view_matches");
    expect(rowOf(choice)).toBe("");
    expect(moreOf(choice)).toBe("note createContact createLead belongsTo decline");
});

test("nothing can be made of a withheld number, but one may know whose it is", () => {
    const withheld = call("call_view_withheld");
    expect(rowOf(withheld)).toBe("");
    expect(moreOf(withheld)).toBe("note belongsTo decline");
});

test("a call that cannot be ended is not declined", () => {
    expect(moreOf(call("call_view_ringing", { can_hang_up: false }))).not.toInclude("decline");
});

test("the running call is hung up by its own button, not declined", () => {
    const talking = call("call_view_talking");
    expect(rowOf(talking)).toBe("openCustomer note");
    expect(moreOf(talking)).toBe("createLead belongsToOther");
});

test("a missed call is called back first of all", () => {
    const missed = call("call_view_missed");
    expect(rowOf(missed)).toBe("callBack openCustomer");
    expect(moreOf(missed)).toBe("createLead belongsToOther openCall");
});

test("a missed unknown caller is called back before he becomes anything", () => {
    const missed = call("call_view_missed", { customer: null, matches: [] });
    expect(rowOf(missed)).toBe("callBack");
    expect(moreOf(missed)).toBe("createContact createLead belongsTo openCall");
});

test("whom I did not reach I call again", () => {
    const outcome = { reason: "busy", who: "" };
    const busy = call("call_view_ended", { direction: "outgoing", outcome });
    expect(rowOf(busy)).toBe("callAgain openCustomer note");
});

test("a colleague is no customer to be", () => {
    const colleague = { direction: "internal", customer: null, matches: [], number: "102" };
    expect(rowOf(call("call_view_ringing", colleague))).toBe("");
    expect(moreOf(call("call_view_ringing", colleague))).toBe("note decline");
});

test("after a conversation one plans what comes next", () => {
    const over = call("call_view_ended");
    expect(rowOf(over)).toBe("planActivity planMeeting");
    expect(moreOf(over)).toBe("openCustomer note createLead belongsToOther");
});

test("where only some are wanted, they all stand in the row", () => {
    const only = ["createLead", "belongsToOther"];
    const { row, more } = actionsFor(call("call_view_ended"), ALL, only);
    expect([ids(row), ids(more)]).toEqual(["createLead belongsToOther", ""]);
});
