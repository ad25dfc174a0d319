import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { dialKey, isCallShown } from "@asterisk_connector/services/call_queries";
import { SharedMemory } from "@asterisk_connector/services/shared_memory";
import { uuid4 } from "@asterisk_connector/services/uuid";

/** A command that nobody spoke of for so long (ms) is asked for: its time may have run out unheard. */
const CHECK_AFTER_MS = 10000;
/** How long (ms) a finished command is kept, for its words under the call's buttons. */
const KEEP_FINISHED_MS = 60000;

const isFinished = ({ state }) => ["done", "failed"].includes(state);

/** Clicks that make something happen at the PBX, and what became of them. A click counts once, however often it is made. */
export class Dialer {
    constructor({ api, state, store, tabs }, notification) {
        Object.assign(this, { api, state, store, notification, tabs });
        this.told = new SharedMemory("told");
        this.deviceKey = `asterisk_connector.device.${user.userId}`;
        /** {pending key: uuid of the command that it became}. */
        this.made = new Map();
    }

    /** Which of my phones this browser rings: the one chosen here, where I sit, else the one chosen in Odoo. */
    get device() {
        const chosen = Number(browser.localStorage.getItem(this.deviceKey));
        return this.state.devices.find(({ id }) => id === chosen) || null;
    }

    chooseDevice(device) {
        browser.localStorage.setItem(this.deviceKey, device.id);
    }

    /**
     * Rings my phone, then the number.
     *
     * @param {string} number as it stands in the record
     * @param {string|false} resModel the record it was clicked in
     * @param {number|false} resId
     * @returns {Promise<Object|undefined>} the command view; nothing when it was under way already or was refused
     */
    dial(number, resModel, resId) {
        const extra = this.device ? { device_id: this.device.id } : {};
        return this.once(dialKey(number), () =>
            this.api.clickToCall([number, resModel || false, resId || false, uuid4()], extra)
        );
    }

    /** @param {CallModel} call that I am in, or that rings at my phone (then it is declined) */
    hangUp(call) {
        return this.once(`hangup:${call.id}`, () => this.api.hangUp(call.id));
    }

    /** @param {boolean} on false: silence is recorded from now on */
    recordPause(call, on) {
        return this.once(`record:${call.id}`, () => this.api.recordPause(call.id, on));
    }

    /** Asks Odoo unless the same is under way, from the click to the command's end. */
    async once(key, ask) {
        const before = this.state.commands[this.made.get(key)];
        if (this.state.pending[key] || (before && !isFinished(before))) {
            return;
        }
        this.state.pending[key] = true;
        try {
            const command = await ask();
            this.made.set(key, command.uuid);
            this.receive(command, { isMine: true });
            this.watch(command.uuid);
            return command;
        } catch (error) {
            this.tellError(error);
        } finally {
            delete this.state.pending[key];
        }
    }

    /** @param {Object} command a command view; a finished one is not changed by what comes late */
    receive(command, { isMine = false } = {}) {
        const known = this.state.commands[command.uuid];
        // A fresh page hears the last minute of the bus again; what came of that time's clicks was told before.
        const isReplay = !isMine && command.ts <= this.store.freshness.startedAt;
        if (isReplay || (known && isFinished(known))) {
            return;
        }
        this.state.commands[command.uuid] = command;
        if (isFinished(command)) {
            browser.setTimeout(() => delete this.state.commands[command.uuid], KEEP_FINISHED_MS);
        }
        if (command.state === "failed") {
            this.tell(command);
        }
    }

    /** Where the call is on the screen, its failure stands there; else it is said once, in a tab that is seen. */
    tell({ uuid: id, call_id, code, message, number_display }) {
        if (this.tabs.isHidden || isCallShown(this.state, id, call_id) || !this.told.add(id)) {
            return;
        }
        this.notification.add(message, {
            title: number_display ? _t("Call to %s", number_display) : _t("Telephony"),
            type: code === "cancelled" ? "info" : "danger",
        });
    }

    tellError(error) {
        if (error instanceof ConnectionLostError) {
            this.notification.add(
                _t("Odoo cannot be reached. Check your network and click again."),
                { type: "danger" }
            );
        } else if (error instanceof RPCError && error.data?.message) {
            this.notification.add(error.data.message, { title: _t("Telephony"), type: "danger" });
        } else {
            throw error;
        }
    }

    watch(id) {
        browser.setTimeout(async () => {
            const command = this.state.commands[id];
            if (!command || isFinished(command)) {
                return;
            }
            try {
                this.receive(await this.api.check(id), { isMine: true });
            } catch (error) {
                if (!(error instanceof ConnectionLostError)) {
                    throw error;
                }
            }
            this.watch(id);
        }, CHECK_AFTER_MS);
    }
}
