import { advanceTime, animationFrame, Deferred, expect, queryAllTexts, test } from "@odoo/hoot";
import { contains, mockService } from "@web/../tests/web_test_helpers";
import {
    call,
    defineAsteriskModels,
    example,
    mountAsterisk,
    view,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { CallActions } from "@asterisk_connector/components/call_actions/call_actions";

defineAsteriskModels();

const ROW = ".o-asterisk-CallActions";
const MORE = ".o-asterisk-CallActions-more";

/** The buttons of a call; the rights of the user have been asked. */
async function mountActions(name, { changes, ...options } = {}) {
    const asterisk = await mountAsterisk(CallActions, {
        props: () => ({ call: call(name, changes) }),
        ...options,
    });
    await animationFrame();
    return asterisk;
}

test("what one does next stands in the row, the first of it bold, the rest unfolds", async () => {
    await mountActions("call_view_ringing");
    expect(queryAllTexts(`${ROW} [data-action]`)).toEqual(["Open customer", "Note"]);
    expect(`${ROW} .btn-primary`).toHaveText("Open customer");
    expect(MORE).toHaveCount(0);
    await contains(".o-asterisk-more").click();
    expect(".o-asterisk-more").toHaveAttribute("aria-expanded", "true");
    expect(queryAllTexts(`${MORE} [data-action]`)).toEqual([
        "Create lead",
        "Belongs to someone else…",
        "Decline the call",
    ]);
    expect(`${MORE} .text-danger`).toHaveText("Decline the call");
    await contains(".o-asterisk-more").click();
    expect(MORE).toHaveCount(0);
});

test("who may create nothing is not offered it", async () => {
    await mountActions("call_view_unknown", { canCreate: false });
    expect(queryAllTexts(`${ROW} [data-action]`)).toEqual(["Belongs to…"]);
});

test("an action is done, and the menu folds again", async () => {
    mockService("action", { doAction: ({ res_model }) => expect.step(res_model) });
    await mountActions("call_view_ringing");
    await contains("[data-action=openCustomer]").click();
    await contains("[data-action=note]").click();
    expect.verifySteps(["res.partner", "asterisk.call"]);
    expect(MORE).toHaveCount(0);
});

test("a call is declined from the menu", async () => {
    const hang_up = (id) => {
        expect.step(`hang up ${id}`);
        return example("command_view", { verb: "hangup", state: "sent", call_id: id });
    };
    await mountActions("call_view_ringing", { answers: { hang_up } });
    await contains(".o-asterisk-more").click();
    await contains("[data-action=decline]").click();
    expect.verifySteps(["hang up 7"]);
});

test("many buttons leave the menu its arrow, and its name to a screen reader", async () => {
    await mountActions("call_view_unknown");
    expect(`${ROW} [data-action]`).toHaveCount(3);
    expect(".o-asterisk-more span").toHaveClass("visually-hidden");
});

test("while the number is being called its button spins and cannot be clicked again", async () => {
    const answer = new Deferred();
    await mountActions("call_view_missed", { answers: { click_to_call: () => answer } });
    await contains("[data-action=callBack]").click();
    expect("[data-action=callBack]").not.toBeEnabled();
    expect("[data-action=callBack] .fa-spin").toHaveCount(1);
    expect("[data-action=openCustomer]").toBeEnabled();
    answer.resolve(example("command_view", { state: "sent" }));
    await animationFrame();
    expect("[data-action=callBack]").toBeEnabled();
});

test("so does the button that calls a busy one again", async () => {
    const changes = { direction: "outgoing", outcome: { reason: "busy", who: "" } };
    const answers = { click_to_call: () => new Deferred() };
    await mountActions("call_view_ended", { changes, answers });
    await contains("[data-action=callAgain]").click();
    expect("[data-action=callAgain]").not.toBeEnabled();
});

test("a call belongs to someone who is searched and chosen", async () => {
    const { matches } = example("call_view_matches");
    const answers = {
        search_customers: () => matches,
        choose_match: (...args) => {
            expect.step(args.slice(0, 3).join(" "));
            return view("call_view_ringing", { id: 8 });
        },
    };
    await mountActions("call_view_unknown", { answers });
    await contains("[data-action=belongsTo]").click();
    await contains(".o-asterisk-CustomerSearch input").edit("weber", { confirm: false });
    await advanceTime(300);
    await contains(".o-asterisk-MatchList-item:contains(Weber)").click();
    expect.verifySteps(["8 res.partner 43"]);
    expect(".o-asterisk-CustomerSearch").toHaveCount(0);
});

test("the same button, and Escape, leave the search", async () => {
    await mountActions("call_view_unknown");
    await contains("[data-action=belongsTo]").click();
    expect(".o-asterisk-CustomerSearch").toHaveCount(1);
    await contains("[data-action=belongsTo]").click();
    expect(".o-asterisk-CustomerSearch").toHaveCount(0);
    await contains("[data-action=belongsTo]").click();
    await contains(".o-asterisk-CustomerSearch input").press("Escape");
    expect(".o-asterisk-CustomerSearch").toHaveCount(0);
});
