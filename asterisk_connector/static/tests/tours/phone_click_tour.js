import { queryFirst } from "@odoo/hoot-dom";
import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("asterisk_connector.phone_click", {
    steps: () => [
        {
            content: "Telephony has been loaded",
            trigger: ".o-asterisk-Systray",
        },
        {
            content: "An impatient click on the number in the customer's form",
            trigger: ".o_form_view .o_field_widget[name=phone] a[href^='tel:']",
            async run({ anchor, click }) {
                await click();
                queryFirst(".o_field_widget[name=phone] a[href^='tel:']").click();
            },
        },
        {
            content: "My own phone is being called",
            trigger: ".o-asterisk-CallBox [role=status]:contains(Calling +49 30 12345678)",
        },
        {
            content: "Another click while it is being set up",
            trigger: ".o_form_view .o_field_widget[name=phone] a[href^='tel:']",
            run: "click",
        },
        {
            content: "There is one call, no dialog and no complaint",
            trigger:
                "body:not(:has(.modal)):not(:has(.o_notification)):not(:has(.o-asterisk-CallBox:eq(1))) .o-asterisk-CallBox",
        },
    ],
});
