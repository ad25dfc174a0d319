import { ConnectionLostError, RPCError } from "@web/core/network/rpc";

/** What is loaded only when a call is on the screen: it must never delay the popup. */
export class DetailsLoader {
    constructor({ api, state, tabs }) {
        Object.assign(this, { api, state, tabs });
    }

    /** What matters about the customer, once per call and customer, and not before someone looks at it. */
    async load(call) {
        const { model, id } = call.customer;
        const key = `${model},${id}`;
        if (this.state.details[call.id]?.key === key) {
            return;
        }
        this.state.details[call.id] = { key, status: "loading", items: [] };
        await this.tabs.whenVisible();
        const answer = await this.ask(() => this.api.details(call.id));
        // Meanwhile the call may have gone, or another customer may have been chosen.
        if (this.state.details[call.id]?.key === key) {
            const items = answer?.items || [];
            this.state.details[call.id] = { key, status: answer ? "ready" : "failed", items };
        }
    }

    /** What the user may create: a button that ends in "you may not" is worse than none. Asked once. */
    async loadRights() {
        if (!this.rightsAsked) {
            this.rightsAsked = true;
            Object.assign(this.state.rights, await this.ask(() => this.api.rights()));
        }
    }

    /** @returns {Promise<any|null>} the answer; null when there is none: the place where it would stand says so */
    async ask(question) {
        try {
            return await question();
        } catch (error) {
            if (error instanceof RPCError || error instanceof ConnectionLostError) {
                return null;
            }
            throw error;
        }
    }
}
