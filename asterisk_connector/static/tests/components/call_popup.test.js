import { expect, test } from "@odoo/hoot";
import { queryAllTexts, queryOne, waitFor } from "@odoo/hoot-dom";
import { contains } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    mountCalls,
    ring,
    view,
} from "@asterisk_connector/../tests/asterisk_test_helpers";

defineAsteriskModels();

const POPUP = ".o-asterisk-CallBox";

test("a call that rings tells who it is", async () => {
    await mountCalls();
    expect(POPUP).toHaveCount(0);
    await ring(view("call_view_ringing"));
    expect(POPUP).toHaveCount(1);
    expect(".o-asterisk-CallHead-title").toHaveText("Incoming");
    expect(`${POPUP} .o-asterisk-CallHead`).toHaveText(/Sales line/);
    expect(".o-asterisk-CallHead-time").toHaveText("0:07");
    expect(".o-asterisk-CustomerBlock-who").toHaveText("Acme GmbH");
    expect(".o-asterisk-CustomerBlock-more").toHaveText("Eva Braun, Purchasing");
    expect(".o-asterisk-CustomerBlock-place").toHaveText(/\+49 30 12345678\s*Berlin/);
    expect(`${POPUP} .o_badge`).toHaveText("Gold");
    expect(".o-asterisk-CustomerBlock-owner").toHaveText("Owner: Anna (you)");
    expect(".o-asterisk-hangUp").toHaveCount(0);
});

test("several customers with the number: the likeliest first, chosen by a click", async () => {
    const chosen = [];
    await mountCalls({
        answers: {
            choose_match: (id, model, resId) => {
                chosen.push([id, model, resId]);
                return view("call_view_ringing");
            },
        },
    });
    await ring(view("call_view_matches"));
    expect(".o-asterisk-CustomerBlock-who").toHaveText("+49 30 12345678");
    expect(".o-asterisk-MatchList-item").toHaveCount(2);
    expect(queryOne(".o-asterisk-MatchList-item:first")).toHaveText(
        /Acme GmbH · Eva Braun\s*Open opportunity · Purchasing · Berlin/
    );
    expect("[data-action=openCustomer]").toHaveCount(0);
    await contains(".o-asterisk-MatchList-item:first").click();
    expect(chosen).toEqual([[7, "res.partner", 42]]);
    expect(".o-asterisk-MatchList-item").toHaveCount(0);
    expect(".o-asterisk-CustomerBlock-who").toHaveText("Acme GmbH");
});

test("the choice made in another tab is seen here", async () => {
    await mountCalls();
    await ring(view("call_view_matches"));
    // Nothing new happened to the call: the version is the same, only the view was sent later.
    await ring(view("call_view_ringing", { ts: 1764000003 }));
    expect(".o-asterisk-MatchList-item").toHaveCount(0);
    expect(".o-asterisk-CustomerBlock-who").toHaveText("Acme GmbH");
});

test("a number that nobody has is shown big, with what can be made of it", async () => {
    await mountCalls();
    await ring(view("call_view_unknown"));
    expect(".o-asterisk-CustomerBlock-who").toHaveText("+371 67 000 000");
    expect(".o-asterisk-CustomerBlock-place").toHaveText(/Riga/);
    await waitFor("[data-action=createContact]");
    expect(queryAllTexts(".o-asterisk-CallActions [data-action]")).toEqual([
        "Create contact",
        "Create lead",
        "Belongs to…",
    ]);
    expect(".o-asterisk-CallDetails").toHaveCount(0);
});

test("a withheld number says so and offers nothing that needs a number", async () => {
    await mountCalls();
    await ring(view("call_view_withheld"));
    expect(".o-asterisk-CustomerBlock-who").toHaveText("Number withheld");
    expect(".o-asterisk-CallActions [data-action]").toHaveCount(0);
    expect(".o-asterisk-CustomerBlock-place").toHaveCount(0);
});

test("two calls at once are two boxes", async () => {
    await mountCalls();
    await ring(view("call_view_ringing"));
    await ring(view("call_view_unknown"));
    expect(queryAllTexts(".o-asterisk-CustomerBlock-who")).toEqual([
        "Acme GmbH",
        "+371 67 000 000",
    ]);
});

test("a hostile name is shown as text", async () => {
    await mountCalls();
    const hostile = view("call_view_ringing");
    hostile.customer.company = "<img src=x onerror=alert(1)>{{ 7*7 }}";
    hostile.line = "<b>Line</b>";
    await ring(hostile);
    expect(".o-asterisk-CustomerBlock-who").toHaveText("<img src=x onerror=alert(1)>{{ 7*7 }}");
    expect(`${POPUP} img[src=x]`).toHaveCount(0);
    expect(`${POPUP} b`).toHaveCount(0);
});
