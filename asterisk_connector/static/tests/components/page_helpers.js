import { queryRect } from "@odoo/hoot";
import { Component, xml } from "@odoo/owl";
import { mountAsterisk } from "@asterisk_connector/../tests/asterisk_test_helpers";

export const POPUPS = ".o-asterisk-CallPopups";

/** A page with one field to type in. */
class Page extends Component {
    static template = xml`<input class="field" t-attf-style="position: fixed; width: 200px; {{ props.place }}"/>`;
    static props = { place: String };
}

/** @param {string} place where the field is, as CSS */
export const mountPage = (place) => mountAsterisk(Page, { props: () => ({ place }) });

/** @returns {boolean} the calls lie on the field */
export function isFieldCovered() {
    const [his, mine] = [queryRect(".field"), queryRect(POPUPS)];
    return (
        his.left < mine.right &&
        mine.left < his.right &&
        his.top < mine.bottom &&
        mine.top < his.bottom
    );
}
