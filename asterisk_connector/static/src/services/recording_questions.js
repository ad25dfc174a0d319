/**
 * What the players ask Odoo (docs/contract.md, section 3). Those that are asked without a click are silent.
 *
 * @param {Object} orm Odoo's ORM service
 */
export const questionsTo = (orm) => ({
    play: (id) => orm.call("asterisk.recording", "play", [id]),
    download: (id) => orm.call("asterisk.recording", "download", [id]),
    keep: (id) => orm.call("asterisk.recording", "action_keep", [[id]]),
    askErase: (id) => orm.call("asterisk.recording", "action_ask_erase", [[id]]),
    note: (id, second, text) => orm.call("asterisk.recording", "note", [id, second, text]),
    notes: (id) => orm.silent.call("asterisk.recording", "notes", [id]),
    shape: (id) => orm.silent.call("asterisk.recording", "shape", [id]),
    keepShape: (id, shape) => orm.silent.call("asterisk.recording", "keep_shape", [id, shape]),
});
