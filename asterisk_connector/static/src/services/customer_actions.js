import { _t } from "@web/core/l10n/translation";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";

/** What one does with the person on the line: opens in Odoo what Odoo has for it. */
export class CustomerActions {
    constructor(asterisk, { action, dialog }) {
        Object.assign(this, { asterisk, action, dialog });
    }

    /** Says who is calling; Odoo keeps it with the call and tells everybody concerned. */
    async choose(call, match) {
        const view = await this.asterisk.ask((api) => api.choose(call.id, match));
        // The form of a call of long ago must not bring its box back.
        if (view && call.id in this.asterisk.state.calls) {
            this.asterisk.store.putAnswer(view);
        }
        if (view && call.id in this.asterisk.state.events) {
            await this.asterisk.events.load(call.id);
        }
    }

    /** @returns {Promise<Object[]>} customers that a call may belong to */
    async search(query) {
        return (await this.asterisk.ask((api) => api.search(query))) || [];
    }

    openRecord(resModel, resId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: resModel,
            res_id: resId,
            views: [[false, "form"]],
        });
    }

    openCustomer(call) {
        return this.openRecord(call.customer.model, call.customer.id);
    }

    openCall(call) {
        return this.openRecord("asterisk.call", call.id);
    }

    openCalls() {
        return this.action.doAction("asterisk_connector.asterisk_call_action");
    }

    async createContact(call) {
        const [defaults, name] = await this.defaultsFor(call);
        this.create(call, "res.partner", _t("New contact"), { ...defaults, default_name: name });
    }

    async createLead(call) {
        const partner = call.customer?.model === "res.partner" ? call.customer.id : false;
        const [defaults, name] = await this.defaultsFor(call);
        this.create(call, "crm.lead", _t("New opportunity"), {
            ...defaults,
            default_name: _t("Call from %s", (!call.customer && name) || call.who),
            default_contact_name: call.customer ? false : name,
            default_type: "opportunity",
            default_partner_id: partner,
        });
    }

    /** @returns {Promise<[Object, string|false]>} number and place for a new record, and the name that the line gave */
    async defaultsFor(call) {
        const [countryId, event] = await Promise.all([
            this.asterisk.api.countryId(call.country),
            this.asterisk.events.load(call.id),
        ]);
        const defaults = {
            default_phone: call.numberDisplay,
            default_city: call.city || false,
            default_country_id: countryId,
        };
        return [defaults, event?.caller_name || false];
    }

    /** The form opens over what the user was doing; saved, the new record becomes the call's customer at once. */
    create(call, resModel, title, context) {
        this.dialog.add(FormViewDialog, {
            resModel,
            title,
            context,
            onRecordSaved: (record) => {
                const document = { model: resModel, id: record.resId };
                return call.customer
                    ? this.asterisk.events.link(call.id, document, true)
                    : this.choose(call, document);
            },
        });
    }
}
