import { Component } from "@odoo/owl";

import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { formatCallDuration } from "@asterisk_connector/models/formats";
import { RecordingMarks } from "@asterisk_connector/components/recording_marks/recording_marks";
import { barsPath, volumesOf } from "@asterisk_connector/models/waveform";

const LANE_HEIGHT = 40;
const LANE_GAP = 6;
/** How far a key goes (seconds). */
const KEYS = { ArrowLeft: -5, ArrowRight: 5, ArrowDown: -5, ArrowUp: 5, PageDown: -30, PageUp: 30 };

/** A recording as a line of time: its shape, each channel in a lane of its own, where playback is, and seeking. */
export class RecordingWaveform extends Component {
    static template = "asterisk_connector.RecordingWaveform";
    static components = { RecordingMarks };
    static props = {
        shape: { optional: true },
        labels: { type: Array, element: String, optional: true },
        marks: { type: Array, optional: true },
        position: Number,
        seconds: Number,
        onSeek: Function,
        onToggle: Function,
    };

    get lanes() {
        if (this.drawn !== this.props.shape) {
            this.drawn = this.props.shape;
            this.drawnLanes = volumesOf(this.drawn || []).map((volumes, i) => ({
                path: barsPath(volumes, LANE_HEIGHT),
                width: volumes.length,
                top: i * (LANE_HEIGHT + LANE_GAP),
            }));
        }
        return this.drawnLanes || [];
    }

    get size() {
        const lanes = this.lanes;
        const height = lanes.length * (LANE_HEIGHT + LANE_GAP) - LANE_GAP;
        return {
            width: Math.max(1, ...lanes.map(({ width }) => width)),
            height: Math.max(1, height),
        };
    }

    get share() {
        return this.props.seconds ? Math.min(1, this.props.position / this.props.seconds) : 0;
    }

    get valueText() {
        const said = formatCallDuration;
        return _t("%(position)s of %(length)s", {
            position: said(this.props.position),
            length: said(this.props.seconds),
        });
    }

    onPointer(ev) {
        if (ev.buttons !== 1) {
            return;
        }
        const { left, width } = ev.currentTarget.getBoundingClientRect();
        const isMirrored = localization.direction === "rtl";
        const share = (ev.clientX - left) / (width || 1);
        this.props.onSeek((isMirrored ? 1 - share : share) * this.props.seconds);
    }

    onKeydown(ev) {
        const { position, seconds, onSeek, onToggle } = this.props;
        if (ev.key in KEYS) {
            onSeek(position + KEYS[ev.key]);
        } else if (ev.key === "Home" || ev.key === "End") {
            onSeek(ev.key === "Home" ? 0 : seconds);
        } else if (ev.key === " ") {
            onToggle();
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }
}
