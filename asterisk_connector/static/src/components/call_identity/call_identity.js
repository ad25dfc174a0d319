import { Component } from "@odoo/owl";

import { useService } from "@web/core/utils/hooks";
import { CustomerBlock } from "@asterisk_connector/components/customer_block/customer_block";
import { MatchList } from "@asterisk_connector/components/match_list/match_list";

/** Who it is, or who it may be: one customer, a choice of several, a number that nobody has, no number at all. */
export class CallIdentity extends Component {
    static template = "asterisk_connector.CallIdentity";
    static components = { CustomerBlock, MatchList };
    static props = { call: Object };

    setup() {
        this.asterisk = useService("asterisk");
    }

    choose(match) {
        return this.asterisk.customers.choose(this.props.call, match);
    }
}
