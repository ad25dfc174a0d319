import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { NoteWriter } from "@asterisk_connector/services/note_writer";
import { SharedMemory } from "@asterisk_connector/services/shared_memory";
import { WrapUps } from "@asterisk_connector/services/wrap_ups";

/** What one must not lose sight of: a field one types in, a dialog, a form with changes that are not saved. */
const TYPED_IN = "input, textarea, select, iframe, [contenteditable='true']";
const SEARCH = ".o_searchview_input";
const OPEN_WORK = ".modal.show, .modal.d-block, .o_form_status_indicator_buttons:not(.invisible)";

/** What people write about calls: `state.events` has it by call (docs/contract.md, "Event"). */
export class EventRoom {
    constructor(asterisk, { action, notification }) {
        Object.assign(this, { asterisk, action, state: asterisk.state });
        this.notes = new NoteWriter(asterisk, notification);
        this.wrapUps = new WrapUps(asterisk);
        this.opened = new SharedMemory("opened");
    }

    /** What a page that is no more has left behind: notes that are not saved, conversations that wait for them. */
    recover() {
        this.notes.recover();
        this.wrapUps.recover();
    }

    /** @returns {Promise<Object|null>} the event; null when it could not be loaded */
    async load(callId) {
        this.state.events[callId] = this.state.events[callId] || { status: "loading" };
        const event = await this.asterisk.details.ask(() => this.asterisk.api.event(callId));
        if (event) {
            this.put(event);
        } else if (this.state.events[callId].status === "loading") {
            this.state.events[callId] = { status: "failed" };
        }
        return event;
    }

    put(event) {
        this.state.events[event.call_id] = { ...event, status: "ready" };
        this.notes.adopt(event.call_id, event.note);
    }

    /** Somebody concerned, maybe in another tab, has written something. */
    receive(facts) {
        const known = this.state.events[facts.call_id];
        if (known?.status !== "ready") {
            return;
        }
        // Which documents there are to link, only Odoo knows.
        const isLinkedAnew = String(known.links) !== String(facts.links);
        this.put({ ...known, ...facts });
        if (isLinkedAnew) {
            this.load(facts.call_id);
        }
    }

    async change(question) {
        const event = await this.asterisk.ask(question);
        if (event) {
            this.put(event);
        }
    }

    /** One click chooses, a second one on the same takes it back. */
    chooseOutcome(callId, outcomeId) {
        const isChosen = this.state.events[callId].outcome === outcomeId;
        return this.change((api) => api.chooseOutcome(callId, isChosen ? false : outcomeId));
    }

    setTag(callId, tagId, isOn) {
        return this.change((api) => api.setTag(callId, tagId, isOn));
    }

    link(callId, { model, id }, isOn) {
        return this.change((api) => api.linkDocument(callId, model, id, isOn));
    }

    planActivity(call) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: _t("Schedule Activity"),
            res_model: "mail.activity.schedule",
            views: [[false, "form"]],
            target: "new",
            context: {
                active_model: "asterisk.call",
                active_id: call.id,
                active_ids: [call.id],
                dialog_size: "large",
            },
        });
    }

    planMeeting({ customer, who }) {
        const partner = customer?.model === "res.partner" ? [customer.id] : [];
        const lead = customer?.model === "crm.lead" ? { default_opportunity_id: customer.id } : {};
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: _t("Plan a meeting"),
            res_model: "calendar.event",
            views: [[false, "form"]],
            target: "new",
            context: {
                default_name: who,
                default_partner_ids: [user.partnerId, ...partner],
                ...lead,
            },
        });
    }

    /** The call is dealt with: its box goes, in all tabs; what is typed is saved. */
    async done(call) {
        this.asterisk.hide(call);
        this.wrapUps.forget(call.id);
        await this.notes.save(call.id);
    }

    /** I have picked up: shows the call's document, for who wants that, in the one tab that he looks at. */
    async follow(before, call) {
        this.wrapUps.follow(call);
        if (!before?.isRinging || !call.isRunning) {
            return;
        }
        const event = await this.load(call.id);
        if (event?.opens_on_answer) {
            await this.asterisk.tabs.whenVisible();
            const goesOn = this.state.calls[call.id]?.isRunning;
            if (goesOn && !this.isUserOccupied && this.opened.add(call.id)) {
                await this.asterisk.customers.openCall(call);
            }
        }
    }

    get isUserOccupied() {
        const field = document.activeElement;
        // Odoo itself puts the cursor into a list's search.
        const isTyping = field?.matches(TYPED_IN) && !(field.matches(SEARCH) && !field.value);
        return Boolean(isTyping || document.querySelector(OPEN_WORK));
    }
}
