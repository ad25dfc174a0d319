import { _t } from "@web/core/l10n/translation";
import { titleOf } from "@asterisk_connector/models/call_words";

/** What a CallModel has under the same name as the view. */
const FACTS =
    "id linkedid version ts state direction since line number place customer command outcome recording".split(
        " "
    );

/** Lamp (see components/lamp) for each state of my leg. */
const LAMPS = { ringing: "ringing", dialing: "ringing", talking: "talking", held: "away" };

/** How long (ms) the end of a call stays on the screen; a reason that is not here goes after `DEFAULT_LINGER_MS`. */
const LINGER_MS = { elsewhere: 3000, cancelled: 3000, ended: 4000 };
/** So long (ms) a conversation that has ended waits for its note and outcome, after the last attention it got. */
export const WRAP_UP_MS = 60000;
const MAX_MATCHES = 5;
const DEFAULT_LINGER_MS = 8000;

/**
 * One call as this user sees it: a call view of the wire contract with the words, the lamp and the allowed
 * actions that follow from it. It holds no clock and never changes; a newer view makes a new CallModel.
 */
export class CallModel {
    /** @param {Object} view a call view (`tests/contract/client/call_view_*.json`) */
    constructor(view) {
        FACTS.forEach((fact) => (this[fact] = view[fact]));
        this.numberDisplay = view.number_display || this.number;
        this.matches = view.matches.slice(0, MAX_MATCHES);
        this.talkSeconds = view.talk_seconds;
        this.canHangUp = view.can_hang_up;
    }

    get isEnded() {
        return this.state === "ended";
    }

    get isMissed() {
        return this.isEnded && this.outcome?.reason === "missed";
    }

    /** We have talked, and it is over: what came of it, what next? */
    get isWrapUp() {
        return this.isEnded && this.outcome?.reason === "ended" && this.talkSeconds > 0;
    }

    /** Also while I am calling: were it to appear when he answers, it would push the buttons from under the mouse. */
    get hasNote() {
        return this.isRunning || this.isWrapUp;
    }

    /** What we say now goes into a recording, or a pause of it. */
    get isRecorded() {
        return ["on", "paused"].includes(this.recording);
    }

    /** My own phone rings because I clicked: nothing to find out, only to pick up. */
    get isOwnDial() {
        return this.direction === "outgoing" && this.state === "ringing";
    }

    /** Someone calls me and I have not answered: the popup that tells who it is. */
    get isRinging() {
        return this.state === "ringing" && !this.isOwnDial;
    }

    /** A call I am in: the card with timer and hang-up. */
    get isRunning() {
        return !this.isEnded && !this.isRinging;
    }

    get isWithheld() {
        return !this.number;
    }

    get needsChoice() {
        return !this.customer && this.matches.length > 0 && !this.isEnded;
    }

    /** Nobody in Odoo has this number, and it is one that a contact can have. */
    get isUnknown() {
        return !this.customer && !this.matches.length && !this.isWithheld;
    }

    get canCallBack() {
        return (
            this.isEnded &&
            !this.isWithheld &&
            !["elsewhere", "ended"].includes(this.outcome?.reason)
        );
    }

    get lamp() {
        return LAMPS[this.state] || "off";
    }

    /** First line of who it is: the company, else the person, else the number. */
    get who() {
        return (
            this.customer?.company ||
            this.customer?.name ||
            this.numberDisplay ||
            _t("Number withheld")
        );
    }

    /** Second line: the person and what he does, as far as the first line has not said it. */
    get whoMore() {
        if (!this.customer) {
            // Over, there is nothing to choose any more, but it helps to know who it may have been.
            return this.isEnded ? this.matches.map(({ name }) => name).join(", ") : "";
        }
        const { company, name, function: role } = this.customer;
        return [company && name !== company ? name : "", role].filter(Boolean).join(", ");
    }

    get timezone() {
        return this.customer?.timezone || this.place.timezone || "";
    }

    get city() {
        return this.customer?.city || this.place.city || "";
    }

    get country() {
        return this.customer?.country || this.place.country || "";
    }

    get title() {
        return titleOf(this);
    }

    /** ms until the ended call leaves the screen; Infinity: until it is dismissed. */
    get lingerMs() {
        if (this.isWrapUp) {
            return WRAP_UP_MS;
        }
        return this.isMissed ? Infinity : LINGER_MS[this.outcome?.reason] || DEFAULT_LINGER_MS;
    }
}
