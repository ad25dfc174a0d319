import { animationFrame, expect, queryAllTexts, test } from "@odoo/hoot";
import { contains, mockService } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    example,
    mountAsterisk,
    view,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { CallLinks } from "@asterisk_connector/components/call_links/call_links";

defineAsteriskModels();

const ITEM = ".o-asterisk-CallLinks-item";

async function mountLinks(changes = {}) {
    let known = example("event", changes);
    const link_document = (id, model, documentId, isOn) => {
        expect.step([id, model, documentId, isOn].join(" "));
        const documents = known.documents.map((one) =>
            one.id === documentId ? { ...one, linked: isOn } : one
        );
        known = { ...known, documents };
        return known;
    };
    const asterisk = await mountAsterisk(CallLinks, {
        props: () => ({ callId: 7 }),
        answers: { event: () => known, link_document },
    });
    await asterisk.events.load(7);
    await animationFrame();
}

test("linked documents come first, what is open with the customer is a click away", async () => {
    await mountLinks();
    expect(queryAllTexts(`${ITEM} .btn-link`)).toEqual([
        "S00031\nQuotation · 8,600.00 €",
        "Ten printers\nNew · 8,000.00 €",
    ]);
    expect(`${ITEM}.o-linked`).toHaveText(/S00031/);
    await contains(`${ITEM}:contains(Ten printers) .o-asterisk-link`).click();
    expect(`${ITEM}.o-linked`).toHaveCount(2);
    await contains(`${ITEM}:contains(S00031) .o-asterisk-link`).click();
    expect(`${ITEM}.o-linked`).toHaveText(/Ten printers/);
    expect.verifySteps(["7 crm.lead 12 true", "7 sale.order 31 false"]);
});

test("a document is opened by its name", async () => {
    mockService("action", {
        doAction: ({ res_model, res_id }) => expect.step(`${res_model} ${res_id}`),
    });
    await mountLinks();
    await contains(`${ITEM}:contains(S00031) .btn-link`).click();
    expect.verifySteps(["sale.order 31"]);
});

test("who may only read sees what was linked", async () => {
    await mountLinks({ may_write: false });
    expect(ITEM).toHaveCount(1);
    expect(".o-asterisk-link, [data-action]").toHaveCount(0);
});

test("an unknown caller becomes a contact or a lead, or belongs to someone", async () => {
    await mountLinks({ documents: [], view: view("call_view_unknown") });
    expect(queryAllTexts("[data-action]")).toEqual([
        "Create contact",
        "Create lead",
        "Belongs to…",
    ]);
});
