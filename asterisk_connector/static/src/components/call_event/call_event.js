import { Component, useEffect, useState } from "@odoo/owl";

import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { NoteField } from "@asterisk_connector/components/note_field/note_field";
import { tagClass } from "@asterisk_connector/models/formats";

/** What I write about a call: its note, what came of it, what it was about. The same in the card and in the form. */
export class CallEvent extends Component {
    static template = "asterisk_connector.CallEvent";
    static components = { Dropdown, DropdownItem, NoteField };
    static props = { callId: Number, linkedid: String, rows: { type: Number, optional: true } };
    static defaultProps = { rows: 2 };

    setup() {
        this.asterisk = useService("asterisk");
        this.state = useState(this.asterisk.state);
        this.tagClass = tagClass;
        useEffect(
            (callId) => {
                this.asterisk.events.load(callId);
            },
            () => [this.props.callId]
        );
    }

    get event() {
        return this.state.events[this.props.callId] || { status: "loading" };
    }

    /** Who may only read sees what was chosen. */
    get outcomes() {
        const { outcomes, outcome, may_write: mayWrite } = this.event;
        return outcomes.filter(({ id }) => mayWrite || id === outcome);
    }

    get chosenTags() {
        return this.event.all_tags.filter(({ id }) => this.event.tags.includes(id));
    }

    get otherTags() {
        return this.event.all_tags.filter(({ id }) => !this.event.tags.includes(id));
    }

    removeLabel({ name }) {
        return _t("Remove the tag %s", name);
    }

    chooseOutcome({ id }) {
        if (this.event.may_write) {
            return this.asterisk.events.chooseOutcome(this.props.callId, id);
        }
    }

    setTag({ id }, isOn) {
        return this.asterisk.events.setTag(this.props.callId, id, isOn);
    }
}
