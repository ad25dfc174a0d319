import { Component, useState } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { CallFailure } from "@asterisk_connector/components/call_failure/call_failure";
import { CallRecording } from "@asterisk_connector/components/call_recording/call_recording";

/** On a call's form while I talk in it and have hidden its box: is it recorded, and the button that pauses that. */
export class CallRecordingWidget extends Component {
    static template = "asterisk_connector.CallRecordingWidget";
    static components = { CallFailure, CallRecording };
    static props = { ...standardWidgetProps };

    setup() {
        this.telephony = useState(useService("asterisk").state);
    }

    get call() {
        const call = this.telephony.calls[this.props.record.resId];
        return call?.isRecorded && call.id in this.telephony.hidden ? call : null;
    }
}

registry
    .category("view_widgets")
    .add("asterisk_call_recording", { component: CallRecordingWidget });
