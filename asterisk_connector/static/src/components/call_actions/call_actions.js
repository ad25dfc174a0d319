import { Component, useState } from "@odoo/owl";

import { useService } from "@web/core/utils/hooks";
import { CustomerSearch } from "@asterisk_connector/components/customer_search/customer_search";
import { actionsFor } from "@asterisk_connector/models/call_actions";
import { isDialing } from "@asterisk_connector/services/call_queries";

/** The buttons of a call: what one does next stands in the row, the rest unfolds below. */
export class CallActions extends Component {
    static template = "asterisk_connector.CallActions";
    static components = { CustomerSearch };
    static props = {
        call: Object,
        only: { type: Array, optional: true },
        slots: { type: Object, optional: true },
    };

    setup() {
        this.asterisk = useService("asterisk");
        this.state = useState(this.asterisk.state);
        this.ui = useState({ isMoreOpen: false, isSearching: false });
        this.asterisk.details.loadRights();
    }

    get actions() {
        return actionsFor(this.props.call, this.state.rights, this.props.only);
    }

    /** So many buttons (one to hang up among them) that the word "More" would go to a line of its own. */
    get isCrowded() {
        return this.actions.row.length > 2 || Boolean(this.props.slots?.default);
    }

    async run(action) {
        this.ui.isMoreOpen = false;
        if (action.isSearch) {
            this.ui.isSearching = !this.ui.isSearching;
            return;
        }
        await action.run(this.asterisk, this.props.call);
    }

    async choose(match) {
        this.ui.isSearching = false;
        await this.asterisk.customers.choose(this.props.call, match);
    }

    /** Escape leaves the search first; the next one hides the call. */
    onSearchKeydown(ev) {
        if (ev.key === "Escape") {
            ev.stopPropagation();
            this.ui.isSearching = false;
        }
    }

    isBusy(action) {
        const dials = ["callBack", "callAgain"].includes(action.id);
        return dials && isDialing(this.state, this.props.call.number);
    }
}
