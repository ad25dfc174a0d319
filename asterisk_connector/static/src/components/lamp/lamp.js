import { Component } from "@odoo/owl";

/**
 * The state of a phone or a call, by colour and by shape, so that it can be told apart without seeing colours.
 * States: free, ringing, talking, away, dnd, off.
 */
export class Lamp extends Component {
    static template = "asterisk_connector.Lamp";
    static props = {
        state: String,
        label: { type: String, optional: true },
    };
}
