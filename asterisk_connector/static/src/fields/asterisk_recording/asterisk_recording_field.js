import { Component, useEffect, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { isOnItsWay } from "@asterisk_connector/models/recording_words";
import { RecordingPlayer } from "@asterisk_connector/components/recording_player/recording_player";

/** What was recorded, of a call or a recording: a list of player views. Small everywhere but in forms. */
export class AsteriskRecordingField extends Component {
    static template = "asterisk_connector.RecordingField";
    static components = { RecordingPlayer };
    static props = { ...standardFieldProps, isSmall: { type: Boolean, optional: true } };

    setup() {
        const { recordingNews: news } = useService("asterisk");
        this.told = useState(news.told);
        useEffect(
            (callId) => callId && news.watch(callId),
            () => [this.isNewsworthy && this.callId]
        );
    }

    /** What the record was read with, until there is news. */
    get views() {
        const { resId, resModel } = this.props.record;
        const told = this.told[this.callId];
        if (told) {
            return resModel === "asterisk.call" ? told : told.filter(({ id }) => id === resId);
        }
        return this.known;
    }

    get known() {
        return this.props.record.data[this.props.name] || [];
    }

    /** Not each of the many rows of a list: those in which something will happen by itself. */
    get isNewsworthy() {
        const { data } = this.props.record;
        const isFresh = data.started_at > luxon.DateTime.now().minus({ hours: 1 });
        return !this.props.isSmall || isFresh || this.known.some(({ state }) => isOnItsWay(state));
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
