import { Component, onWillUpdateProps, useEffect, useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { RecordingWaveform } from "@asterisk_connector/components/recording_waveform/recording_waveform";
import { formatCallDuration } from "@asterisk_connector/models/formats";
import { marksOf } from "@asterisk_connector/models/recording_marks";
import { channelLabels, iconOf, whyNot } from "@asterisk_connector/models/recording_words";
import { SPEEDS } from "@asterisk_connector/services/recordings";

/**
 * Plays a recording, or says why it cannot be played. Large in forms, with its shape, speed and notes; small in lists.
 */
export class RecordingPlayer extends Component {
    static template = "asterisk_connector.RecordingPlayer";
    static components = { Dropdown, DropdownItem, RecordingWaveform };
    static props = {
        view: Object,
        isSmall: { type: Boolean, optional: true },
        callId: { type: Number, optional: true },
    };

    setup() {
        this.recordings = useService("asterisk_recordings");
        this.room = useState(this.recordings.state);
        this.note = useState({ second: null, text: "" });
        this.take(this.props);
        this.track = useState(this.current.state);
        useAutofocus({ refName: "note" });
        onWillUpdateProps((props) => this.take(props));
        useEffect(
            (track) => {
                track.players++;
                return () => track.players--;
            },
            () => [this.current]
        );
        useEffect(
            (isLarge) => isLarge && this.load(),
            () => [!this.props.isSmall && !this.reason]
        );
    }

    take({ view }) {
        this.current = this.recordings.track(view);
    }

    /** Not waited for: it plays without its shape and marks. */
    load() {
        this.recordings.loadShape(this.current);
        this.recordings.loadNotes(this.current);
    }

    get view() {
        return this.track.view;
    }

    get reason() {
        return whyNot(this.view);
    }

    get icon() {
        return iconOf(this.view);
    }

    get labels() {
        return channelLabels(this.view);
    }

    get seconds() {
        return this.current.seconds;
    }

    get playLabel() {
        return _t("Play");
    }

    get pauseLabel() {
        return _t("Pause");
    }

    get hasMenu() {
        const { may_download: download, may_keep: keep, may_erase: erase } = this.view;
        return !this.props.isSmall && (download || keep || erase);
    }

    time(seconds) {
        return formatCallDuration(seconds);
    }

    get marks() {
        return marksOf(this.track.notes, this.seconds);
    }

    toggle() {
        return this.current.toggle();
    }

    nextSpeed() {
        const next = SPEEDS.indexOf(this.room.speed) + 1;
        this.recordings.setSpeed(SPEEDS[next % SPEEDS.length]);
    }

    openNote() {
        this.note.second = Math.floor(this.track.position);
    }

    closeNote() {
        Object.assign(this.note, { second: null, text: "" });
    }

    async saveNote() {
        const { second, text } = this.note;
        if (text.trim()) {
            await this.recordings.writeNote(this.current, second, text, this.props.callId);
        }
        this.closeNote();
    }

    onNoteKeydown(ev) {
        if (ev.key === "Escape") {
            ev.stopPropagation();
            this.closeNote();
        }
    }
}
