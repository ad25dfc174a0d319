import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { formatCallDuration } from "@asterisk_connector/models/formats";

/** Seconds as the duration of a call: 252 is "4:12". Nothing at all is shown as nothing, unless it is a moment. */
export class AsteriskDurationField extends Component {
    static template = "asterisk_connector.DurationField";
    static props = { ...standardFieldProps, isMoment: { type: Boolean, optional: true } };

    get text() {
        const seconds = this.props.record.data[this.props.name];
        return seconds || this.props.isMoment ? formatCallDuration(seconds) : "";
    }
}

export const asteriskDurationField = {
    component: AsteriskDurationField,
    displayName: _t("Duration of a call"),
    supportedTypes: ["integer", "float"],
    isEmpty: () => false,
    extractProps: ({ options }) => ({ isMoment: Boolean(options.moment) }),
};

registry.category("fields").add("asterisk_duration", asteriskDurationField);
// Sums and averages below a list are formatted by the widget's name.
registry.category("formatters").add("asterisk_duration", (seconds) => formatCallDuration(seconds));
