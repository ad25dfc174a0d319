import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { RecordingPlayer } from "@asterisk_connector/components/recording_player/recording_player";

/** What was recorded, of a call or a recording: a list of player views. Small everywhere but in forms. */
export class AsteriskRecordingField extends Component {
    static template = "asterisk_connector.RecordingField";
    static components = { RecordingPlayer };
    static props = { ...standardFieldProps, isSmall: { type: Boolean, optional: true } };

    get views() {
        return this.props.record.data[this.props.name] || [];
    }

    get callId() {
        const { resModel, resId, data } = this.props.record;
        return (resModel === "asterisk.call" ? resId : data.call_id?.id) || undefined;
    }
}

export const asteriskRecordingField = {
    component: AsteriskRecordingField,
    displayName: _t("Recording of a call"),
    supportedTypes: ["json"],
    extractProps: ({ viewType }) => ({ isSmall: viewType !== "form" }),
};

registry.category("fields").add("asterisk_recording", asteriskRecordingField);
