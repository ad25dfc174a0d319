import { user } from "@web/core/user";

const MISSED_FIELDS = ["number", "number_display", "partner_id", "lead_id", "started_at"];
const MISSED_ASKED = 40;

/**
 * Every question of this addon to Odoo (docs/contract.md, section 3): who else wants to know something adds it here.
 * Those that are asked without a click are silent: no loading indicator, the screen stays as it is.
 *
 * @param {Object} orm Odoo's ORM service
 */
export const questionsTo = (orm) => ({
    clientState: () => orm.silent.call("asterisk.call", "client_state", []),
    details: (callId) => orm.silent.call("asterisk.call", "popup_details", [callId]),
    choose: (callId, { model, id }) =>
        orm.call("asterisk.call", "choose_match", [callId, model, id]),
    search: (query) => orm.silent.call("asterisk.call", "search_customers", [query]),
    acknowledge: (callIds) => orm.call("asterisk.call", "acknowledge_missed", [callIds]),
    event: (callId) => orm.silent.call("asterisk.call", "event", [callId]),
    saveNote: (...args) => orm.silent.call("asterisk.call", "save_note", args),
    chooseOutcome: (...args) => orm.call("asterisk.call", "choose_outcome", args),
    setTag: (...args) => orm.call("asterisk.call", "set_tag", args),
    linkDocument: (...args) => orm.call("asterisk.call", "link_document", args),
    clickToCall: (args, extra) => orm.call("asterisk.command", "click_to_call", args, extra),
    recordPause: (...args) => orm.call("asterisk.call", "record_pause", args),
    hangUp: (callId) => orm.call("asterisk.command", "hang_up", [callId]),
    check: (uuid) => orm.silent.call("asterisk.command", "check", [uuid]),
    recordingsOf: (callIds) =>
        orm.silent.searchRead("asterisk.call", [["id", "in", callIds]], ["recordings"]),
    missedCalls: () =>
        orm.silent.searchRead(
            "asterisk.call",
            [["missed_user_ids", "in", user.userId]],
            MISSED_FIELDS,
            {
                limit: MISSED_ASKED,
                order: "started_at desc",
            }
        ),
    rights: async () => {
        const models = ["res.partner", "crm.lead"];
        const [contact, lead] = await Promise.all(
            models.map((model) => user.checkAccessRight(model, "create"))
        );
        return { contact, lead };
    },
    countryId: async (name) => {
        const found =
            name &&
            (await orm.searchRead("res.country", [["name", "=", name]], ["id"], { limit: 1 }));
        return found?.[0]?.id || false;
    },
});
