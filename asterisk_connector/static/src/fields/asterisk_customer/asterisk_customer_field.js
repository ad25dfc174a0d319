import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** The customer of a call in a list: the contact, else the lead, which a star tells apart. */
export class AsteriskCustomerField extends Component {
    static template = "asterisk_connector.CustomerField";
    static props = { ...standardFieldProps };

    get contact() {
        return this.props.record.data[this.props.name];
    }

    get lead() {
        return !this.contact && this.props.record.data.lead_id;
    }
}

export const asteriskCustomerField = {
    component: AsteriskCustomerField,
    displayName: _t("Customer of a call"),
    supportedTypes: ["many2one"],
    fieldDependencies: [{ name: "lead_id", type: "many2one", relation: "crm.lead" }],
};

registry.category("fields").add("asterisk_customer", asteriskCustomerField);
