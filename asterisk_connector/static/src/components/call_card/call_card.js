import { Component, useState } from "@odoo/owl";

import { useService } from "@web/core/utils/hooks";
import { CallActions } from "@asterisk_connector/components/call_actions/call_actions";
import { CallDetails } from "@asterisk_connector/components/call_details/call_details";
import { CallEvent } from "@asterisk_connector/components/call_event/call_event";
import { CallFailure } from "@asterisk_connector/components/call_failure/call_failure";
import { CallHead } from "@asterisk_connector/components/call_head/call_head";
import { CallIdentity } from "@asterisk_connector/components/call_identity/call_identity";
import { CallRecording } from "@asterisk_connector/components/call_recording/call_recording";
import { isAsked } from "@asterisk_connector/services/call_queries";

/** The call that I am in, from dialling until it is dealt with: who, how long, my note, and the button that ends it. */
export class CallCard extends Component {
    static template = "asterisk_connector.CallCard";
    static components = {
        CallActions,
        CallDetails,
        CallEvent,
        CallFailure,
        CallHead,
        CallIdentity,
        CallRecording,
    };
    static props = { call: Object };

    setup() {
        this.asterisk = useService("asterisk");
        this.state = useState(this.asterisk.state);
    }

    get isHangingUp() {
        return isAsked(this.state, "hangup", this.props.call);
    }

    /** The call's document has the rest, and the box must not lie on it. */
    get isInDocument() {
        return this.state.documentId === this.props.call.id;
    }

    hangUp() {
        return this.asterisk.dialer.hangUp(this.props.call);
    }

    done() {
        return this.asterisk.events.done(this.props.call);
    }
}
