import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

const BOX = ".o-asterisk-CallBox";

/** The PBX tells Odoo what became of the call (see tests/test_tours.py); the screen hears of it by the bus alone. */
const pbxSays = (snapshot) =>
    rpc("/web/dataset/call_kw/asterisk.call/rehearse", {
        model: "asterisk.call",
        method: "rehearse",
        args: [snapshot],
        kwargs: {},
    });

registry.category("web_tour.tours").add("asterisk_connector.incoming_call", {
    steps: () => [
        {
            content: "Odoo is open, the telephone is in the navbar",
            trigger: ".o-asterisk-Systray",
            run: () => pbxSays("call_ringing"),
        },
        {
            content: "The popup tells who is calling, for how long and on which line",
            trigger: `${BOX}-ringing:contains(Incoming):contains(Sales line):contains(Acme GmbH):contains(Eva Braun, Purchasing)`,
        },
        {
            content:
                "Nothing is being loaded any more: who may see no invoice has no empty bars in the popup",
            trigger: `${BOX}:not(:has([aria-busy=true]))`,
        },
        {
            content: "Open the customer while it rings",
            trigger: `${BOX} [data-action=openCustomer]`,
            run: "click",
        },
        {
            content:
                "The customer's form is open, the popup is still there, and I pick up the phone",
            trigger: `body:has(${BOX}-ringing) .o_form_view:contains(Eva Braun)`,
            run: () => pbxSays("call_talking"),
        },
        {
            content: "The popup has become the card of the running call",
            trigger: `body:has(.o_form_view:contains(Eva Braun)) ${BOX}-talking:has(.o-asterisk-hangUp:enabled)`,
        },
        {
            content: "Its clock goes",
            trigger: `${BOX}-talking .o-asterisk-CallHead-time:contains(/^0:\\d\\d$/):not(:contains(0:00))`,
        },
        {
            content: "I note down what he wants",
            trigger: `${BOX}-talking .o-asterisk-NoteField-text`,
            run: "edit Wants ten printers",
        },
        {
            content: "The note is saved by itself",
            trigger: `${BOX}-talking .o-asterisk-NoteField-status:contains(Saved)`,
            run: () => pbxSays("call_ended"),
        },
        {
            content: "The card says so, and waits for what came of it",
            trigger: `${BOX}-ended:contains(Call ended) .o-asterisk-outcome:contains(Interested)`,
            run: "click",
        },
        {
            content: "One click has said it, and I am done",
            trigger: `${BOX}-ended:has(.o-asterisk-outcome[aria-pressed=true]) .o-asterisk-done`,
            run: "click",
        },
        {
            content: "Nothing of the call is left on the screen",
            trigger: `body:not(:has(${BOX}))`,
        },
        {
            content: "The telephone in the navbar knows the way to the calls",
            trigger: ".o-asterisk-Systray",
            run: "click",
        },
        {
            trigger: ".o-asterisk-PhoneMenu-calls",
            run: "click",
        },
        {
            content: "The call is in the list, with its customer and how long we talked",
            trigger:
                ".o_list_view .o_data_row:contains(Eva Braun):contains(1:00) .o_data_cell[name=number_display]",
            run: "click",
        },
        {
            content: "Its form says with whom it was",
            trigger: ".o_form_view .oe_title:contains(Eva Braun)",
        },
        {
            content: "And whose phones rang, the one that answered among them",
            trigger:
                ".o_field_widget[name=leg_ids]:has(.o_data_row:eq(2)) .o_data_row:contains(Answered)",
        },
        {
            content: "The customer is a click away",
            trigger: ".o_form_view button[name=action_open_customer]:visible",
        },
    ],
});
