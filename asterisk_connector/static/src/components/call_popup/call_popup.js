import { Component } from "@odoo/owl";

import { useService } from "@web/core/utils/hooks";
import { CallActions } from "@asterisk_connector/components/call_actions/call_actions";
import { CallDetails } from "@asterisk_connector/components/call_details/call_details";
import { CallFailure } from "@asterisk_connector/components/call_failure/call_failure";
import { CallHead } from "@asterisk_connector/components/call_head/call_head";
import { CallIdentity } from "@asterisk_connector/components/call_identity/call_identity";

/** A call that rings at my phone, or just did: who it is and what matters about him. */
export class CallPopup extends Component {
    static template = "asterisk_connector.CallPopup";
    static components = { CallActions, CallDetails, CallFailure, CallHead, CallIdentity };
    static props = { call: Object };

    setup() {
        this.asterisk = useService("asterisk");
    }

    /** Someone else answered: the box says so and goes; there is nothing to do in it. */
    get isOver() {
        return this.props.call.outcome?.reason === "elsewhere";
    }
}
