import { animationFrame, Deferred, expect, queryAllTexts, test } from "@odoo/hoot";
import { contains, mockService } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    example,
    mountCalls,
    ring,
    view,
} from "@asterisk_connector/../tests/asterisk_test_helpers";

defineAsteriskModels();

const DETAILS = ".o-asterisk-CallDetails";
const lines = () => queryAllTexts(`${DETAILS}-item`).map((text) => text.replace(/\s+/g, " "));
const { customer } = example("call_view_ringing");

/** The popup of a call, with these answers to what matters about its customer. */
async function mountDetails(popup_details) {
    await mountCalls({ answers: { popup_details } });
    await ring(view("call_view_ringing"));
}

test("grey bars first, then a line each", async () => {
    const answer = new Deferred();
    await mountDetails(() => answer);
    expect(`${DETAILS}[aria-busy=true] .placeholder`).toHaveCount(2);
    expect(DETAILS).toHaveText("Loading…");
    answer.resolve(example("popup_details"));
    await animationFrame();
    expect(`${DETAILS} .placeholder`).toHaveCount(0);
    expect(lines()).toEqual([
        "2 unpaid invoices, 1,240.00 € overdue 14 days",
        "Last call: yesterday, Boris, 4:12",
    ]);
});

test("what should worry is red, the rest is not", async () => {
    await mountDetails(() => example("popup_details"));
    await animationFrame();
    expect(`${DETAILS}-item:first .text-danger.fw-bold`).toHaveText("overdue 14 days");
    expect(`${DETAILS}-item:last .text-danger`).toHaveCount(0);
});

test("a line that leads somewhere opens it in place, one that does not is no button", async () => {
    mockService("action", { doAction: ({ res_model }) => expect.step(res_model) });
    await mountDetails(() => example("popup_details"));
    await animationFrame();
    expect(`button${DETAILS}-item`).toHaveCount(1);
    await contains(`button${DETAILS}-item`).click();
    await contains(`div${DETAILS}-item`).click();
    expect.verifySteps(["account.move"]);
    expect(".o-asterisk-CallBox").toHaveCount(1);
});

test("details that cannot be loaded say so, and take nothing else away", async () => {
    await mountDetails(() => {
        throw new Error("no such customer");
    });
    await animationFrame();
    expect(DETAILS).toHaveText("The details could not be loaded.");
    expect("[data-action=openCustomer]").toBeVisible();
});

test("a customer of whom there is nothing to say takes no room", async () => {
    await mountDetails(() => example("popup_details", { items: [] }));
    await animationFrame();
    expect(DETAILS).toHaveCount(0);
    expect("[data-action=openCustomer]").toBeVisible();
});

test("another customer, other details", async () => {
    const answers = [example("popup_details"), { items: [{ key: "x", icon: "", text: "New" }] }];
    await mountDetails(() => answers.shift());
    await animationFrame();
    await ring(view("call_view_ringing", { customer: { ...customer, id: 43 } }));
    await animationFrame();
    expect(lines()).toEqual(["New"]);
});

test("the details stay when the popup becomes the card, and are not asked again", async () => {
    await mountDetails(() => {
        expect.step("asked");
        return example("popup_details");
    });
    await ring(view("call_view_talking"));
    await animationFrame();
    expect(lines()).toHaveLength(2);
    expect.verifySteps(["asked"]);
});
