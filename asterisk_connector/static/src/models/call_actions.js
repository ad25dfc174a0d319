import { _t } from "@web/core/l10n/translation";

/**
 * What one can do with a call, one entry an action: when it makes sense (`isFor`, with the user's rights), whether it
 * stands in the row of buttons or under "More" (`isMore`), and what it does with the telephony service.
 */
const ACTIONS = [
    {
        id: "callBack",
        label: _t("Call back"),
        icon: "fa-phone",
        isFor: (call) => call.canCallBack && call.direction !== "outgoing",
        isMore: () => false,
        run: (asterisk, call) => asterisk.missed.callBack(call),
    },
    {
        id: "callAgain",
        label: _t("Call again"),
        icon: "fa-phone",
        isFor: (call) => call.canCallBack && call.direction === "outgoing",
        isMore: () => false,
        run: (asterisk, call) => asterisk.missed.callBack(call),
    },
    {
        id: "planActivity",
        label: _t("Schedule activity"),
        icon: "fa-clock-o",
        isFor: (call) => call.isWrapUp,
        isMore: () => false,
        run: (asterisk, call) => asterisk.events.planActivity(call),
    },
    {
        id: "planMeeting",
        label: _t("Plan a meeting"),
        icon: "fa-calendar",
        isFor: (call) => call.isWrapUp,
        isMore: () => false,
        run: (asterisk, call) => asterisk.events.planMeeting(call),
    },
    {
        id: "openCustomer",
        label: _t("Open customer"),
        icon: "fa-user-o",
        isFor: (call) => call.customer,
        isMore: (call) => call.isWrapUp,
        run: (asterisk, call) => asterisk.customers.openCustomer(call),
    },
    {
        id: "note",
        label: _t("Note"),
        icon: "fa-pencil",
        isFor: (call) => !call.isMissed,
        isMore: (call) => !call.customer || call.isWrapUp,
        run: (asterisk, call) => asterisk.customers.openCall(call),
    },
    {
        id: "createContact",
        label: _t("Create contact"),
        icon: "fa-user-plus",
        isFor: (call, rights) =>
            rights.contact && !call.customer && !call.isWithheld && call.direction !== "internal",
        isMore: (call) => call.needsChoice || call.canCallBack || call.isWrapUp,
        run: (asterisk, call) => asterisk.customers.createContact(call),
    },
    {
        id: "createLead",
        label: _t("Create lead"),
        icon: "fa-star-o",
        isFor: (call, rights) => rights.lead && !call.isWithheld && call.direction !== "internal",
        isMore: (call) => call.customer || call.needsChoice || call.canCallBack || call.isWrapUp,
        run: (asterisk, call) => asterisk.customers.createLead(call),
    },
    {
        id: "belongsTo",
        label: _t("Belongs to…"),
        icon: "fa-search",
        isSearch: true,
        isFor: (call) => call.direction !== "internal" && !call.customer,
        isMore: (call) => !call.isUnknown || call.canCallBack || call.isWrapUp,
    },
    {
        id: "belongsToOther",
        label: _t("Belongs to someone else…"),
        icon: "fa-search",
        isSearch: true,
        isFor: (call) => call.direction !== "internal" && call.customer,
        isMore: () => true,
    },
    {
        id: "openCall",
        label: _t("Open the call's record"),
        icon: "fa-history",
        isFor: (call) => call.isMissed,
        isMore: () => true,
        run: (asterisk, call) => asterisk.customers.openCall(call),
    },
    {
        id: "decline",
        label: _t("Decline the call"),
        icon: "fa-ban",
        isDanger: true,
        isFor: (call) => call.isRinging && call.canHangUp,
        isMore: () => true,
        run: (asterisk, call) => asterisk.dialer.hangUp(call),
    },
];

/**
 * @param {CallModel} call
 * @param {{contact: boolean, lead: boolean}} rights what the user may create
 * @param {string[]} [only] ids of actions, when only some are wanted; they all stand in the row then
 * @returns {{row: Object[], more: Object[]}} the actions that make sense now, the most useful first
 */
export function actionsFor(call, rights, only) {
    const isWanted = ({ id }) => !only || only.includes(id);
    const possible = ACTIONS.filter((action) => action.isFor(call, rights) && isWanted(action));
    if (only) {
        return { row: possible, more: [] };
    }
    return {
        row: possible.filter((action) => !action.isMore(call)),
        more: possible.filter((action) => action.isMore(call)),
    };
}
