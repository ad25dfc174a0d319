import { Component, onPatched, useEffect, useExternalListener, useRef, useState } from "@odoo/owl";

import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { CallCard } from "@asterisk_connector/components/call_card/call_card";
import { CallPopup } from "@asterisk_connector/components/call_popup/call_popup";
import { WaitingCard } from "@asterisk_connector/components/waiting_card/waiting_card";
import {
    liveCalls,
    visibleCalls,
    waitingCommands,
} from "@asterisk_connector/services/call_queries";

const FOCUS_HOTKEY = "alt+shift+p";
const TEXT_FIELD = "input, textarea, select, [contenteditable='true']";
/** What lies above the calls anyway. */
const ABOVE = ".o-asterisk-PhoneMenu";

/** All calls of the user, stacked in a corner above everything else; it takes the focus only when asked to. */
export class CallPopupContainer extends Component {
    static template = "asterisk_connector.CallPopupContainer";
    static components = { CallCard, CallPopup, WaitingCard };
    static props = {};

    setup() {
        this.asterisk = useService("asterisk");
        this.state = useState(this.asterisk.state);
        this.place = useState({ isAside: false });
        this.root = useRef("root");
        useHotkey(FOCUS_HOTKEY, () => this.focusFirst(), {
            global: true,
            bypassEditableProtection: true,
        });
        useBus(this.env.bus, "ASTERISK:FOCUS", ({ detail }) => this.focus(detail));
        onPatched(() => this.focusWanted());
        useExternalListener(document, "focusin", () => this.makeWay());
        useEffect(
            (count) => (count ? this.makeWay() : (this.place.isAside = false)),
            () => [this.calls.length + this.waiting.length]
        );
    }

    get calls() {
        return visibleCalls(this.state);
    }

    get waiting() {
        return waitingCommands(this.state);
    }

    /** The popup tells who it is, the card accompanies the conversation. */
    isPopup(call) {
        return call.isRinging || call.isMissed || call.outcome?.reason === "elsewhere";
    }

    /** Goes to the other side of the screen when it lies on what the user is typing in. */
    makeWay() {
        const root = this.root.el;
        const field = document.activeElement;
        if (!root || !field?.matches(TEXT_FIELD) || root.contains(field) || field.closest(ABOVE)) {
            return;
        }
        const mine = root.getBoundingClientRect();
        const his = field.getBoundingClientRect();
        const isCovered =
            his.right > mine.left &&
            his.left < mine.right &&
            his.bottom > mine.top &&
            his.top < mine.bottom;
        if (isCovered) {
            this.place.isAside = !this.place.isAside;
        }
    }

    /** By shortcut: the newest call, brought back when it was hidden. */
    focusFirst() {
        const call = this.calls.at(-1) || liveCalls(this.state).at(-1);
        if (call) {
            this.asterisk.focusCall(call.id);
        }
    }

    /** At once, or as soon as its box has been rendered. */
    focus(callId) {
        this.wanted = this.calls.find(({ id }) => id === callId)?.id;
        this.focusWanted();
    }

    focusWanted() {
        const box = this.wanted && this.root.el?.querySelector(`[data-call-id="${this.wanted}"]`);
        if (box) {
            this.wanted = null;
            box.focus();
        }
    }

    onKeydown(ev, call) {
        this.asterisk.events.wrapUps.attend(call.id);
        if (ev.key === "Escape") {
            ev.stopPropagation();
            this.asterisk.hide(call);
        } else if (ev.key === "Enter" && ev.target === ev.currentTarget && call.customer) {
            ev.stopPropagation();
            this.asterisk.customers.openCustomer(call);
        }
    }
}

registry
    .category("main_components")
    .add("asterisk_connector.CallPopupContainer", { Component: CallPopupContainer, props: {} });
