import { _t } from "@web/core/l10n/translation";

const sentence = (text, more) => (more ? `${text} ${more}` : text);

/** @returns {boolean} something will become of it by itself */
export const isOnItsWay = (state) => ["announced", "uploading", "waiting"].includes(state);

/** @returns {string} why a recording (docs/contract.md, player view) cannot be heard; "" when it can */
export function whyNot({ state, may_listen: mayListen, problem, erased }) {
    switch (state) {
        case "announced":
        case "uploading":
            return _t("The recording is on its way from the PBX.");
        case "failed":
            return sentence(_t("There is no recording."), problem);
        case "waiting":
            return sentence(_t("The recording still waits on the PBX."), problem);
        case "erased":
            return sentence(_t("The recording was erased."), erased);
        default:
            return mayListen ? "" : _t("The call was recorded. You may not listen to it.");
    }
}

/** @returns {string} an icon for that */
export function iconOf({ state }) {
    const icons = {
        announced: "fa-cloud-upload",
        uploading: "fa-cloud-upload",
        failed: "fa-microphone-slash text-danger",
        waiting: "fa-hourglass-half text-warning",
        erased: "fa-trash-o",
    };
    return icons[state] || "fa-lock";
}

/** @returns {string[]} who is on which channel: the caller is the first, the company's side the second */
export function channelLabels({ channels, direction }) {
    if (channels !== 2) {
        return [];
    }
    return direction === "internal"
        ? [_t("Caller"), _t("Called")]
        : [_t("Customer"), _t("Employee")];
}
