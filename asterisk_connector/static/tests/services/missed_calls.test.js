import { expect, test } from "@odoo/hoot";
import { mockService, onRpc } from "@web/../tests/web_test_helpers";
import {
    call,
    defineAsteriskModels,
    example,
    ring,
    startService,
    view,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { AsteriskCall } from "@asterisk_connector/../tests/asterisk_test_models";
import { user } from "@web/core/user";

defineAsteriskModels();

test("the latest calls that I missed, and only mine", async () => {
    AsteriskCall._records = [
        { id: 1, number: "+491", missed_user_ids: [user.userId] },
        { id: 2, number: "+492", missed_user_ids: [] },
        { id: 3, number: "+493", missed_user_ids: [user.userId] },
    ];
    onRpc("asterisk.call", "search_read", ({ kwargs }) => expect.step(kwargs.order));
    const { missed } = await startService();
    expect((await missed.latest()).map(({ id }) => id)).toEqual([1, 3]);
    expect.verifySteps(["started_at desc"]);
});

test("calls marked as done leave the screen and the count", async () => {
    const acknowledge_missed = (ids) => {
        expect.step(`done ${ids}`);
        return 4;
    };
    const { missed, state } = await startService({ answers: { acknowledge_missed } });
    await ring(view("call_view_missed", { id: 7 }), view("call_view_missed", { id: 8 }));
    await missed.acknowledge([7, 9]);
    expect.verifySteps(["done 7,9"]);
    expect(state.missed).toBe(4);
    expect(Object.keys(state.calls)).toEqual(["8"]);
});

test("a call that goes on is not taken away by marking an older one of it", async () => {
    const answers = { acknowledge_missed: () => 0 };
    const { missed, state } = await startService({ answers });
    await ring(view("call_view_talking"));
    await missed.acknowledge([7]);
    expect(Object.keys(state.calls)).toEqual(["7"]);
});

test("what Odoo could not mark stays, and the user hears why", async () => {
    mockService("notification", { add: (message) => expect.step(message) });
    const acknowledge_missed = () => {
        throw new Error("The call is not yours.");
    };
    const { missed, state } = await startService({ answers: { acknowledge_missed } });
    await ring(view("call_view_missed"));
    await missed.acknowledge([7]);
    expect.verifySteps(["The call is not yours."]);
    expect(state.missed).toBe(1);
    expect(Object.keys(state.calls)).toEqual(["7"]);
});

test("calling back dials the number for its customer and takes the box away", async () => {
    const click_to_call = (...args) => {
        expect.step(args.slice(0, 3).join(" "));
        return example("command_view", { state: "sent" });
    };
    const { missed, state } = await startService({ answers: { click_to_call } });
    await missed.callBack(call("call_view_missed"));
    await missed.callBack(call("call_view_missed", { id: 8, number: "+491", customer: null }));
    expect.verifySteps(["+493012345678 res.partner 42", "+491 false false"]);
    expect(Object.keys(state.hidden)).toEqual(["7", "8"]);
});

test("calling back that did not begin leaves the box", async () => {
    mockService("notification", { add: (message) => expect.step(message) });
    const click_to_call = () => {
        throw new Error("You have no phone.");
    };
    const { missed, state } = await startService({ answers: { click_to_call } });
    await missed.callBack(call("call_view_missed"));
    expect.verifySteps(["You have no phone."]);
    expect(state.hidden).toEqual({});
});
