import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const ICONS = {
    incoming: "oi-arrow-down-left",
    outgoing: "oi-arrow-up-right",
    internal: "oi-arrows-h",
};

/** The direction of a call as an arrow; the word is in the tooltip and for screen readers. */
export class AsteriskDirectionField extends Component {
    static template = "asterisk_connector.DirectionField";
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name];
    }

    get icon() {
        return ICONS[this.value];
    }

    get label() {
        const options = this.props.record.fields[this.props.name].selection || [];
        return options.find(([value]) => value === this.value)?.[1] || "";
    }

    /** A record that says that it was missed has its arrow in red. */
    get colour() {
        return this.props.record.data.missed ? "text-danger" : "text-muted";
    }
}

export const asteriskDirectionField = {
    component: AsteriskDirectionField,
    displayName: _t("Direction of a call"),
    supportedTypes: ["selection"],
};

registry.category("fields").add("asterisk_direction", asteriskDirectionField);
