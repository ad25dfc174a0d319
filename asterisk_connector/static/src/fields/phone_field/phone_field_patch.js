import { useState } from "@odoo/owl";

import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { PhoneField } from "@web/views/fields/phone/phone_field";
import { isDialing } from "@asterisk_connector/services/call_queries";

/** Click to call on every phone number; who has no phone in Odoo keeps the ordinary `tel:` link. */
patch(PhoneField.prototype, {
    setup() {
        super.setup();
        this.asterisk = useService("asterisk");
        this.telephony = useState(this.asterisk.state);
    },

    get phoneNumber() {
        return this.props.record.data[this.props.name] || "";
    },

    get isDialing() {
        return isDialing(this.telephony, this.phoneNumber);
    },

    /** The record that the number belongs to: its name is shown on the phone that rings. */
    get numberOwner() {
        const { resModel, resId } = this.props.record;
        return { resModel, resId };
    },

    /** Ctrl-click and the like keep their meaning; the link is still a link. */
    onClickNumber(ev) {
        if (!this.telephony.devices.length || ev.ctrlKey || ev.metaKey || ev.shiftKey) {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
        const { resModel, resId } = this.numberOwner;
        this.asterisk.dialer.dial(this.phoneNumber, resModel, resId);
    },
});
