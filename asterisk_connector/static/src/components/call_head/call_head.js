import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { useNow } from "@asterisk_connector/components/now_hook";
import { Lamp } from "@asterisk_connector/components/lamp/lamp";
import { formatCallDuration, formatWhen } from "@asterisk_connector/models/formats";

/** The first line of a call's box: lamp, what happens, on which line, for how long; and the button that hides it. */
export class CallHead extends Component {
    static template = "asterisk_connector.CallHead";
    static components = { Lamp };
    static props = { call: Object };

    setup() {
        this.asterisk = useService("asterisk");
        this.clock = useNow();
    }

    /** Time in the present state; of a missed call when it was, of another ended one the time talked. */
    get duration() {
        const { isEnded, isMissed, talkSeconds, since } = this.props.call;
        if (isMissed) {
            return formatWhen(since, this.clock.now);
        }
        if (isEnded) {
            return talkSeconds ? formatCallDuration(talkSeconds) : "";
        }
        return formatCallDuration(this.clock.now - since);
    }

    get hideLabel() {
        return this.props.call.isEnded ? _t("Close") : _t("Hide for me; the call goes on");
    }
}
