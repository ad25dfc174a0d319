import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { BadgeField, badgeField } from "@web/views/fields/badge/badge_field";

/** How a call ended, as a badge: what was missed is called so, whoever gave up first. */
export class AsteriskResultField extends BadgeField {
    get formattedValue() {
        return this.props.record.data.missed ? _t("Missed") : super.formattedValue;
    }
}

export const asteriskResultField = {
    ...badgeField,
    component: AsteriskResultField,
    displayName: _t("Result of a call"),
    supportedTypes: ["selection"],
    fieldDependencies: [{ name: "missed", type: "boolean" }],
};

registry.category("fields").add("asterisk_result", asteriskResultField);
