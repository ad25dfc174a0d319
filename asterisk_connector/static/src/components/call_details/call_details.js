import { Component, useEffect, useState } from "@odoo/owl";

import { useService } from "@web/core/utils/hooks";

/** What matters about the customer now, a line each; grey bars until it has come, so that nothing jumps. */
export class CallDetails extends Component {
    static template = "asterisk_connector.CallDetails";
    static props = { call: Object };

    setup() {
        this.asterisk = useService("asterisk");
        this.action = useService("action");
        this.state = useState(this.asterisk.state);
        useEffect(
            () => {
                this.asterisk.details.load(this.props.call);
            },
            () => [this.props.call.id, this.props.call.customer.model, this.props.call.customer.id]
        );
    }

    get details() {
        return this.state.details[this.props.call.id] || { status: "loading", items: [] };
    }

    open(item) {
        return this.action.doAction(item.action);
    }
}
