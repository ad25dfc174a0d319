import { Component, useEffect, useState } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { CallLinks } from "@asterisk_connector/components/call_links/call_links";

/** Documents and customer on a call's form; what changes there or at the telephone, the form's own fields follow. */
export class CallLinksWidget extends Component {
    static template = "asterisk_connector.CallLinksWidget";
    static components = { CallLinks };
    static props = { ...standardWidgetProps };

    setup() {
        this.telephony = useState(useService("asterisk").state);
        this.known = {};
        useEffect(
            (links, version) => this.follow({ links, version }),
            () => [
                this.telephony.events[this.callId]?.links?.join(),
                this.telephony.calls[this.callId]?.version,
            ]
        );
    }

    get callId() {
        return this.props.record.resId;
    }

    /** What was not known before is no change, and what is not known any more neither. */
    follow(facts) {
        const names = Object.keys(facts).filter((name) => facts[name]);
        const isChange = names.some((name) => (this.known[name] || facts[name]) !== facts[name]);
        names.forEach((name) => (this.known[name] = facts[name]));
        if (isChange) {
            this.reload();
        }
    }

    /** Not under the hands of who edits the form. */
    async reload() {
        if (!(await this.props.record.isDirty())) {
            await this.props.record.load();
        }
    }
}

export const callLinksWidget = { component: CallLinksWidget };

registry.category("view_widgets").add("asterisk_call_links", callLinksWidget);
