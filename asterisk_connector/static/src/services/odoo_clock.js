/** Odoo's time on this computer, whose own clock may be wrong. Times are seconds since the epoch. */
export class OdooClock {
    constructor() {
        /** Seconds to add to this computer's clock, and by how much that may be wrong. */
        this.offset = 0;
        this.error = Infinity;
    }

    get now() {
        return Date.now() / 1000 + this.offset;
    }

    /**
     * Odoo has told its time. It did so at some moment between question and answer, so a quick answer is worth more
     * than a slow one: that is kept until a quicker one comes, or one that cannot be true together with it.
     *
     * @param {number} told Odoo's time in the answer
     * @param {number} askedAt this computer's time (ms) when the question was sent
     */
    note(told, askedAt) {
        const error = (Date.now() - askedAt) / 2000;
        const offset = told - (Date.now() + askedAt) / 2000;
        const isContradicted = Math.abs(offset - this.offset) > error + this.error;
        if (error <= this.error || isContradicted) {
            Object.assign(this, { offset, error });
        }
    }
}
