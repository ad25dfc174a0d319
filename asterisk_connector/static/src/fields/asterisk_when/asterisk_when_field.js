import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { formatDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { useNow } from "@asterisk_connector/components/now_hook";
import { formatWhen } from "@asterisk_connector/models/formats";

const REFRESH_MS = 30000;

/** When a call was, as people say it: "5 minutes ago" within a day, the date otherwise; the moment is in the tooltip. */
export class AsteriskWhenField extends Component {
    static template = "asterisk_connector.WhenField";
    static props = { ...standardFieldProps };

    setup() {
        this.clock = useNow(REFRESH_MS);
    }

    get moment() {
        return this.props.record.data[this.props.name];
    }

    get text() {
        return this.moment ? formatWhen(this.moment.toSeconds(), this.clock.now) : "";
    }

    get exact() {
        return this.moment ? formatDateTime(this.moment) : "";
    }
}

export const asteriskWhenField = {
    component: AsteriskWhenField,
    displayName: _t("When a call was"),
    supportedTypes: ["datetime"],
};

registry.category("fields").add("asterisk_when", asteriskWhenField);
