import { Deferred, expect, test, tick } from "@odoo/hoot";
import { makeServerError, patchWithCleanup } from "@web/../tests/web_test_helpers";
import {
    call,
    defineAsteriskModels,
    example,
    setTabHidden,
    startService,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { ConnectionLostError } from "@web/core/network/rpc";

defineAsteriskModels();

const { customer } = example("call_view_ringing");
const EVA = () => call("call_view_ringing");
const KARL = () => call("call_view_ringing", { customer: { ...customer, id: 43 } });

function counted(answer = () => example("popup_details")) {
    return {
        popup_details: (callId) => {
            expect.step(`details of ${callId}`);
            return answer(callId);
        },
    };
}

test("what matters about the customer is asked once a call and customer", async () => {
    const { details, state } = await startService({ answers: counted() });
    const loading = details.load(EVA());
    expect(state.details[7]).toMatchObject({ status: "loading", items: [] });
    await loading;
    await details.load(EVA());
    expect.verifySteps(["details of 7"]);
    expect(state.details[7].status).toBe("ready");
    expect(state.details[7].items.map(({ key }) => key)).toEqual(["invoices", "last_call"]);
});

test("another customer has other details", async () => {
    const { details } = await startService({ answers: counted() });
    await details.load(EVA());
    await details.load(KARL());
    expect.verifySteps(["details of 7", "details of 7"]);
});

test("an answer about the customer who was chosen before is dropped", async () => {
    const slow = new Deferred();
    const answers = [slow, { items: [{ key: "karl" }] }];
    const { details, state } = await startService({ answers: counted(() => answers.shift()) });
    const first = details.load(EVA());
    await details.load(KARL());
    slow.resolve({ items: [{ key: "eva" }] });
    await first;
    expect(state.details[7].items).toEqual([{ key: "karl" }]);
    expect.verifySteps(["details of 7", "details of 7"]);
});

test("an answer about a call that has gone brings nothing back", async () => {
    const slow = new Deferred();
    const { details, state, store } = await startService({ answers: counted(() => slow) });
    const loading = details.load(EVA());
    await tick();
    store.remove(7);
    slow.resolve(example("popup_details"));
    await loading;
    expect(state.details).toEqual({});
    expect.verifySteps(["details of 7"]);
});

test("nobody looks: nothing is asked until someone does", async () => {
    const { details } = await startService({ answers: counted() });
    setTabHidden(true);
    const loading = details.load(EVA());
    await tick();
    expect.verifySteps([]);
    setTabHidden(false);
    await loading;
    expect.verifySteps(["details of 7"]);
});

test("what Odoo refuses and what a lost network takes is said in its place", async () => {
    const refuse = () => {
        throw makeServerError({ type: "AccessError", message: "no" });
    };
    const { api, details, state } = await startService({ answers: counted(refuse) });
    await details.load(EVA());
    expect(state.details[7]).toMatchObject({ status: "failed", items: [] });
    patchWithCleanup(api, { details: () => Promise.reject(new ConnectionLostError("/")) });
    await details.load(KARL());
    expect(state.details[7]).toMatchObject({ key: "res.partner,43", status: "failed" });
    expect.verifySteps(["details of 7"]);
});

test("what the user may create is asked once", async () => {
    const { api, details, state } = await startService();
    patchWithCleanup(api, {
        rights: async () => {
            expect.step("rights");
            return { contact: true, lead: false };
        },
    });
    await Promise.all([details.loadRights(), details.loadRights()]);
    expect(state.rights).toEqual({ contact: true, lead: false });
    expect.verifySteps(["rights"]);
});
