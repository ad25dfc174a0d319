import { Component } from "@odoo/owl";

import { useService } from "@web/core/utils/hooks";
import { Lamp } from "@asterisk_connector/components/lamp/lamp";

/** A click to call that the PBX has not made a call of yet. */
export class WaitingCard extends Component {
    static template = "asterisk_connector.WaitingCard";
    static components = { Lamp };
    static props = { command: Object };

    setup() {
        this.asterisk = useService("asterisk");
    }
}
