import { Component, useState } from "@odoo/owl";

import { useService } from "@web/core/utils/hooks";
import { failureOf } from "@asterisk_connector/services/call_queries";

/** Why the last thing asked for this call did not work, in words. */
export class CallFailure extends Component {
    static template = "asterisk_connector.CallFailure";
    static props = { call: Object };

    setup() {
        this.state = useState(useService("asterisk").state);
    }

    get message() {
        return failureOf(this.state, this.props.call);
    }
}
