/**
 * The customer of a call record that a view has read.
 *
 * @param {Object} record of `asterisk.call`, with `partner_id` and `lead_id`
 * @returns {{resModel: string|false, resId: number|false}} false for both when nobody knows whom the number belongs to
 */
export function customerOf({ data }) {
    if (data.partner_id) {
        return { resModel: "res.partner", resId: data.partner_id.id };
    }
    return data.lead_id
        ? { resModel: "crm.lead", resId: data.lead_id.id }
        : { resModel: false, resId: false };
}
