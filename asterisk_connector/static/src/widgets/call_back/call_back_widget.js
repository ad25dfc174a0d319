import { Component, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { customerOf } from "@asterisk_connector/models/records";
import { isDialing } from "@asterisk_connector/services/call_queries";

/** The button on a call's form that calls the other party, with the phone chosen in this browser. */
export class CallBackWidget extends Component {
    static template = "asterisk_connector.CallBackWidget";
    static props = { ...standardWidgetProps };

    setup() {
        this.asterisk = useService("asterisk");
        this.telephony = useState(this.asterisk.state);
    }

    get number() {
        return this.props.record.data.number;
    }

    get label() {
        return this.props.record.data.direction === "incoming" ? _t("Call back") : _t("Call again");
    }

    get isDialing() {
        return isDialing(this.telephony, this.number);
    }

    call() {
        const { resModel, resId } = customerOf(this.props.record);
        return this.asterisk.dialer.dial(this.number, resModel, resId);
    }
}

export const callBackWidget = {
    component: CallBackWidget,
    fieldDependencies: [
        { name: "number", type: "char" },
        { name: "direction", type: "selection" },
        { name: "partner_id", type: "many2one", relation: "res.partner" },
        { name: "lead_id", type: "many2one", relation: "crm.lead" },
    ],
};

registry.category("view_widgets").add("asterisk_call_back", callBackWidget);
