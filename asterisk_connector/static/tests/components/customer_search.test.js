import { advanceTime, animationFrame, Deferred, expect, queryAllTexts, test } from "@odoo/hoot";
import { contains } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    example,
    mountAsterisk,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { CustomerSearch } from "@asterisk_connector/components/customer_search/customer_search";

defineAsteriskModels();

const FIELD = ".o-asterisk-CustomerSearch input";
const NOBODY = ".o-asterisk-CustomerSearch [role=status]";
const { matches } = example("call_view_matches");

const mountSearch = (search_customers) =>
    mountAsterisk(CustomerSearch, {
        answers: { search_customers },
        props: () => ({ onChoose: ({ id }) => expect.step(`chosen ${id}`) }),
    });

/** Types, and pauses as one does at the end. */
async function type(text) {
    await contains(FIELD).edit(text, { confirm: false });
    await advanceTime(300);
    await animationFrame();
}

// On a phone's screen the keyboard would come up over what one wants to read.
test.tags("desktop");
test("the field that one has asked for has the focus", async () => {
    await mountSearch(() => []);
    expect(FIELD).toBeFocused();
});

test("Odoo is asked when typing pauses, and who is found can be chosen", async () => {
    await mountSearch((query) => {
        expect.step(query);
        return matches;
    });
    await contains(FIELD).edit("eva bra", { confirm: false });
    await advanceTime(100);
    await type("eva braun");
    expect.verifySteps(["eva braun"]);
    expect(queryAllTexts(".o-asterisk-MatchList-item .fw-bold")).toEqual([
        "Acme GmbH · Eva Braun",
        "Acme GmbH · Karl Weber",
    ]);
    await contains(".o-asterisk-MatchList-item:first").click();
    expect.verifySteps(["chosen 42"]);
});

test("one letter and spaces ask nothing", async () => {
    await mountSearch((query) => expect.step(query));
    await type("e");
    await type("   ");
    expect.verifySteps([]);
    expect(NOBODY).toHaveCount(0);
});

test("nobody found: it says so, until something else is typed", async () => {
    await mountSearch(() => []);
    await type("xyz");
    expect(NOBODY).toHaveText("Nobody found. Try a part of the name.");
    await type("");
    expect(NOBODY).toHaveCount(0);
});

test("an answer that was overtaken by typing is dropped", async () => {
    const slow = new Deferred();
    await mountSearch((query) => (query === "eva" ? slow : [matches[1]]));
    await type("eva");
    await type("weber");
    slow.resolve([matches[0]]);
    await animationFrame();
    expect(queryAllTexts(".o-asterisk-MatchList-item .fw-bold")).toEqual([
        "Acme GmbH · Karl Weber",
    ]);
});
