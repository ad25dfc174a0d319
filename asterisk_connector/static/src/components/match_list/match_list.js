import { Component } from "@odoo/owl";

/** Customers to choose from, the most likely first, each with why it may be he. */
export class MatchList extends Component {
    static template = "asterisk_connector.MatchList";
    static props = {
        matches: Array,
        onChoose: Function,
    };

    nameOf({ company, name }) {
        return company && name !== company ? `${company} · ${name}` : name;
    }

    whyOf({ model, function: role, city, reason }) {
        return [reason, role, city].filter(Boolean).join(" · ");
    }

    iconOf({ model }) {
        return model === "crm.lead" ? "fa-star-o" : "fa-user-o";
    }
}
