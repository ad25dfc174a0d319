import { Component, useEffect, useRef, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/** As long as a note may be here; it has to fit into what a page may still send while it is being closed. */
const MAX_LENGTH = 10000;
const STATUSES = {
    unsaved: _t("Saving…"),
    waiting: _t("Odoo cannot be reached. The note is kept in this browser and saved later."),
};

/** The note of a call, saved while one types. */
export class NoteField extends Component {
    static template = "asterisk_connector.NoteField";
    static props = { callId: Number, linkedid: String, readonly: Boolean, rows: Number };

    setup() {
        this.asterisk = useService("asterisk");
        this.state = useState(this.asterisk.state);
        this.maxLength = MAX_LENGTH;
        this.field = useRef("field");
        useEffect(
            () => this.show(),
            () => [this.note.text]
        );
    }

    get note() {
        return this.state.notes[this.props.callId] || { text: "", status: "saved" };
    }

    get status() {
        const { text, status, message } = this.note;
        return message || STATUSES[status] || (text ? _t("Saved") : "");
    }

    get isTrouble() {
        return ["waiting", "refused"].includes(this.note.status);
    }

    /** What somebody else has written does not move the cursor. */
    show() {
        const { el } = this.field;
        if (el.value !== this.note.text) {
            const { selectionStart } = el;
            el.value = this.note.text;
            if (el === document.activeElement) {
                el.setSelectionRange(selectionStart, selectionStart);
            }
        }
    }

    onInput(ev) {
        const { callId, linkedid } = this.props;
        this.asterisk.events.notes.type(callId, linkedid, ev.target.value);
    }

    onBlur() {
        return this.asterisk.events.notes.save(this.props.callId);
    }
}
