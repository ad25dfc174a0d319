/** Playback tells its position a few times a second; what lies further apart was jumped over (seconds of sound). */
const STEP_SECONDS = 3;
/** What is shorter was not listened to: a click that missed, a jump on the way. */
const LEAST_SECONDS = 0.3;

const tenths = (seconds) => Math.round(seconds * 10) / 10;

/** Which stretches of a recording were heard. Pure: it is told where playback is. */
export class HeardStretches {
    done = [];
    current = null;

    /** Sound was played up to here. */
    moveTo(position) {
        const step = this.current && position - this.current[1];
        if (this.current && step >= 0 && step <= STEP_SECONDS) {
            this.current[1] = position;
        } else {
            this.stop();
            this.current = [position, position];
        }
    }

    /** Playback pauses or jumps. */
    stop() {
        if (this.current && this.current[1] - this.current[0] >= LEAST_SECONDS) {
            this.done.push(this.current.map(tenths));
        }
        this.current = null;
    }

    /** @returns {number[][]} pairs of seconds that were not yet taken; listening goes on */
    take() {
        const position = this.current?.[1];
        this.stop();
        this.current = position === undefined ? null : [position, position];
        return this.done.splice(0);
    }
}
