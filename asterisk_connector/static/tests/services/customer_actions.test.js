import { beforeEach, expect, test } from "@odoo/hoot";
import { mockService, onRpc } from "@web/../tests/web_test_helpers";
import {
    call,
    defineAsteriskModels,
    example,
    ring,
    startService,
    view,
} from "@asterisk_connector/../tests/asterisk_test_helpers";

defineAsteriskModels();

let opened;
let form;
beforeEach(() => {
    opened = [];
    mockService("action", { doAction: async (action) => opened.push(action) });
    mockService("dialog", { add: (_, props) => (form = props) });
    onRpc("res.country", "search_read", ({ kwargs }) => {
        expect.step(`country ${kwargs.domain[0][2]}`);
        return kwargs.domain[0][2] === "Germany" ? [{ id: 57 }] : [];
    });
});

const RINGING = () => call("call_view_ringing");
const UNKNOWN = () => call("call_view_unknown");
const onChosen = {
    choose_match: (...args) => {
        expect.step(`chosen ${args.slice(0, 3).join(" ")}`);
        return view("call_view_ringing", { id: 8 });
    },
};

test("the customer, the call and all calls are opened as their forms and lists", async () => {
    const { customers } = await startService();
    await customers.openCustomer(RINGING());
    await customers.openCall(RINGING());
    await customers.openCalls();
    expect(opened.slice(0, 2).map(({ res_model, res_id }) => [res_model, res_id])).toEqual([
        ["res.partner", 42],
        ["asterisk.call", 7],
    ]);
    expect(opened[2]).toBe("asterisk_connector.asterisk_call_action");
});

test("a new contact has the caller's number, name, city and country", async () => {
    const event = (call_id) => example("event", { call_id, caller_name: "Hans Neu" });
    const { customers } = await startService({ answers: { event } });
    const place = { city: "Berlin", country: "Germany", timezone: "" };
    await customers.createContact(call("call_view_unknown", { place }));
    expect.verifySteps(["country Germany"]);
    expect(form.resModel).toBe("res.partner");
    expect(form.context).toEqual({
        default_name: "Hans Neu",
        default_phone: "+371 67 000 000",
        default_city: "Berlin",
        default_country_id: 57,
    });
});

test("a country that Odoo does not know by that name is left open, none is not asked for", async () => {
    const { customers } = await startService();
    await customers.createContact(UNKNOWN());
    expect.verifySteps(["country Latvia"]);
    expect(form.context.default_country_id).toBe(false);
    const nowhere = { city: "", country: "", timezone: "" };
    await customers.createContact(call("call_view_unknown", { place: nowhere }));
    expect.verifySteps([]);
    expect(form.context).toMatchObject({ default_city: false, default_country_id: false });
});

test("saved, the new contact is the call's customer at once", async () => {
    const { customers, state } = await startService({ answers: onChosen });
    await ring(view("call_view_unknown"));
    await customers.createContact(state.calls[8]);
    await form.onRecordSaved({ resId: 99 });
    expect.verifySteps(["country Latvia", "chosen 8 res.partner 99"]);
    expect(state.calls[8].customer.name).toBe("Eva Braun");
});

test("a lead of a customer who is known is his and linked to the call, and he stays its customer", async () => {
    const link_document = (...args) => {
        expect.step(args.slice(0, 4).join(" "));
        return example("event");
    };
    const { customers } = await startService({ answers: { ...onChosen, link_document } });
    await customers.createLead(RINGING());
    expect(form.resModel).toBe("crm.lead");
    expect(form.context).toMatchObject({
        default_name: "Call from Acme GmbH",
        default_type: "opportunity",
        default_partner_id: 42,
        default_phone: "+49 30 12345678",
    });
    await form.onRecordSaved({ resId: 99 });
    expect.verifySteps(["country Germany", "7 crm.lead 99 true"]);
});

test("the customer of a call of long ago is chosen without bringing its box back", async () => {
    const { customers, state } = await startService({ answers: onChosen });
    await customers.choose(RINGING(), { model: "res.partner", id: 43 });
    expect.verifySteps(["chosen 7 res.partner 43"]);
    expect(state.calls).toEqual({});
});

test("a lead of an unknown caller becomes his record", async () => {
    const { customers } = await startService({ answers: onChosen });
    await customers.createLead(UNKNOWN());
    expect(form.context.default_partner_id).toBe(false);
    await form.onRecordSaved({ resId: 12 });
    expect.verifySteps(["country Latvia", "chosen 8 crm.lead 12"]);
});

test("a choice that Odoo refuses changes nothing, and says so", async () => {
    mockService("notification", { add: (message) => expect.step(message) });
    const choose_match = () => {
        throw new Error("This call is not yours.");
    };
    const { customers, state } = await startService({ answers: { choose_match } });
    await ring(view("call_view_matches"));
    await customers.choose(state.calls[7], { model: "res.partner", id: 43 });
    expect.verifySteps(["This call is not yours."]);
    expect(state.calls[7].customer).toBe(null);
});

test("a search that fails has found nobody", async () => {
    mockService("notification", { add: (message) => expect.step(message) });
    const search_customers = () => {
        throw new Error("Too much at once.");
    };
    const { customers } = await startService({ answers: { search_customers } });
    expect(await customers.search("acme")).toEqual([]);
    expect.verifySteps(["Too much at once."]);
});
