import { Component, useState } from "@odoo/owl";

import { Dropdown } from "@web/core/dropdown/dropdown";
import { useDropdownState } from "@web/core/dropdown/dropdown_hooks";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { PhoneMenu } from "@asterisk_connector/components/phone_menu/phone_menu";
import { isCutOff, myServers } from "@asterisk_connector/services/call_queries";

/** The telephone in the navbar: how many calls I missed, and whether I can be reached at all. */
export class AsteriskSystray extends Component {
    static template = "asterisk_connector.AsteriskSystray";
    static components = { Dropdown, PhoneMenu };
    static props = {};

    setup() {
        this.state = useState(useService("asterisk").state);
        this.dropdown = useDropdownState();
    }

    get isCutOff() {
        return isCutOff(this.state);
    }

    get label() {
        if (this.isCutOff) {
            return myServers(this.state)
                .map(({ message }) => message)
                .join("\n");
        }
        const { missed } = this.state;
        if (!missed) {
            return _t("Telephony");
        }
        return missed === 1
            ? _t("Telephony: 1 missed call")
            : _t("Telephony: %s missed calls", missed);
    }
}

registry
    .category("systray")
    .add("asterisk_connector.AsteriskSystray", { Component: AsteriskSystray }, { sequence: 27 });
