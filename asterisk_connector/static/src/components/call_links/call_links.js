import { Component, useState } from "@odoo/owl";

import { useService } from "@web/core/utils/hooks";
import { CallActions } from "@asterisk_connector/components/call_actions/call_actions";
import { CallModel } from "@asterisk_connector/models/call_model";

const ICONS = {
    "crm.lead": "fa-star-o",
    "sale.order": "fa-pencil-square-o",
    "account.move": "fa-file-text-o",
};
/** Of all that one can do with a call, what says whose it is. */
const ABOUT_CUSTOMER = ["createContact", "createLead", "belongsTo", "belongsToOther"];

/** What the call was about: the customer's open documents, a click links one; and whose call it is, if Odoo does not know. */
export class CallLinks extends Component {
    static template = "asterisk_connector.CallLinks";
    static components = { CallActions };
    static props = { callId: Number };

    setup() {
        this.asterisk = useService("asterisk");
        this.state = useState(this.asterisk.state);
        this.aboutCustomer = ABOUT_CUSTOMER;
    }

    get event() {
        const event = this.state.events[this.props.callId];
        return event?.status === "ready" ? event : { documents: [] };
    }

    /** Linked ones first; who may not link has nothing to choose from. */
    get documents() {
        const { documents, may_write: mayWrite } = this.event;
        const linked = documents.filter((document) => document.linked);
        return mayWrite ? [...linked, ...documents.filter((one) => !one.linked)] : linked;
    }

    get call() {
        return this.event.view ? new CallModel(this.event.view) : null;
    }

    iconOf({ model }) {
        return ICONS[model];
    }

    open({ model, id }) {
        return this.asterisk.customers.openRecord(model, id);
    }

    toggle(document) {
        return this.asterisk.events.link(this.props.callId, document, !document.linked);
    }
}
