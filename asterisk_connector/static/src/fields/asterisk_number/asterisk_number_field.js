import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { PhoneField } from "@web/views/fields/phone/phone_field";
import { customerOf } from "@asterisk_connector/models/records";

/** The other party's number of a call record: one click calls it, with the customer's name; a withheld one is a word. */
export class AsteriskNumberField extends PhoneField {
    static template = "asterisk_connector.NumberField";

    get phoneNumber() {
        return this.props.record.data.number || "";
    }

    get phoneHref() {
        return `tel:${this.phoneNumber}`;
    }

    get text() {
        return this.props.record.data[this.props.name] || "";
    }

    get numberOwner() {
        return customerOf(this.props.record);
    }
}

export const asteriskNumberField = {
    component: AsteriskNumberField,
    displayName: _t("Number of a call"),
    supportedTypes: ["char"],
    fieldDependencies: [
        { name: "number", type: "char" },
        { name: "partner_id", type: "many2one", relation: "res.partner" },
        { name: "lead_id", type: "many2one", relation: "crm.lead" },
    ],
};

registry.category("fields").add("asterisk_number", asteriskNumberField);
