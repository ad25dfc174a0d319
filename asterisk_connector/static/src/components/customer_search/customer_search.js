import { Component, useState } from "@odoo/owl";

import { useAutofocus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { MatchList } from "@asterisk_connector/components/match_list/match_list";

const TYPING_PAUSE_MS = 250;
const SHORTEST_QUERY = 2;

/** "Belongs to…": finds the customer that the call belongs to, by name, company or anything Odoo finds him by. */
export class CustomerSearch extends Component {
    static template = "asterisk_connector.CustomerSearch";
    static components = { MatchList };
    static props = { onChoose: Function };

    setup() {
        this.asterisk = useService("asterisk");
        this.state = useState({ query: "", answered: "", found: [] });
        // The user has just asked for this field: here the focus is his wish.
        useAutofocus();
        this.search = useDebounced(() => this.ask(), TYPING_PAUSE_MS);
    }

    onInput(ev) {
        this.state.query = ev.target.value;
        this.search();
    }

    async ask() {
        const query = this.state.query.trim();
        const found =
            query.length < SHORTEST_QUERY ? [] : await this.asterisk.customers.search(query);
        // An answer that was overtaken by typing says nothing any more.
        if (query === this.state.query.trim()) {
            Object.assign(this.state, { answered: query, found });
        }
    }

    get hasNone() {
        return this.state.answered.length >= SHORTEST_QUERY && !this.state.found.length;
    }
}
