import { browser } from "@web/core/browser/browser";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { CallAlerts } from "@asterisk_connector/services/call_alerts";
import { CallStore } from "@asterisk_connector/services/call_store";
import { CustomerActions } from "@asterisk_connector/services/customer_actions";
import { DetailsLoader } from "@asterisk_connector/services/details_loader";
import { Dialer } from "@asterisk_connector/services/dialer";
import { EventRoom } from "@asterisk_connector/services/event_room";
import { MissedCallsRoom } from "@asterisk_connector/services/missed_calls";
import { questionsTo } from "@asterisk_connector/services/questions";
import { RecordingNews } from "@asterisk_connector/services/recording_news";
import { TabPresence } from "@asterisk_connector/services/tab_presence";

/** A tab that wakes up asks again, unless it has just done so (ms). */
const WAKE_UP_PAUSE_MS = 5000;

/**
 * Telephony in the browser: the only one who listens to the bus and asks Odoo. Components read `state` (with
 * `useState`) and call the methods.
 */
export class AsteriskService {
    constructor(env, services) {
        this.env = env;
        this.api = questionsTo(services.orm);
        this.tabs = new TabPresence(services.multi_tab);
        this.store = new CallStore();
        this.state = this.store.state;
        this.permission = services["mail.notification.permission"];
        this.alerts = new CallAlerts({
            tabs: this.tabs,
            state: this.state,
            onOpen: (id) => this.focusCall(id),
        });
        this.details = new DetailsLoader(this);
        this.dialer = new Dialer(this, services.notification);
        this.missed = new MissedCallsRoom(this);
        this.customers = new CustomerActions(this, services);
        this.events = new EventRoom(this, services);
        this.recordingNews = new RecordingNews(this.api, services.bus_service);
        this.listen(services.bus_service);
    }

    /** Odoo's clock, seconds since the epoch. */
    get now() {
        return this.store.now;
    }

    listen(bus) {
        // What the bus says is weighed by Odoo's clock, which comes with the first answer.
        const loaded = this.refresh();
        const on = (type, callback) =>
            bus.subscribe(`asterisk_connector.${type}`, (payload) =>
                loaded.then(() => callback(payload))
            );
        on("call", (view) => this.onCall(view));
        on("command", (command) => this.dialer.receive(command));
        on("event", (facts) => this.events.receive(facts));
        on("recordings", ({ call_id: callId }) => this.recordingNews.askSoon([callId]));
        on("server", (server) => this.store.receiveServer(server));
        // Where the bus knows that the network was away, it does not call its coming back a reconnection.
        let wasCut = false;
        bus.addEventListener("BUS:DISCONNECT", () => (wasCut = true));
        bus.addEventListener("BUS:CONNECT", () => wasCut && this.refresh());
        bus.addEventListener("BUS:RECONNECT", () => this.refresh());
        bus.start();
        const wakeUp = () =>
            !this.tabs.isHidden && Date.now() - this.askedAt > WAKE_UP_PAUSE_MS && this.refresh();
        document.addEventListener("visibilitychange", wakeUp);
        browser.addEventListener("pageshow", wakeUp);
    }

    async refresh() {
        const askedAt = (this.askedAt = Date.now());
        try {
            this.store.load(await this.api.clientState(), askedAt);
            this.alerts.sync(Object.values(this.state.calls));
            this.events.recover();
            this.recordingNews.askAgain();
        } catch (error) {
            const isRefused =
                error instanceof RPCError && error.exceptionName === "odoo.exceptions.AccessError";
            // Who may not use telephony sees nothing of it; without a network the next reconnect asks again.
            if (!isRefused && !(error instanceof ConnectionLostError)) {
                // Not thrown: a dialog over what the user does, at each wake-up, would be worse than no telephony.
                console.error("asterisk_connector: telephony could not be loaded.", error);
            }
        }
    }

    onCall(view) {
        const before = this.state.calls[view.id];
        const call = this.store.receive(view);
        if (!call) {
            if (!(view.id in this.state.calls)) {
                this.alerts.stop(view.id);
            }
            return;
        }
        this.alerts.follow(call);
        this.events.follow(before, call);
        if (call.isEnded) {
            this.missed.countSoon();
        }
    }

    focusCall(callId) {
        this.store.show(callId);
        this.env.bus.trigger("ASTERISK:FOCUS", callId);
    }

    hide(call) {
        this.store.hide(call.id);
    }

    /** @param {Function} question gets the API
     * @returns {Promise<any|null>} the answer; null when there is none, and then the user was told why */
    async ask(question) {
        try {
            return await question(this.api);
        } catch (error) {
            this.dialer.tellError(error);
            return null;
        }
    }
}

export const asteriskService = {
    dependencies: [
        "action",
        "bus_service",
        "dialog",
        "mail.notification.permission",
        "multi_tab",
        "notification",
        "orm",
    ],
    start: (env, services) => new AsteriskService(env, services),
};

registry.category("services").add("asterisk", asteriskService);
