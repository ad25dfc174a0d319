import { _t } from "@web/core/l10n/translation";

const STATES = {
    ringing: _t("Incoming"),
    dialing: _t("Calling"),
    talking: _t("Talking"),
    held: _t("On hold"),
};

const OUTCOMES = {
    elsewhere: _t("Answered elsewhere"),
    missed: _t("Missed call"),
    busy: _t("Busy"),
    "no-answer": _t("No answer"),
    rejected: _t("Declined"),
    failed: _t("The call failed"),
    cancelled: _t("Cancelled"),
    ended: _t("Call ended"),
};

/** @returns {string} what happens to the call, in two words, for its head line */
export function titleOf(call) {
    if (call.isEnded) {
        return outcomeOf(call);
    }
    if (call.isOwnDial) {
        return _t("Pick up your phone");
    }
    if (call.isRinging && call.direction === "internal") {
        return _t("Internal");
    }
    return STATES[call.state];
}

/** @returns {string} how the call ended for me */
function outcomeOf({ outcome }) {
    if (outcome?.reason === "elsewhere" && outcome.who) {
        return _t("%s answered", outcome.who);
    }
    return OUTCOMES[outcome?.reason] || OUTCOMES.ended;
}
