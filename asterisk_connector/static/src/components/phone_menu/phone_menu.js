import { Component, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { Lamp } from "@asterisk_connector/components/lamp/lamp";
import { MissedCalls } from "@asterisk_connector/components/missed_calls/missed_calls";
import { isDialing, liveCalls } from "@asterisk_connector/services/call_queries";

/** What the telephone in the navbar opens: a number to dial, missed calls, my phones, the PBXs. */
export class PhoneMenu extends Component {
    static template = "asterisk_connector.PhoneMenu";
    static components = { Lamp, MissedCalls };
    static props = { close: Function };

    setup() {
        this.asterisk = useService("asterisk");
        this.state = useState(this.asterisk.state);
        this.permission = useState(this.asterisk.permission);
        this.pad = useState({ number: "", deviceId: this.asterisk.dialer.device?.id });
    }

    get hiddenCalls() {
        return liveCalls(this.state).filter(({ id }) => id in this.state.hidden);
    }

    get isDialing() {
        return isDialing(this.state, this.pad.number);
    }

    get dialDeviceId() {
        return this.pad.deviceId || this.state.devices.find((device) => device.is_default)?.id;
    }

    serverLabel({ connected, message }) {
        return connected ? _t("Connected") : message;
    }

    chooseDevice(device) {
        this.asterisk.dialer.chooseDevice(device);
        this.pad.deviceId = device.id;
    }

    /** An empty field or one letter is no number: the field itself says what it wants. */
    async dial() {
        if (this.pad.number.trim() && (await this.asterisk.dialer.dial(this.pad.number.trim()))) {
            this.props.close();
        }
    }

    show(call) {
        this.asterisk.focusCall(call.id);
        this.props.close();
    }

    openCalls() {
        this.asterisk.customers.openCalls();
        this.props.close();
    }
}
