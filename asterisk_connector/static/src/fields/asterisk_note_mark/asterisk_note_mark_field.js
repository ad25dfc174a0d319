import { Component } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** A mark where there is a note; its beginning is in the tooltip. */
export class AsteriskNoteMarkField extends Component {
    static template = "asterisk_connector.NoteMarkField";
    static props = { ...standardFieldProps };

    get text() {
        return this.props.record.data[this.props.name] || "";
    }
}

export const asteriskNoteMarkField = {
    component: AsteriskNoteMarkField,
    displayName: _t("Mark of a note"),
    supportedTypes: ["char"],
};

registry.category("fields").add("asterisk_note_mark", asteriskNoteMarkField);
