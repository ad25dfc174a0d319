import { Component, useEffect, useState } from "@odoo/owl";

import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { formatWhen } from "@asterisk_connector/models/formats";
import { isDialing } from "@asterisk_connector/services/call_queries";

const CALLERS_SHOWN = 6;

/** Who tried three times is one person to call back: the latest call of each, with the ids of all. */
function byCaller(calls) {
    const callers = new Map();
    for (const call of calls) {
        const key = call.number || call.id;
        callers.set(key, callers.get(key) || { ...call, ids: [] });
        callers.get(key).ids.push(call.id);
    }
    return [...callers.values()].slice(0, CALLERS_SHOWN);
}

/** The calls I missed and nobody called back: who, when, and a button for each of the two ways to settle it. */
export class MissedCalls extends Component {
    static template = "asterisk_connector.MissedCalls";
    static props = { close: Function };

    setup() {
        this.asterisk = useService("asterisk");
        this.state = useState(this.asterisk.state);
        this.list = useState({ callers: [], isLoaded: false });
        useEffect(
            () => {
                this.load();
            },
            () => [this.state.missed]
        );
    }

    async load() {
        const calls = this.state.missed ? await this.asterisk.missed.latest() : [];
        Object.assign(this.list, { callers: byCaller(calls), isLoaded: true });
    }

    nameOf(call) {
        return call.partner_id?.[1] || call.lead_id?.[1] || call.number_display;
    }

    triesOf({ ids }) {
        return _t("Called %s times", ids.length);
    }

    whenOf(call) {
        return formatWhen(deserializeDateTime(call.started_at).toSeconds(), this.asterisk.now);
    }

    isDialing({ number }) {
        return isDialing(this.state, number);
    }

    async callBack({ number, partner_id: partner, lead_id: lead }) {
        const model = partner ? "res.partner" : "crm.lead";
        if (await this.asterisk.dialer.dial(number, model, (partner || lead)?.[0])) {
            this.props.close();
        }
    }

    acknowledge(callers) {
        return this.asterisk.missed.acknowledge(callers.flatMap(({ ids }) => ids));
    }
}
