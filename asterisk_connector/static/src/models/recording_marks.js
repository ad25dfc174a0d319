import { _t } from "@web/core/l10n/translation";
import { formatCallDuration } from "@asterisk_connector/models/formats";

/** Notes closer than this part of the recording have one mark: two would lie on each other. */
const NEAR = 0.03;

const lineOf = ({ second, text, who }) => ({ time: formatCallDuration(second), text, who });

/**
 * Where in a player marks stand.
 *
 * @param {{second: number, text: string, who: string}[]} notes in the order of the recording
 * @param {number} seconds how long the recording is
 * @returns {{second: number, share: number, lines: Object[], label: string}[]} `share`: of the way through, 0 to 1
 */
export function marksOf(notes, seconds) {
    const marks = [];
    for (const note of seconds > 0 ? notes : []) {
        const share = Math.min(1, note.second / seconds);
        const last = marks.at(-1);
        if (last && share - last.share < NEAR) {
            last.lines.push(lineOf(note));
        } else {
            marks.push({ second: note.second, share, lines: [lineOf(note)] });
        }
    }
    return marks.map((mark) => ({ ...mark, label: labelOf(mark) }));
}

const labelOf = ({ lines }) =>
    lines.map(({ time, text }) => _t("Note at %(time)s: %(text)s", { time, text })).join("; ");
