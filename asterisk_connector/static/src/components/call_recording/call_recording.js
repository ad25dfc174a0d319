import { Component, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { isAsked } from "@asterisk_connector/services/call_queries";

/** What I say is being recorded, or is not at the moment; and the button that changes it. */
export class CallRecording extends Component {
    static template = "asterisk_connector.CallRecording";
    static props = { call: Object };

    setup() {
        this.asterisk = useService("asterisk");
        this.state = useState(this.asterisk.state);
    }

    get isPaused() {
        return this.props.call.recording === "paused";
    }

    get isBusy() {
        return isAsked(this.state, "record", this.props.call);
    }

    get words() {
        return this.isPaused ? _t("Recording paused") : _t("Being recorded");
    }

    get label() {
        return this.isPaused ? _t("Go on recording") : _t("Pause recording");
    }

    toggle() {
        return this.asterisk.dialer.recordPause(this.props.call, this.isPaused);
    }
}
