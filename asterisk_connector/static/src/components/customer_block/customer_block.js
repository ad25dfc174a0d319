import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { useNow } from "@asterisk_connector/components/now_hook";
import { customerClock, tagClass } from "@asterisk_connector/models/formats";

const CLOCK_PERIOD_MS = 10000;

/** Who is on the line: company, person, number, city and the clock there, tags, owner. */
export class CustomerBlock extends Component {
    static template = "asterisk_connector.CustomerBlock";
    static props = { call: Object };

    setup() {
        this.clock = useNow(CLOCK_PERIOD_MS);
        this.tagClass = tagClass;
    }

    get localTime() {
        return customerClock(this.props.call.timezone, this.clock.now);
    }

    get nightLabel() {
        return _t("It is night there");
    }

    get localTimeLabel() {
        return _t("Local time of the customer");
    }

    get ownerText() {
        const { owner, owner_is_me: isMe } = this.props.call.customer;
        return isMe ? _t("Owner: %s (you)", owner) : _t("Owner: %s", owner);
    }
}
