import { Component, useEffect } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { CallEvent } from "@asterisk_connector/components/call_event/call_event";

/** Note, outcome and tags on a call's form: saved by themselves, whatever the form's own buttons do. */
export class CallEventWidget extends Component {
    static template = "asterisk_connector.CallEventWidget";
    static components = { CallEvent };
    static props = { ...standardWidgetProps };

    setup() {
        const { state } = useService("asterisk");
        useEffect(
            (callId) => {
                state.documentId = callId;
                return () => (state.documentId = 0);
            },
            () => [this.props.record.resId]
        );
    }
}

export const callEventWidget = {
    component: CallEventWidget,
    fieldDependencies: [{ name: "linkedid", type: "char" }],
};

registry.category("view_widgets").add("asterisk_call_event", callEventWidget);
