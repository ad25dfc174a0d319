import { expect, queryAllTexts, test } from "@odoo/hoot";
import { contains, mountWithCleanup } from "@web/../tests/web_test_helpers";
import { defineAsteriskModels, example } from "@asterisk_connector/../tests/asterisk_test_helpers";
import { MatchList } from "@asterisk_connector/components/match_list/match_list";

defineAsteriskModels();

const ITEM = ".o-asterisk-MatchList-item";
const { matches } = example("call_view_matches");
const onChoose = ({ model, id }) => expect.step(`${model} ${id}`);
const mountMatches = (some) =>
    mountWithCleanup(MatchList, { props: { matches: some, onChoose }, noMainContainer: true });
const texts = () => queryAllTexts(ITEM).map((text) => text.replace(/\s+/g, " "));

test("each says who he is and why it may be he, the likeliest first", async () => {
    await mountMatches(matches);
    expect(texts()).toEqual([
        "Acme GmbH · Eva Braun Open opportunity · Purchasing · Berlin",
        "Acme GmbH · Karl Weber Called yesterday · Accounting · Berlin",
    ]);
});

test("a click chooses him", async () => {
    await mountMatches(matches);
    await contains(`${ITEM}:last`).click();
    expect.verifySteps(["res.partner 43"]);
});

test("a company is not named twice, and what is not known leaves no dot", async () => {
    const [eva] = matches;
    const company = { ...eva, name: "Acme GmbH", function: "", city: "", reason: "" };
    await mountMatches([company, { ...eva, id: 1, company: "", reason: "" }]);
    expect(texts()).toEqual(["Acme GmbH", "Eva Braun Purchasing · Berlin"]);
});

test("a lead and a contact of the same id are two", async () => {
    const [eva] = matches;
    const lead = { ...eva, model: "crm.lead", avatar_url: "", name: "Ten printers" };
    await mountMatches([eva, lead]);
    expect(ITEM).toHaveCount(2);
    expect(`${ITEM} .fa-star-o`).toHaveCount(1);
    await contains(`${ITEM}:last`).click();
    expect.verifySteps(["crm.lead 42"]);
});

test("a hostile name is shown as text", async () => {
    await mountMatches([{ ...matches[0], name: "<img src=x onerror=alert(1)>" }]);
    expect(ITEM).toHaveText(/<img src=x onerror=alert\(1\)>/);
    expect(`${ITEM} img[src=x]`).toHaveCount(0);
});
