import { Component } from "@odoo/owl";

import { usePopover } from "@web/core/popover/popover_hook";

/** What was noted at a mark: a line each. */
class MarkedNotes extends Component {
    static template = "asterisk_connector.MarkedNotes";
    static props = { lines: Array, close: Function };
}

/** Notes about moments of a recording, on its line of time: the pointer and the focus show them, a click goes there. */
export class RecordingMarks extends Component {
    static template = "asterisk_connector.RecordingMarks";
    static props = { marks: Array, onSeek: Function };

    setup() {
        this.popover = usePopover(MarkedNotes, {
            animation: false,
            closeOnClickAway: false,
            position: "top",
            setActiveElement: false,
        });
    }

    show(ev, { lines }) {
        this.popover.open(ev.currentTarget, { lines });
    }

    hide() {
        this.popover.close();
    }
}
