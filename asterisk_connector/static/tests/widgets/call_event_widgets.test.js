import { animationFrame, expect, test } from "@odoo/hoot";
import { contains, getService, mountView, onRpc } from "@web/../tests/web_test_helpers";
import {
    defineAsteriskModels,
    example,
    ring,
    startService,
    view,
} from "@asterisk_connector/../tests/asterisk_test_helpers";
import { AsteriskCall } from "@asterisk_connector/../tests/asterisk_test_models";

defineAsteriskModels();

async function mountForm() {
    AsteriskCall._records = [{ id: 7, linkedid: "1764000000.10", number_display: "+371" }];
    const save_note = (id, text, base, linkedid) => {
        expect.step([id, text, linkedid].join(" | "));
        return example("event", { note: text });
    };
    await startService({ answers: { save_note } });
    await mountView({
        type: "form",
        resModel: "asterisk.call",
        resId: 7,
        arch: `<form edit="0"><field name="number_display"/><widget name="asterisk_call_event"/><widget name="asterisk_call_links"/></form>`,
    });
    await animationFrame();
}

test("who may not edit the form writes its note all the same", async () => {
    await mountForm();
    expect(".o-asterisk-NoteField-text").toHaveValue("Wants ten printers by Friday");
    expect(".o-asterisk-CallLinks-item").toHaveCount(2);
    await contains(".o-asterisk-NoteField-text").edit("Wants ink", { confirm: "blur" });
    expect.verifySteps(["7 | Wants ink | 1764000000.10"]);
});

test("the form's fields follow when the customer or a document changes", async () => {
    await mountForm();
    onRpc("asterisk.call", "web_read", () => expect.step("read"));
    const { events } = getService("asterisk");
    const { note, outcome, tags, links } = example("event");
    events.receive({ call_id: 7, note: `${note}!`, outcome, tags, links });
    await animationFrame();
    expect.verifySteps([]);
    events.put(example("event", { links: [43, false] }));
    await animationFrame();
    expect.verifySteps(["read"]);
});

test("so they do when the call goes on", async () => {
    await mountForm();
    await ring(view("call_view_talking"));
    onRpc("asterisk.call", "web_read", () => expect.step("read"));
    await ring(view("call_view_ended"));
    expect.verifySteps(["read"]);
});

test("the box of the call leaves out what its document has", async () => {
    await mountForm();
    await ring(view("call_view_talking"), view("call_view_talking", { id: 8 }));
    await animationFrame();
    expect("[data-call-id='7'] .o-asterisk-hangUp").toHaveCount(1);
    expect("[data-call-id='7'] .o-asterisk-NoteField").toHaveCount(0);
    expect("[data-call-id='8'] .o-asterisk-NoteField").toHaveCount(1);
});
