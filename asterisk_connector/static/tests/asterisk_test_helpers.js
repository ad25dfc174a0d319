import { after, advanceTime, tick } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { waitNotifications, waitUntilSubscribe } from "@bus/../tests/bus_test_helpers";
import { defineMailModels, start } from "@mail/../tests/mail_test_helpers";
import {
    MockServer,
    defineModels,
    getMockEnv,
    getService,
    makeMockEnv,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
    serverState,
} from "@web/../tests/web_test_helpers";
import { FIXTURES } from "@asterisk_connector/../tests/contract_fixtures";
import { AsteriskCall } from "@asterisk_connector/../tests/asterisk_test_models";
import { browser } from "@web/core/browser/browser";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { CallModel } from "@asterisk_connector/models/call_model";

const copy = (value) => JSON.parse(JSON.stringify(value));

/** @returns {Object} an example of the contract with changed keys */
export const example = (name, changes = {}) => ({ ...copy(FIXTURES[name]), ...changes });

/** Odoo's clock (seconds) when the examples' `client_state` was made. */
export const NOW = FIXTURES.client_state.now;

const odooClock = () => getMockEnv()?.services.asterisk?.now || NOW;

/** A view of the contract as it comes fresh from the bus, of a call in this state for seven seconds. */
export const view = (name, changes = {}) =>
    example(name, { ts: odooClock(), since: odooClock() - 7, ...changes });

/** The same as components get it. */
export const call = (name, changes) => new CallModel(view(name, changes));

export function defineAsteriskModels() {
    defineMailModels();
    defineModels({ AsteriskCall });
}

/** What Odoo says when it is asked: a user who has a phone, a connected PBX and no call, unless told otherwise. */
function answerWith({ state = {}, answers = {}, canCreate = true }) {
    withoutLocks();
    const all = {
        client_state: () => example("client_state", { calls: [], missed: 0, ...state }),
        popup_details: () => example("popup_details"),
        event: (call_id) => example("event", { call_id }),
        ...answers,
    };
    for (const model of ["asterisk.call", "asterisk.command"]) {
        for (const [method, answer] of Object.entries(all)) {
            onRpc(model, method, ({ args, kwargs }) => answer(...args, kwargs));
        }
    }
    onRpc("has_access", () => canCreate);
}

/**
 * The whole of Odoo's screen, listening to the bus.
 *
 * @param {Object} [options]
 * @param {Object} [options.state] what differs in the client state
 * @param {Object} [options.answers] {method: function that answers it}, of calls and commands
 * @param {boolean} [options.canCreate] the user may create contacts and leads
 */
export async function startAsterisk(options = {}) {
    answerWith(options);
    const subscribed = waitUntilSubscribe();
    const env = await start();
    await subscribed;
    await animationFrame();
    return env;
}

/**
 * The telephony service without a screen; all that it knows has been loaded.
 *
 * @returns {Promise<import("@asterisk_connector/services/asterisk_service").AsteriskService>}
 */
export async function startService(options = {}) {
    answerWith(options);
    await makeMockEnv();
    await animationFrame();
    return getService("asterisk");
}

/**
 * One component, and above it what Odoo always shows: the calls, dialogs, notifications.
 *
 * @param {Object} [options] as of `startAsterisk`
 * @param {Function} [options.props] returns the component's props, once telephony has been loaded
 */
export async function mountAsterisk(ComponentClass, { props = () => ({}), ...options } = {}) {
    const asterisk = await startService(options);
    await mountWithCleanup(ComponentClass, { props: props() });
    return asterisk;
}

/** The calls as the user sees them, above an empty screen; they come by `ring`. */
export const mountCalls = (options) => mountAsterisk(MainComponentsContainer, options);

/** Views arrive one after the other, and the screen follows. */
export async function ring(...views) {
    views.forEach((callView) => getService("asterisk").onCall(callView));
    await animationFrame();
}

async function send(type, payload) {
    const me = MockServer.env["res.partner"].browse(serverState.partnerId)[0];
    MockServer.env["bus.bus"]._sendone(me, `asterisk_connector.${type}`, payload);
    await waitNotifications([`asterisk_connector.${type}`]);
    await animationFrame();
}

/** What Odoo sends to this user's browsers; resolved when this one has heard it and has been rendered. */
export const sendCall = (callView) => send("call", callView);
export const sendCommand = (command) => send("command", command);
export const sendServer = (server) => send("server", server);

/** The user looks elsewhere (or back again), as the browser tells it to a page. */
export function setTabHidden(isHidden) {
    const value = isHidden ? "hidden" : "visible";
    Object.defineProperty(document, "visibilityState", { value, configurable: true });
    after(() => delete document.visibilityState);
    document.dispatchEvent(new Event("visibilitychange"));
}

/** A browser that has no locks for pages: tabs ask each other, in the time of the test. */
export const withoutLocks = () => patchWithCleanup(browser.navigator, { locks: undefined });

/** Until a hidden tab has given up asking whether the user looks at another one. */
export async function nobodyAnswers() {
    for (let asked = 0; asked < 3; asked++) {
        await advanceTime(200);
        await tick();
    }
}
